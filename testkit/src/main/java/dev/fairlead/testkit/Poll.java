package dev.fairlead.testkit;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for something to become true, with a deadline and the last state in the failure. */
public final class Poll {
    private static final long SHORTEST_NANOS = 200_000;
    private static final long LONGEST_NANOS = 20_000_000;

    private Poll() {}

    /**
     * Returns as soon as {@code condition} holds.
     *
     * @param describeLastState asked once, when the deadline has passed
     * @throws AssertionError when it doesn't hold in time, with that description
     */
    public static void until(Duration deadline, BooleanSupplier condition, Supplier<String> describeLastState) {
        var _ = value(
                deadline,
                () -> condition.getAsBoolean() ? Optional.of(Boolean.TRUE) : Optional.empty(),
                describeLastState);
    }

    /** Returns as soon as both say the same: for two views of something that still changes by itself. */
    public static <T> T untilEqual(Duration deadline, Supplier<T> ours, Supplier<T> theirs) {
        return value(
                deadline,
                () -> {
                    T mine = ours.get();
                    return mine.equals(theirs.get()) ? Optional.of(mine) : Optional.empty();
                },
                () -> "\n" + ours.get() + "\nis not\n" + theirs.get());
    }

    /** As {@link #until}, for something that gives a value once it is there. */
    public static <T> T value(Duration deadline, Supplier<Optional<T>> source, Supplier<String> describeLastState) {
        long end = System.nanoTime() + deadline.toNanos();
        long pause = SHORTEST_NANOS;
        while (true) {
            Optional<T> value = source.get();
            if (value.isPresent()) {
                return value.get();
            }
            if (System.nanoTime() - end >= 0) {
                throw new AssertionError(
                        "not so within " + deadline.toMillis() + " ms; last state: " + describeLastState.get());
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(pause * 2, LONGEST_NANOS);
        }
    }
}
