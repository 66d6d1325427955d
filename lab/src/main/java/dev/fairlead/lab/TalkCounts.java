package dev.fairlead.lab;

import dev.fairlead.kernel.conntrack.Flow;
import dev.fairlead.kernel.conntrack.Tuple;
import dev.fairlead.trace.flows.Connection;
import dev.fairlead.trace.flows.Connections;
import dev.fairlead.web.Traffic.Counters;
import dev.fairlead.web.Traffic.Talk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Adds up what connections carry, by who talks to whom: what conntrack counted for each flow since it was asked before. A flow that
 * began meanwhile counts whole; what it carried before anybody watched doesn't count. Confined to who holds its lock.
 */
final class TalkCounts {
    /** Who has been silent for so long is forgotten, and begins at 0 again. */
    private static final long SILENT_NS = TimeUnit.MINUTES.toNanos(1);

    private final Supplier<Optional<Connections>> names;
    private final Map<String, Map<Tuple, Flow>> before = new HashMap<>();
    private final Map<Talk, Sum> sums = new HashMap<>();

    /** @param names who has which address now; empty while nobody can say */
    TalkCounts(Supplier<Optional<Connections>> names) {
        this.names = names;
    }

    private record Sum(Counters counters, long grownNs) {}

    private record Grown(String node, Flow flow, Counters by) {}

    /** @param flows what each node that runs remembers now, by its name */
    Map<Talk, Counters> count(Map<String, List<Flow>> flows) {
        List<Grown> grown = new ArrayList<>();
        before.keySet().retainAll(flows.keySet());
        flows.forEach((node, remembered) -> compare(node, remembered, grown));
        long now = System.nanoTime();
        if (!grown.isEmpty()) {
            names.get().ifPresent(known -> grown.forEach(one -> add(known, one, now)));
        }
        sums.values().removeIf(sum -> now - sum.grownNs > SILENT_NS);
        Map<Talk, Counters> counts = new HashMap<>();
        sums.forEach((talk, sum) -> counts.put(talk, sum.counters));
        return counts;
    }

    private void compare(String node, List<Flow> flows, List<Grown> grown) {
        Map<Tuple, Flow> now = new HashMap<>();
        flows.forEach(flow -> now.put(flow.original(), flow));
        Map<Tuple, Flow> earlier = before.put(node, now);
        if (earlier == null) {
            return; // nobody knows when they carried it
        }
        for (Flow flow : flows) {
            Flow old = earlier.get(flow.original());
            Counters by = old != null && old.id() == flow.id() ? difference(old, flow) : counters(flow);
            if (by.sentPackets() > 0 || by.receivedPackets() > 0) {
                grown.add(new Grown(node, flow, by));
            }
        }
    }

    private static Counters counters(Flow flow) {
        return new Counters(
                flow.originalCounters().bytes(),
                flow.replyCounters().bytes(),
                flow.originalCounters().packets(),
                flow.replyCounters().packets());
    }

    private static Counters difference(Flow old, Flow now) {
        return new Counters(
                now.originalCounters().bytes() - old.originalCounters().bytes(),
                now.replyCounters().bytes() - old.replyCounters().bytes(),
                now.originalCounters().packets() - old.originalCounters().packets(),
                now.replyCounters().packets() - old.replyCounters().packets());
    }

    private void add(Connections known, Grown grown, long now) {
        known.of(grown.node, grown.flow)
                .map(TalkCounts::talk)
                .ifPresent(talk -> sums.merge(
                        talk, new Sum(grown.by, now), (old, more) -> new Sum(old.counters.plus(more.counters), now)));
    }

    private static Talk talk(Connection connection) {
        return new Talk(connection.client(), connection.service(), connection.server());
    }
}
