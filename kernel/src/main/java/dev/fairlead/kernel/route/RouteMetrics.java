package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.route.Rta.*;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a route says about the path, {@code RTAX_*} of {@code <linux/rtnetlink.h>}.
 *
 * @param values by {@code RTAX} number, unsigned 32 bits each
 * @param congestionControl name of the TCP algorithm, empty for the namespace's own choice
 */
public record RouteMetrics(SortedMap<Integer, Long> values, String congestionControl) {
    public static final RouteMetrics NONE = new RouteMetrics(Collections.emptySortedMap(), "");

    private static final String[] NAMES = {
        "",
        "",
        "mtu",
        "window",
        "rtt",
        "rttvar",
        "ssthresh",
        "cwnd",
        "advmss",
        "reordering",
        "hoplimit",
        "initcwnd",
        "features",
        "rto_min",
        "initrwnd",
        "quickack",
        "congctl",
        "fastopen_no_cookie"
    };

    public RouteMetrics {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /** Bytes of the largest packet on this path, 0 when the route doesn't say. */
    public int mtu() {
        return values.getOrDefault(RTAX_MTU, 0L).intValue();
    }

    public RouteMetrics withMtu(int bytes) {
        return with(RTAX_MTU, bytes);
    }

    /** @param bytes of the largest TCP segment that is advertised on this path */
    public RouteMetrics withAdvertisedMss(int bytes) {
        return with(RTAX_ADVMSS, bytes);
    }

    /** Sets one by its {@code RTAX} number. */
    public RouteMetrics with(int number, long value) {
        SortedMap<Integer, Long> all = new TreeMap<>(values);
        all.put(number, value);
        return new RouteMetrics(all, congestionControl);
    }

    public boolean isEmpty() {
        return values.isEmpty() && congestionControl.isEmpty();
    }

    static RouteMetrics decode(Attributes attributes) {
        SortedMap<Integer, Long> values = new TreeMap<>();
        String congestionControl = "";
        for (Attribute attribute : attributes) {
            if (attribute.type() == RTAX_CC_ALGO) {
                congestionControl = attribute.string();
            } else {
                values.put(attribute.type(), attribute.u32());
            }
        }
        return new RouteMetrics(values, congestionControl);
    }

    void encode(Encoder encoder) {
        values.forEach(encoder::attributeU32);
        if (!congestionControl.isEmpty()) {
            encoder.attributeString(RTAX_CC_ALGO, congestionControl);
        }
    }

    /** {@code mtu lock 1450 advmss 1400}; empty when there are none. */
    @Override
    public String toString() {
        long locked = values.getOrDefault(RTAX_LOCK, 0L);
        StringBuilder text = new StringBuilder();
        for (Map.Entry<Integer, Long> metric : values.entrySet()) {
            int number = metric.getKey();
            long value = metric.getValue();
            boolean inherited = number == RTAX_HOPLIMIT && (int) value == -1;
            if (number == RTAX_LOCK || inherited) {
                continue;
            }
            text.append(number < NAMES.length ? NAMES[number] : "metric " + number)
                    .append(number < 32 && (locked >> number & 1) == 1 ? " lock " : " ")
                    .append(number == RTAX_FEATURES && value == 1 ? "ecn" : Long.toString(value))
                    .append(' ');
        }
        if (!congestionControl.isEmpty()) {
            text.append("congctl ").append(congestionControl);
        }
        return text.toString().strip();
    }
}
