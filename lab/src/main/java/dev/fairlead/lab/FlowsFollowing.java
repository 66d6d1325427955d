package dev.fairlead.lab;

import dev.fairlead.kernel.conntrack.Conntrack;
import dev.fairlead.kernel.conntrack.FlowEvent;
import dev.fairlead.kernel.conntrack.FlowEvents;
import dev.fairlead.kernel.netns.Netns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Hears of every node's flows for somebody who asks again and again, and ends by itself when nobody has asked for a while. One
 * thread for each node reads; the rest is safe from any thread.
 */
final class FlowsFollowing {
    private static final Duration STEP = Duration.ofMillis(500);
    private static final long FORGOTTEN_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** What is held for whoever asks; more is counted as lost. */
    private static final int MOST = 50_000;

    /** An event of a node. */
    record Told(String node, FlowEvent event) {}

    private final LinkedBlockingQueue<Told> queue = new LinkedBlockingQueue<>(MOST);
    private volatile long asked = System.nanoTime();

    private FlowsFollowing() {}

    static FlowsFollowing start(Map<String, Netns> nodes) {
        FlowsFollowing following = new FlowsFollowing();
        List<Thread> threads = new ArrayList<>();
        nodes.forEach((node, netns) -> {
            FlowEvents events = Conntrack.listen(netns);
            threads.add(
                    Thread.ofPlatform().daemon().name("flows-" + node).unstarted(() -> following.read(node, events)));
        });
        threads.forEach(Thread::start);
        return following;
    }

    private void read(String node, FlowEvents events) {
        boolean full = false;
        try (events) {
            while (!isForgotten()) {
                for (FlowEvent event : events.await(STEP)) {
                    full = full
                            ? !queue.offer(new Told(node, new FlowEvent.Lost()))
                            : !queue.offer(new Told(node, event));
                }
            }
        }
    }

    boolean isForgotten() {
        return System.nanoTime() - asked > FORGOTTEN_NANOS;
    }

    /** Everything since the last time; none when nothing came in time. */
    List<Told> await(Duration patience) {
        asked = System.nanoTime();
        List<Told> told = new ArrayList<>();
        try {
            Told first = queue.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (first != null) {
                told.add(first);
                queue.drainTo(told);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return told;
    }
}
