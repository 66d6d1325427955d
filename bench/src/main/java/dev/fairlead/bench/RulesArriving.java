package dev.fairlead.bench;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.nftables.Element;
import dev.fairlead.kernel.nftables.NftablesEvent;
import dev.fairlead.kernel.nftables.NftablesEvents;
import dev.fairlead.packet.Ip;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Hears a node's kernel announce which Services it can lead to endpoints: elements of the map {@code service-ips}. A thread of
 * its own waits for announcements, so that the time is that of the kernel.
 */
final class RulesArriving implements AutoCloseable {
    private static final String TABLE = "fairlead";
    private static final String MAP = "service-ips";
    private static final Duration TURN = Duration.ofMillis(200);
    private static final Duration MOMENT = Duration.ofNanos(50_000);
    private static final int IPV4_BYTES = 4;

    private final Netns node;
    private final NftablesEvents events;
    private final Thread thread;
    private final Map<Ip, Long> there = new ConcurrentHashMap<>();
    private volatile boolean ended;

    RulesArriving(Netns node) {
        this.node = node;
        this.events = NftablesEvents.open(node);
        this.thread = Thread.ofPlatform().daemon().name("rules").start(this::hear);
    }

    private void hear() {
        while (!ended) {
            for (NftablesEvent event : events.await(TURN)) {
                long now = System.nanoTime();
                if (event instanceof NftablesEvent.OfElements of
                        && of.table().equals(TABLE)
                        && of.set().equals(MAP)) {
                    of.elements().forEach(element -> take(element, of.added(), now));
                }
            }
        }
    }

    private void take(Element element, boolean added, long now) {
        Ip service = Ip.of(Arrays.copyOf(element.key().toArray(), IPV4_BYTES));
        if (added) {
            there.putIfAbsent(service, now);
        } else {
            there.remove(service);
        }
    }

    /**
     * Waits until there are rules for a Service.
     *
     * @return when they came, by {@link System#nanoTime}
     * @throws IllegalStateException when they don't come in time
     */
    long awaitThere(Ip service, Duration patience) {
        return await(service, true, patience);
    }

    void awaitGone(Ip service, Duration patience) {
        await(service, false, patience);
    }

    private long await(Ip service, boolean wanted, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            Long at = there.get(service);
            if (wanted && at != null) {
                return at;
            }
            if (!wanted && at == null) {
                return 0;
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the rules of " + service + " in " + node + " are not "
                        + (wanted ? "there" : "gone") + " after " + patience.toSeconds() + " s");
            }
            LockSupport.parkNanos(MOMENT.toNanos());
        }
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        events.close();
        node.close();
    }
}
