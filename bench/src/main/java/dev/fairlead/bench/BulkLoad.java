package dev.fairlead.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** As much as goes through one TCP connection, in Gbit of payload as the receiver sees it. It ends by itself. Safe from any thread. */
final class BulkLoad implements Flowing {
    private static final int CHUNK = 256 * 1024;
    private static final double BITS_OF_GIGABIT = 8 / 1e9;

    private final SocketChannel sending;
    private final SocketChannel receiving;
    private final long end;
    private final AtomicLong bytes = new AtomicLong();

    private BulkLoad(SocketChannel sending, SocketChannel receiving, Duration longest) {
        this.sending = sending;
        this.receiving = receiving;
        this.end = System.nanoTime() + longest.toNanos();
    }

    static BulkLoad start(Traffic traffic, Duration longest) {
        try (ServerSocketChannel listening = traffic.listen()) {
            SocketChannel client = traffic.open();
            client.connect(Traffic.address(traffic.target()));
            BulkLoad load = new BulkLoad(client, listening.accept(), longest);
            Thread.ofPlatform().daemon().name("bench-sending").start(load::send);
            Thread.ofPlatform().daemon().name("bench-receiving").start(load::receive);
            return load;
        } catch (IOException e) {
            throw traffic.failed(e);
        }
    }

    private void send() {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        try (sending) {
            while (System.nanoTime() - end < 0) {
                sending.write(chunk.clear());
            }
        } catch (IOException e) {
            // closed, which is its end
        }
    }

    private void receive() {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        try (receiving) {
            for (int got = 0; got >= 0; got = receiving.read(chunk.clear())) {
                bytes.addAndGet(got);
            }
        } catch (IOException e) {
            // closed, which is its end
        }
    }

    @Override
    public double amount() {
        return bytes.get() * BITS_OF_GIGABIT;
    }

    @Override
    public void close() {
        try (sending;
                receiving) {
            // Both, whatever the first says.
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("could not end a TCP connection", e);
        }
    }
}
