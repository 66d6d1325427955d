package dev.fairlead.lab.node;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What is to become of a node's link. What isn't said stays as it is, or, with {@code clear}, becomes what is usual.
 *
 * @param clear whether all that was set is taken back first
 * @param delay in each direction, up to {@link #MOST_DELAY}
 * @param lossPercent in each direction, 0 to 100
 * @param mtu in bytes, {@link #LEAST_MTU} to {@link #MOST_MTU}
 */
public record LinkChange(
        boolean clear, Optional<Boolean> up, Optional<Duration> delay, OptionalDouble lossPercent, OptionalInt mtu) {
    /** {@code ETH_MIN_MTU} of {@code <linux/if_ether.h>}, the least that a veth takes: what IPv4 asks of every link. */
    public static final int LEAST_MTU = 68;

    /** {@code ETH_MAX_MTU}. */
    public static final int MOST_MTU = 65_535;

    public static final Duration MOST_DELAY = Duration.ofMinutes(1);

    private static final double ALL = 100;

    /** @throws IllegalArgumentException saying which value is none, and what would be one */
    public LinkChange {
        if (mtu.isPresent() && (mtu.getAsInt() < LEAST_MTU || mtu.getAsInt() > MOST_MTU)) {
            throw new IllegalArgumentException("an MTU of " + mtu.getAsInt()
                    + " bytes is none that a link can have; from " + LEAST_MTU + " to " + MOST_MTU + " it can");
        }
        if (lossPercent.isPresent() && !(lossPercent.getAsDouble() >= 0 && lossPercent.getAsDouble() <= ALL)) {
            throw new IllegalArgumentException(
                    "a loss of " + lossPercent.getAsDouble() + " % can't be; it is from 0 to 100");
        }
        if (delay.isPresent() && (delay.get().isNegative() || delay.get().compareTo(MOST_DELAY) > 0)) {
            throw new IllegalArgumentException("a delay of " + delay.get().toMillis()
                    + " ms is none that a link can have; from 0 to " + MOST_DELAY.toMillis() + " ms it can");
        }
    }

    /** Whether this only asks. */
    public boolean isEmpty() {
        return !clear && up.isEmpty() && delay.isEmpty() && lossPercent.isEmpty() && mtu.isEmpty();
    }
}
