package dev.fairlead.kernel.route;

/**
 * What is known about a neighbour, {@code NUD_*} of {@code <linux/neighbour.h>}. Prints as {@code ip neighbour} does.
 *
 * @param bits usually one of the constants
 */
public record NeighbourState(int bits) {
    public static final NeighbourState NONE = new NeighbourState(0);
    /** Being asked for. */
    public static final NeighbourState INCOMPLETE = new NeighbourState(1);

    public static final NeighbourState REACHABLE = new NeighbourState(2);
    /** Usable, to be confirmed when used. */
    public static final NeighbourState STALE = new NeighbourState(4);

    public static final NeighbourState DELAY = new NeighbourState(8);
    public static final NeighbourState PROBE = new NeighbourState(0x10);
    /** Asked for and not answered. */
    public static final NeighbourState FAILED = new NeighbourState(0x20);
    /** Never asked for, taken as it is, and removed like learned ones. */
    public static final NeighbourState NOARP = new NeighbourState(0x40);
    /** Never asked for and never removed by the kernel. */
    public static final NeighbourState PERMANENT = new NeighbourState(0x80);

    private static final String[] NAMES = {
        "INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "NOARP", "PERMANENT"
    };

    /** Whether the link-layer address is known ({@code NUD_VALID}). */
    public boolean isValid() {
        return (bits & 0xde) != 0;
    }

    boolean has(NeighbourState other) {
        return (bits & other.bits) != 0;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < NAMES.length; bit++) {
            if ((bits >> bit & 1) == 1) {
                text.append(text.isEmpty() ? "" : " ").append(NAMES[bit]);
            }
        }
        return text.toString();
    }
}
