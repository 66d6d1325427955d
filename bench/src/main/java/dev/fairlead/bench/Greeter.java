package dev.fairlead.bench;

import dev.fairlead.kernel.netns.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Listens in a namespace, and has a byte and an end for everybody who connects. Safe from any thread. */
final class Greeter implements AutoCloseable {
    private static final int BACKLOG = 4096;
    private static final int THREADS = 2;

    private final ServerSocketChannel listening;
    private final List<Thread> threads = new ArrayList<>();

    private Greeter(ServerSocketChannel listening) {
        this.listening = listening;
    }

    static Greeter start(Netns namespace, int port) {
        Greeter greeter = new Greeter(
                namespace.call(() -> ServerSocketChannel.open().bind(new InetSocketAddress(port), BACKLOG)));
        for (int i = 0; i < THREADS; i++) {
            greeter.threads.add(
                    Thread.ofPlatform().daemon().name("bench-greeter-" + i).start(greeter::greet));
        }
        return greeter;
    }

    private void greet() {
        ByteBuffer one = ByteBuffer.allocateDirect(1);
        while (listening.isOpen()) {
            try (SocketChannel channel = listening.accept()) {
                channel.write(one.clear());
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // who connected has gone already, as one who is traced does
            }
        }
    }

    /** Whoever waits for a connection holds the port until it has returned, so that it could not be listened at again at once. */
    @Override
    public void close() {
        try {
            listening.close();
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not stop listening", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
