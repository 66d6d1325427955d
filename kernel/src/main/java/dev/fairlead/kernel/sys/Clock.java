package dev.fairlead.kernel.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;

/** The kernel's clocks, {@code clock_gettime(2)}, in nanoseconds. Any thread. */
public final class Clock {
    private static final int MONOTONIC = 1;
    private static final int READINGS = 20;
    private static final long SECOND = 1_000_000_000L;

    private Clock() {}

    /** Since 1970, as the times of packets are. */
    public static long sinceEpoch() {
        Instant now = Instant.now();
        return now.getEpochSecond() * SECOND + now.getNano();
    }

    /**
     * When the clock that nobody sets, {@code CLOCK_MONOTONIC}, was 0: since 1970. Both are read many times, since this thread may have to
     * wait between the two, and the closest pair counts.
     */
    public static long boot() {
        long closest = Long.MAX_VALUE;
        long boot = 0;
        for (int i = 0; i < READINGS; i++) {
            long before = monotonic();
            long now = sinceEpoch();
            long took = monotonic() - before;
            if (took < closest) {
                closest = took;
                boot = now - before - took / 2;
            }
        }
        return boot;
    }

    private static long monotonic() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(16, 8); // struct timespec
            Linux.call("read the clock", Linux.Call.CLOCK_GETTIME, MONOTONIC, time.address(), 0);
            return time.get(ValueLayout.JAVA_LONG, 0) * SECOND + time.get(ValueLayout.JAVA_LONG, 8);
        }
    }
}
