package dev.fairlead.web;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counters of one moment. They only grow, unless a device is made anew.
 *
 * @param atNs when they were read, {@link System#nanoTime}
 * @param pods of the veth pairs, by the pod's {@code namespace/name}; "sent" is what the pod sent
 * @param nodes of the uplinks, by the node's name; "sent" is what the node sent
 */
public record Traffic(long atNs, Map<String, Counters> pods, Map<String, Counters> nodes) {
    private static final double NS = 1e9;

    public Traffic {
        pods = Map.copyOf(pods);
        nodes = Map.copyOf(nodes);
    }

    /** Since a device was made. */
    public record Counters(long sentBytes, long receivedBytes, long sentPackets, long receivedPackets) {
        private Rate since(Counters before, double seconds) {
            return new Rate(
                    (sentBytes - before.sentBytes) / seconds,
                    (receivedBytes - before.receivedBytes) / seconds,
                    (sentPackets - before.sentPackets) / seconds,
                    (receivedPackets - before.receivedPackets) / seconds);
        }
    }

    /** Each a second. */
    record Rate(double sentBytes, double receivedBytes, double sentPackets, double receivedPackets) {
        boolean moves() {
            return sentPackets > 0 || receivedPackets > 0;
        }
    }

    /** Of those that something passed meanwhile. */
    record Rates(Map<String, Rate> pods, Map<String, Rate> nodes) {
        static final Rates NONE = new Rates(Map.of(), Map.of());
    }

    Rates since(Traffic before) {
        double seconds = (atNs - before.atNs) / NS;
        return seconds <= 0
                ? Rates.NONE
                : new Rates(rates(pods, before.pods, seconds), rates(nodes, before.nodes, seconds));
    }

    private static Map<String, Rate> rates(Map<String, Counters> now, Map<String, Counters> before, double seconds) {
        Map<String, Rate> rates = new LinkedHashMap<>();
        now.forEach((name, counters) -> {
            Counters earlier = before.get(name);
            if (earlier != null) {
                Rate rate = counters.since(earlier, seconds);
                if (rate.moves()) {
                    rates.put(name, rate);
                }
            }
        });
        return rates;
    }
}
