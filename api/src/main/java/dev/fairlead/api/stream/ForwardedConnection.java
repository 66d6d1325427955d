package dev.fairlead.api.stream;

import dev.fairlead.api.spdy.SpdyFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * One connection into a pod, between two streams and a socket. One thread reads the socket, one writes to it; both are virtual.
 * The streams are ended once, when the pod's side has ended: the error stream after the last byte, as the kubelet does.
 */
final class ForwardedConnection implements AutoCloseable {
    private static final int PIECE = 32 * 1024;
    /** Pieces on their way to the pod. When a pod doesn't read, its whole port-forward waits, as it does elsewhere. */
    private static final int MOST_WAITING = 32;

    private final Consumer<SpdyFrame> out;
    private final int errorStream;
    private final int dataStream;
    private final Runnable atEnd;
    private final BlockingQueue<Piece> pieces = new ArrayBlockingQueue<>(MOST_WAITING);
    private Optional<SocketChannel> socket = Optional.empty(); // guarded by this
    private boolean over; // guarded by this

    private record Piece(byte[] bytes, boolean last) {}

    ForwardedConnection(Consumer<SpdyFrame> out, int errorStream, int dataStream, Runnable atEnd) {
        this.out = out;
        this.errorStream = errorStream;
        this.dataStream = dataStream;
        this.atEnd = atEnd;
    }

    /** @param failure what the sentence that is told when {@code connect} fails begins with */
    void start(Callable<SocketChannel> connect, String failure) {
        Thread.ofVirtual().name("forward-" + dataStream).start(() -> serve(connect, failure));
    }

    private void serve(Callable<SocketChannel> connect, String failure) {
        try (SocketChannel channel = connect.call()) {
            if (take(channel)) {
                Thread writing =
                        Thread.ofVirtual().name("forward-to-pod-" + dataStream).start(() -> write(channel));
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
                out.accept(new SpdyFrame.Bytes(dataStream, false, bytes));
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
        atEnd.run();
        pieces.clear(); // whoever waits to give may go on
        out.accept(new SpdyFrame.Bytes(dataStream, true, new byte[0]));
        out.accept(new SpdyFrame.Bytes(errorStream, true, failure.getBytes(StandardCharsets.UTF_8)));
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
