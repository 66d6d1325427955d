package dev.fairlead.dataplane;

import dev.fairlead.kernel.tc.Tbf;

/**
 * How fast packets may go in one direction.
 *
 * @param rate in bytes a second; 0 for no limit
 * @param burst in bytes, up to 2^32 - 1: what may go at once after a pause. A packet that is larger never passes
 */
public record RateLimit(long rate, long burst) {
    public static final RateLimit NONE = new RateLimit(0, 0);

    /** The most that the kernel can be told, in bytes. */
    public static final long LARGEST_BURST = 0xffff_ffffL;

    private static final long TWO_LARGEST_PACKETS = 1 << 17;
    private static final int WAITS_A_SECOND = 20;

    public boolean isNone() {
        return rate == 0;
    }

    /**
     * The kernel's words for it. What comes faster waits up to 50 ms, which is what TCP needs to find the rate (docs/decisions,
     * 7), and besides what comes at once: a burst, but no more than two of the largest packets. A runtime may ask for a burst
     * of half a gigabyte, and a queue of that size would be a delay of minutes.
     */
    Tbf tbf() {
        long queue = Math.min(burst, TWO_LARGEST_PACKETS) + rate / WAITS_A_SECOND;
        return Tbf.of(rate, burst, Math.min(queue, LARGEST_BURST));
    }
}
