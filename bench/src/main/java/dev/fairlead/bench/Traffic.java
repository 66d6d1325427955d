package dev.fairlead.bench;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.IpPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * TCP between two namespaces: a server and a client in this JVM, each on sockets that were opened inside. A measurement that
 * doesn't come to its end is given up by closing its sockets.
 *
 * @param target what the client connects to: the server itself or a Service in front of it
 */
record Traffic(Netns client, Netns server, int port, IpPort target) {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int CHUNK = 256 * 1024;
    private static final int ROUND_TRIPS = 1000;
    private static final int CONNECTIONS = 200;

    /** What one side does with its socket. */
    @FunctionalInterface
    private interface Side<T> {
        T play(SocketChannel channel) throws IOException;
    }

    /** One connection, as much as goes through. @return Gbit/s of payload, as the receiver saw it */
    double bulk(Duration time) {
        return connected(
                sending -> {
                    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
                    long end = System.nanoTime() + time.toNanos();
                    while (System.nanoTime() < end) {
                        write(sending, chunk.clear());
                    }
                    return sending.shutdownOutput();
                },
                receiving -> {
                    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
                    long start = System.nanoTime();
                    long bytes = 0;
                    for (int got = 0; got >= 0; got = receiving.read(chunk.clear())) {
                        bytes += got;
                    }
                    return 8.0 * bytes / (System.nanoTime() - start);
                });
    }

    /** One connection, a byte there and a byte back. @return microseconds for both */
    double roundTrip() {
        return connected(
                asking -> {
                    ByteBuffer one = ByteBuffer.allocateDirect(1);
                    for (int i = 0; i < ROUND_TRIPS; i++) {
                        write(asking, one.clear());
                        asking.read(one.clear());
                    }
                    return asking.shutdownOutput();
                },
                answering -> {
                    ByteBuffer one = ByteBuffer.allocateDirect(1);
                    long start = System.nanoTime();
                    while (answering.read(one.clear()) > 0) {
                        write(answering, one.flip());
                    }
                    return (System.nanoTime() - start) / 1e3 / ROUND_TRIPS;
                });
    }

    /** One connection after the other, each accepted and closed from both sides. @return connections in a second */
    double connections() {
        try (ServerSocketChannel listening = listen()) {
            FutureTask<Double> connecting = start("bench-connecting", () -> {
                long start = System.nanoTime();
                for (int i = 0; i < CONNECTIONS; i++) {
                    try (SocketChannel channel = open()) {
                        channel.connect(address(target));
                    }
                }
                return CONNECTIONS * 1e9 / (System.nanoTime() - start);
            });
            var accepting = start("bench-accepting", () -> {
                ByteBuffer one = ByteBuffer.allocateDirect(1);
                for (int i = 0; i < CONNECTIONS; i++) {
                    try (SocketChannel channel = listening.accept()) {
                        channel.read(one.clear()); // waits for the client's end
                    }
                }
                return true;
            });
            double rate = await(connecting);
            var unused = await(accepting);
            return rate;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private double connected(Side<?> client, Side<Double> server) {
        try (ServerSocketChannel listening = listen();
                SocketChannel channel = open()) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            FutureTask<Double> serving = start("bench-server", () -> {
                try (SocketChannel accepted = listening.accept()) {
                    accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    return server.play(accepted);
                }
            });
            FutureTask<?> asking = start("bench-client", () -> {
                channel.connect(address(target));
                return client.play(channel);
            });
            var unused = await(asking);
            return await(serving);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    ServerSocketChannel listen() {
        return server.call(() -> ServerSocketChannel.open().bind(new InetSocketAddress(port)));
    }

    /** On a thread of its own for each: entering a namespace is for threads that end. */
    SocketChannel open() {
        return client.call(SocketChannel::open);
    }

    static InetSocketAddress address(IpPort target) {
        return new InetSocketAddress(target.ip().toString(), target.port());
    }

    private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static <T> FutureTask<T> start(String name, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name(name).start(task);
        return task;
    }

    private <T> T await(FutureTask<T> task) throws IOException {
        try {
            return task.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("nothing came of it in " + PATIENCE.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    UncheckedIOException failed(IOException e) {
        return new UncheckedIOException("could not measure TCP to " + target + ": " + e.getMessage(), e);
    }
}
