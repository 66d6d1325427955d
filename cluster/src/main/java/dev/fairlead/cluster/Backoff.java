package dev.fairlead.cluster;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after failures: twice as long each time up to a limit, and each time by chance up to as much again, so that
 * the agents of a cluster don't all come back at once. Confined to one thread.
 */
final class Backoff {
    static final Duration FIRST = Duration.ofMillis(100);
    static final Duration LONGEST = Duration.ofSeconds(30);

    private final RandomGenerator random;
    private long nanos = FIRST.toNanos();

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** The next wait. */
    Duration next() {
        long wait = nanos + random.nextLong(nanos);
        nanos = Math.min(nanos * 2, LONGEST.toNanos() / 2);
        return Duration.ofNanos(wait);
    }

    /** Something went well. */
    void reset() {
        nanos = FIRST.toNanos();
    }
}
