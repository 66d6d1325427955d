package dev.fairlead.web;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counters of one moment. They only grow, unless a device is made anew.
 *
 * @param atNs when they were read, {@link System#nanoTime}
 * @param pods of the veth pairs, by the pod's {@code namespace/name}; "sent" is what the pod sent
 * @param nodes of the uplinks, by the node's name; "sent" is what the node sent
 * @param talks of connections, by who talks to whom, since somebody watches; "sent" is what the client sent. Who wasn't there
 *     before had sent nothing
 */
public record Traffic(long atNs, Map<String, Counters> pods, Map<String, Counters> nodes, Map<Talk, Counters> talks) {
    private static final double NS = 1e9;

    public Traffic {
        pods = Map.copyOf(pods);
        nodes = Map.copyOf(nodes);
        talks = Map.copyOf(talks);
    }

    /**
     * The ends of connections.
     *
     * @param client who began them: {@code pod/default/client}, {@code node/node-1}, or an address that nobody in the cluster has
     * @param service what was asked for, {@code svc/default/web}; empty where it was no Service
     * @param server who they went to, named as the client is
     */
    public record Talk(String client, String service, String server) {}

    /** Since a device was made, or since somebody watches. */
    public record Counters(long sentBytes, long receivedBytes, long sentPackets, long receivedPackets) {
        public static final Counters NONE = new Counters(0, 0, 0, 0);

        public Counters plus(Counters more) {
            return new Counters(
                    sentBytes + more.sentBytes,
                    receivedBytes + more.receivedBytes,
                    sentPackets + more.sentPackets,
                    receivedPackets + more.receivedPackets);
        }

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

        double bytes() {
            return sentBytes + receivedBytes;
        }

        private Rate plus(Rate more) {
            return new Rate(
                    sentBytes + more.sentBytes,
                    receivedBytes + more.receivedBytes,
                    sentPackets + more.sentPackets,
                    receivedPackets + more.receivedPackets);
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

    /** How fast somebody talks to somebody. */
    record TalkRate(Talk talk, Rate rate) {}

    /**
     * Who talks.
     *
     * @param busiest those that carry most, the busiest first
     * @param more how many others talk
     * @param others what these carry together
     */
    record TalkRates(List<TalkRate> busiest, int more, Rate others) {
        static final TalkRates NONE = new TalkRates(List.of(), 0, new Rate(0, 0, 0, 0));
    }

    /** Who has talked since an earlier moment. @param most that are told one by one */
    TalkRates talksSince(Traffic before, int most) {
        double seconds = (atNs - before.atNs) / NS;
        if (seconds <= 0) {
            return TalkRates.NONE;
        }
        List<TalkRate> moving = new ArrayList<>();
        talks.forEach((talk, counters) -> {
            Rate rate = counters.since(before.talks.getOrDefault(talk, Counters.NONE), seconds);
            if (rate.moves()) {
                moving.add(new TalkRate(talk, rate));
            }
        });
        moving.sort(Comparator.comparingDouble((TalkRate one) -> -one.rate().bytes())
                .thenComparing(one -> one.talk().toString()));
        int told = Math.min(most, moving.size());
        Rate others = moving.subList(told, moving.size()).stream()
                .map(TalkRate::rate)
                .reduce(TalkRates.NONE.others(), Rate::plus);
        return new TalkRates(List.copyOf(moving.subList(0, told)), moving.size() - told, others);
    }
}
