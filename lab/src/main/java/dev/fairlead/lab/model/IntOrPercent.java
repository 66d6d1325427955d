package dev.fairlead.lab.model;

/**
 * A number of pods, or a percentage of the replicas.
 *
 * @param value 0 or more
 */
public record IntOrPercent(int value, boolean percent) {

    /** Of this many replicas, rounded up (as for {@code maxSurge}). */
    public int ofRoundedUp(int replicas) {
        return percent ? (int) Math.ceilDiv((long) value * replicas, 100L) : value;
    }

    /** Of this many replicas, rounded down (as for {@code maxUnavailable}). */
    public int ofRoundedDown(int replicas) {
        return percent ? (int) ((long) value * replicas / 100) : value;
    }

    /** {@code 25%} or {@code 1}. */
    @Override
    public String toString() {
        return percent ? value + "%" : Integer.toString(value);
    }
}
