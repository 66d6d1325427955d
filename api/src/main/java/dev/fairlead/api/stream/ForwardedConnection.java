package dev.fairlead.api.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;

/**
 * One connection into a pod, between a client's two streams and a socket. One thread reads the socket, one writes to it; both
 * are virtual. The client's side is ended once, when the pod's side has ended.
 */
final class ForwardedConnection implements AutoCloseable {
    private static final int PIECE = 32 * 1024;
    /** Pieces on their way to the pod. When a pod doesn't read, its whole port-forward waits, as it does elsewhere. */
    private static final int MOST_WAITING = 32;

    private final Client client;
    private final String name;
    private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(MOST_WAITING);
    private Optional<SocketChannel> socket = Optional.empty(); // guarded by this
    private boolean over; // guarded by this

    private record Piece(byte[] bytes, boolean last) {}

    /** What the pod says goes here. */
    interface Client {
        /** Waits while the client is slow. */
        void bytes(byte[] bytes);

        /** Comes last. @param failure what went wrong, or nothing */
        void ended(String failure);
    }

    /** @param name of its threads */
    ForwardedConnection(Client client, String name) {
        this.client = client;
        this.name = name;
    }

    /** @param failure what the sentence that is told when {@code connect} fails begins with */
    void start(Callable<SocketChannel> connect, String failure) {
        Thread.ofVirtual().name(name).start(() -> serve(connect, failure));
    }

    private void serve(Callable<SocketChannel> connect, String failure) {
        try (SocketChannel channel = connect.call()) {
            if (take(channel)) {
                Thread writing = Thread.ofVirtual().name(name + "-to-pod").start(() -> write(channel));
                read(channel);
                writing.interrupt();
            }
            end("");
        } catch (Exception e) { // whatever it was, the client is to hear of it
            end(failure + e.getMessage());
        }
    }

    private synchronized boolean take(SocketChannel channel) {
        socket = Optional.of(channel);
        return !over;
    }

    private void read(SocketChannel channel) {
        ByteBuffer buffer = ByteBuffer.allocate(PIECE);
        try {
            while (channel.read(buffer) >= 0) {
                byte[] bytes = new byte[buffer.flip().remaining()];
                buffer.get(bytes).clear();
                client.bytes(bytes);
            }
        } catch (IOException e) {
            // reset by the pod, or closed by us: an end like any other
        }
    }

    private void write(SocketChannel channel) {
        try {
            while (true) {
                Piece piece = pieces.take();
                ByteBuffer bytes = ByteBuffer.wrap(piece.bytes());
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                if (piece.last()) {
                    channel.shutdownOutput();
                    return;
                }
            }
        } catch (IOException e) {
            close(); // the pod takes no more
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it has ended
        }
    }

    /** Something for the pod. Waits while much is on its way. */
    void give(byte[] bytes, boolean last) throws InterruptedException {
        synchronized (this) {
            if (over) {
                return;
            }
        }
        pieces.put(new Piece(bytes, last));
    }

    private void end(String failure) {
        synchronized (this) {
            over = true;
        }
        pieces.clear(); // whoever waits to give may go on
        client.ended(failure);
    }

    /** Ends it from the client's side. */
    @Override
    public void close() {
        synchronized (this) {
            over = true;
        }
        try {
            Optional<SocketChannel> open;
            synchronized (this) {
                open = socket;
            }
            if (open.isPresent()) {
                open.get().close();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("closing a socket failed", e);
        }
    }
}
