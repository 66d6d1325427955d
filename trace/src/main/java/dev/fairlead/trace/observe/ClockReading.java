package dev.fairlead.trace.observe;

/**
 * How far a node's clock is ahead of that of who asks it: its answer was written after the question was, and read after the answer
 * was, so both clocks bound it.
 *
 * @param leastNs at least so far, negative where it is behind
 * @param mostNs at most so far
 */
public record ClockReading(long leastNs, long mostNs) {
    /** Both have one clock. */
    public static final ClockReading SAME = new ClockReading(0, 0);

    /** @param askedNs before the question was sent @param thereNs at the node meanwhile @param answeredNs when the answer was there */
    public static ClockReading of(long askedNs, long thereNs, long answeredNs) {
        return new ClockReading(thereNs - answeredNs, thereNs - askedNs);
    }

    /** What both say; the other one alone where they contradict each other, since then a clock was set between them. */
    public ClockReading and(ClockReading later) {
        long least = Math.max(leastNs, later.leastNs);
        long most = Math.min(mostNs, later.mostNs);
        return least <= most ? new ClockReading(least, most) : later;
    }
}
