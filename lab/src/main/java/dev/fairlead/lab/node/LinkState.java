package dev.fairlead.lab.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a node's link to the switch is, as the kernel holds it.
 *
 * @param up whether the switch's port is on
 * @param mtu of the node's end, in bytes
 * @param delay how long each packet waits, in each direction
 * @param lossPercent how many packets are lost, in each direction, 0 to 100
 * @param lossBy who loses them
 */
public record LinkState(boolean up, int mtu, Duration delay, double lossPercent, LossBy lossBy) {
    /** A packet is lost in a queueing discipline, or by a rule where the kernel has none for that. */
    public enum LossBy {
        NOBODY,
        NETEM,
        NFTABLES;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** As every link is made. */
    public static LinkState usual(int mtu) {
        return new LinkState(true, mtu, Duration.ZERO, 0, LossBy.NOBODY);
    }

    public double delayMillis() {
        return delay.toNanos() / 1e6;
    }

    /** What is otherwise than usual, in words; nothing where all is well. */
    public List<String> faults(int usualMtu) {
        List<String> faults = new ArrayList<>();
        if (!up) {
            faults.add("down");
        }
        if (mtu != usualMtu) {
            faults.add("mtu " + mtu);
        }
        if (!delay.isZero()) {
            faults.add("delay " + number(delayMillis()) + " ms each way");
        }
        if (lossPercent > 0) {
            faults.add("loss " + number(lossPercent) + " % each way by " + lossBy.word());
        }
        return faults;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value).replaceFirst("\\.?0+$", "");
    }
}
