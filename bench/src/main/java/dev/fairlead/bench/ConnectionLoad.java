package dev.fairlead.bench;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.OwnThread;
import dev.fairlead.packet.IpPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * New connections from a namespace to a {@link Greeter}, one after the other on each of some threads. Each is reset when the
 * greeting is there: neither side keeps a port waiting, and connection tracking forgets it after 10 s instead of 120. It ends by
 * itself. Safe from any thread.
 */
final class ConnectionLoad implements Flowing {
    /** Who is later than this lets the missed ones go, instead of sending them all at once. */
    private static final long LATE_NANOS = 20_000_000;

    private final InetSocketAddress target;
    private final long everyNanos;
    private final long end;
    private final LongAdder made = new LongAdder();
    private final List<OwnThread.Begun<Boolean>> threads = new ArrayList<>();
    private volatile boolean ended;

    private ConnectionLoad(InetSocketAddress target, long everyNanos, Duration longest) {
        this.target = target;
        this.everyNanos = everyNanos;
        this.end = System.nanoTime() + longest.toNanos();
    }

    /**
     * Begins.
     *
     * @param perSecond how many connections at most, by all threads together
     * @param longest when it ends by itself
     */
    static ConnectionLoad start(Netns client, IpPort target, int threads, int perSecond, Duration longest) {
        ConnectionLoad load = new ConnectionLoad(
                new InetSocketAddress(target.ip().toString(), target.port()),
                1_000_000_000L * threads / perSecond,
                longest);
        for (int i = 0; i < threads; i++) {
            load.threads.add(client.begin(load::connect));
        }
        return load;
    }

    private boolean connect() throws IOException {
        ByteBuffer one = ByteBuffer.allocateDirect(1);
        long next = System.nanoTime();
        while (!ended && System.nanoTime() - end < 0) {
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET)) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                channel.connect(target);
                channel.read(one.clear());
                made.increment();
            }
            next += everyNanos;
            long early = next - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
            } else if (-early > LATE_NANOS) {
                next = System.nanoTime();
            }
        }
        return true;
    }

    /** How many there were until now. */
    @Override
    public double amount() {
        return made.sum();
    }

    /** Ends it. What went wrong with a connection is thrown here. */
    @Override
    public void close() {
        ended = true;
        threads.forEach(OwnThread.Begun::await);
    }
}
