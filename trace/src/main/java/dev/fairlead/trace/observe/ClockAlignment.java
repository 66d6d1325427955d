package dev.fairlead.trace.observe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * By how much the times of each node are corrected, so that those of all can be put in one order. No packet comes before it left:
 * one that crosses from A to B bounds how far B's clock is ahead of A's from above, its answer from below, and so do the nodes' own
 * answers to who asks them. Where all of that can be true of clocks that are the same, as on one machine, nothing is corrected. Else
 * each node gets the middle of what is possible for it, as NTP does; these middles together break none of the bounds, so that hops
 * of one packet keep their order.
 *
 * @param aheadNs how far each node's clock is ahead, by name
 */
record ClockAlignment(Map<String, Long> aheadNs) {
    private static final long UNKNOWN = Long.MAX_VALUE / 4;

    ClockAlignment {
        aheadNs = Map.copyOf(aheadNs);
    }

    /** @param readings of every node that crossings name */
    static ClockAlignment of(Map<String, ClockReading> readings, List<Crossing> crossings) {
        List<String> nodes = new ArrayList<>(readings.keySet());
        int asker = nodes.size();
        long[][] most = new long[asker + 1][asker + 1]; // how far the second's clock is ahead of the first's, at most
        for (int i = 0; i <= asker; i++) {
            Arrays.fill(most[i], UNKNOWN);
            most[i][i] = 0;
        }
        for (int i = 0; i < asker; i++) {
            ClockReading reading = readings.getOrDefault(nodes.get(i), ClockReading.SAME);
            most[asker][i] = reading.mostNs();
            most[i][asker] = -reading.leastNs();
        }
        for (Crossing crossing : crossings) {
            int from = nodes.indexOf(crossing.from());
            int to = nodes.indexOf(crossing.to());
            most[from][to] = Math.min(most[from][to], crossing.enteredNs() - crossing.leftNs());
        }
        Map<String, Long> ahead = new TreeMap<>();
        boolean corrected = !canBeTheSame(most) && tighten(most);
        for (int i = 0; i < asker; i++) {
            ahead.put(nodes.get(i), corrected ? Math.floorDiv(most[asker][i] - most[i][asker], 2) : 0);
        }
        return new ClockAlignment(ahead);
    }

    private static boolean canBeTheSame(long[][] most) {
        for (long[] row : most) {
            for (long bound : row) {
                if (bound < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Bounds that follow from others. @return false where they contradict each other: a clock was set while they were read */
    private static boolean tighten(long[][] most) {
        for (int by = 0; by < most.length; by++) {
            for (int from = 0; from < most.length; from++) {
                for (int to = 0; to < most.length; to++) {
                    most[from][to] = Math.min(most[from][to], most[from][by] + most[by][to]);
                }
            }
        }
        for (int i = 0; i < most.length; i++) {
            if (most[i][i] < 0) {
                return false;
            }
        }
        return true;
    }

    /** A time of a node by the clock of who asks. */
    long aligned(String node, long nanos) {
        return nanos - aheadNs.getOrDefault(node, 0L);
    }
}
