package dev.fairlead.trace.observe;

import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.kernel.tap.Sighting;
import dev.fairlead.kernel.tap.TapCounts;
import dev.fairlead.kernel.tap.TapFilter;
import dev.fairlead.kernel.tap.TapPoint;
import dev.fairlead.kernel.tap.Taps;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import dev.fairlead.trace.Hop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Everything that is armed to see one connection. Arm it, have the connection made, and {@link #finish}; what was armed is held by
 * descriptors of this process, so it goes with them. Confined to one thread.
 */
public final class Observation implements AutoCloseable {
    private final Stage stage;
    private final Aim aim;
    private final Map<String, NodeKernel> nodes;
    private final Taps taps;
    private final Map<TapPoint, Spot> spots;
    private final List<Sighting> sightings = new ArrayList<>();
    private Flow asked;

    private Observation(Stage stage, Aim aim, Map<String, NodeKernel> nodes, Taps taps, Map<TapPoint, Spot> spots) {
        this.stage = stage;
        this.aim = aim;
        this.nodes = nodes;
        this.taps = taps;
        this.spots = spots;
        this.asked = aim.flow();
    }

    /**
     * What was seen.
     *
     * @param startNs when the first packet was first seen, in nanoseconds since 1970
     * @param sightings every packet of the connection, for a capture file
     * @param lostEvents how much the kernel had to drop of what it told: packets of taps, and 1 for each node whose rules' steps
     *     weren't all told
     */
    public record Observed(
            List<Hop> request, List<Hop> reply, long startNs, List<Sighting> sightings, long lostEvents) {
        public Observed {
            request = List.copyOf(request);
            reply = List.copyOf(reply);
            sightings = List.copyOf(sightings);
        }

        /** From the first packet there to the last place of the first one back; empty where it wasn't seen to come back. */
        public OptionalLong answeredNs() {
            return reply.isEmpty() ? OptionalLong.empty() : reply.getLast().tNs();
        }

        /** How it ended, as far as packets tell. @param waited for the answer */
        public Attempt.Outcome outcome(Duration waited) {
            boolean refused = sightings.stream()
                    .flatMap(seen -> PacketReader.read(seen.packet()).stream())
                    .anyMatch(packet -> (packet.flags() & Packet.RST) != 0 && packet.isFirst(true));
            Attempt.End end =
                    reply.isEmpty() ? Attempt.End.SILENT : refused ? Attempt.End.REFUSED : Attempt.End.ANSWERED;
            return new Attempt.Outcome(end, waited, reply.isEmpty() ? "no answer in " + waited.toMillis() + " ms" : "");
        }

        /** Where the first packet was going when it was seen last. */
        public Optional<IpPort> destination() {
            return request.isEmpty()
                    ? Optional.empty()
                    : Optional.of(request.getLast().after().destination());
        }
    }

    public static Observation arm(Stage stage, Aim aim) {
        Map<String, NodeKernel> nodes = new LinkedHashMap<>();
        Map<TapPoint, Spot> spots = new LinkedHashMap<>();
        for (Stage.Watched watched : stage.devices()) {
            Spot spot = watched.spot();
            spots.put(new TapPoint(watched.namespace(), spot.device(), label(spot)), spot);
        }
        try {
            stage.nodes().forEach((name, netns) -> nodes.put(name, NodeKernel.arm(name, netns, aim)));
            TapFilter filter = new TapFilter(aim.flow().protocol(), aim.addresses(), aim.ports());
            return new Observation(stage, aim, nodes, Taps.open(List.copyOf(spots.keySet()), filter), spots);
        } catch (RuntimeException e) {
            nodes.values().forEach(NodeKernel::close);
            throw e;
        }
    }

    private static String label(Spot spot) {
        return spot.pod().isEmpty() ? spot.node() + " " + spot.device() : spot.pod() + " " + spot.device();
    }

    /**
     * Waits for the first packet of somebody's connection that is as aimed at; from then on this is about that one.
     *
     * @return whether one came in time
     */
    public boolean awaitFirst(Duration patience) {
        return await(patience, sighting -> {
            Optional<Packet> first = PacketReader.read(sighting.packet()).filter(packet -> packet.isFirst(false));
            first.filter(packet ->
                            packet.flow().source().ip().equals(asked.source().ip())
                                    && packet.flow().destination().equals(asked.destination()))
                    .ifPresent(packet -> asked = packet.flow());
            return asked.source().port() != 0;
        });
    }

    /** Waits until the answer has come back to who asked. @return whether it came in time */
    public boolean awaitAnswer(Duration patience) {
        return await(patience, sighting -> {
            Spot spot = spots.get(sighting.point());
            boolean home = spot != null
                    && spot.node().equals(aim.from().node())
                    && (!aim.from().isPod() || spot.pod().equals(aim.from().pod()));
            return home
                    && !sighting.outgoing()
                    && PacketReader.read(sighting.packet())
                            .filter(packet -> packet.isFirst(true)
                                    && packet.flow().destination().equals(asked.source()))
                            .isPresent();
        });
    }

    private boolean await(Duration patience, Predicate<Sighting> wanted) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            List<Sighting> more = taps.await(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            sightings.addAll(more);
            if (more.stream().anyMatch(wanted)) {
                return true;
            }
            if (System.nanoTime() >= deadline) {
                return false;
            }
        }
    }

    /** The connection that this is about, as the client sends it. */
    public Flow flow() {
        return asked;
    }

    /** What was seen until now; then nothing is armed any more. */
    public Observed finish() {
        try {
            drain();
            List<Seen> seen = new ArrayList<>();
            Map<String, Set<Flow>> met = new LinkedHashMap<>();
            for (Sighting sighting : sightings) {
                Spot spot = spots.get(sighting.point());
                Optional<Packet> packet = PacketReader.read(sighting.packet());
                if (spot != null && packet.isPresent()) {
                    seen.add(new Seen(sighting.nanos(), spot, sighting.outgoing(), packet.get()));
                    met.computeIfAbsent(spot.node(), _ -> new LinkedHashSet<>())
                            .add(packet.get().flow());
                }
            }
            List<NodeFacts> facts = new ArrayList<>();
            nodes.forEach((name, node) -> facts.add(node.facts(met.getOrDefault(name, Set.of()), asked)));
            long lost = taps.counts().stream().mapToLong(TapCounts::dropped).sum()
                    + facts.stream().filter(NodeFacts::lost).count();
            Joiner.Ways ways = Joiner.join(stage.scene(), aim.from(), new Answers(), asked, seen, facts);
            return new Observed(ways.request(), ways.reply(), ways.startNs(), sightings, lost);
        } finally {
            close();
        }
    }

    private void drain() {
        for (List<Sighting> more = taps.await(Duration.ZERO); !more.isEmpty(); more = taps.await(Duration.ZERO)) {
            sightings.addAll(more);
        }
    }

    /** Asked of the node that it is about. */
    private final class Answers implements KernelAnswers {
        @Override
        public Optional<String> route(String node, Flow packet, String in) {
            return Optional.ofNullable(nodes.get(node)).flatMap(there -> there.route(packet, in));
        }

        @Override
        public Optional<String> rule(String node, TraceEvent step) {
            return Optional.ofNullable(nodes.get(node)).flatMap(there -> there.rule(step));
        }
    }

    @Override
    public void close() {
        taps.close();
        nodes.values().forEach(NodeKernel::close);
    }
}
