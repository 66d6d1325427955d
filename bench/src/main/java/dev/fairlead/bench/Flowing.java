package dev.fairlead.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Traffic that goes on, of which a while is looked at. */
interface Flowing extends AutoCloseable {

    /** How much there was until now, in units of its own; can be asked from any thread. */
    double amount();

    /** Looks on for a while. @return the amount in a second of it */
    default double rate(Duration time) {
        double before = amount();
        long from = System.nanoTime();
        for (long left = time.toNanos(); left > 0; left = from + time.toNanos() - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        return (amount() - before) * 1e9 / (System.nanoTime() - from);
    }

    /** Ends it, and throws what went wrong. */
    @Override
    void close();
}
