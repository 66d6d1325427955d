package dev.fairlead.trace.observe;

import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.tap.Sighting;
import dev.fairlead.kernel.tap.TapCounts;
import dev.fairlead.kernel.tap.TapFilter;
import dev.fairlead.kernel.tap.TapPoint;
import dev.fairlead.kernel.tap.Taps;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import dev.fairlead.trace.Hop;
import dev.fairlead.trace.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Everything that is armed to see one connection. Arm it, have the connection made, and {@link #finish}; what was armed is held by
 * descriptors of this process, so it goes with them. Confined to one thread.
 */
public final class Observation implements AutoCloseable {
    /** So often somebody who waits for packets looks whether anybody still waits for him. */
    private static final long STEP_NANOS = 200_000_000;

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
     * @param ending why the first packet there was seen no further, where neither a rule nor who got it tells; else empty
     * @param error what came in place of an answer
     * @param notes what of the way a first packet doesn't meet, a sentence each
     * @param sightings every packet of the connection, for a capture file
     * @param lostEvents how much the kernel had to drop of what it told: packets of taps, packets of the two ways of which it
     *     kept no time, so that their order isn't sure, and 1 for each node whose rules' steps
     *     weren't all told
     */
    public record Observed(
            List<Hop> request,
            List<Hop> reply,
            String ending,
            Optional<Packet.IcmpError> error,
            List<String> notes,
            long startNs,
            List<Sighting> sightings,
            long lostEvents) {
        public Observed {
            notes = List.copyOf(notes);
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
     * @param gone whether nobody wants to know any more
     * @return whether one came in time
     */
    public boolean awaitFirst(Duration patience, BooleanSupplier gone) {
        return await(patience, gone, sighting -> {
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
        return await(patience, () -> false, sighting -> {
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

    private boolean await(Duration patience, BooleanSupplier gone, Predicate<Sighting> wanted) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            List<Sighting> more = taps.await(Duration.ofNanos(Math.clamp(deadline - System.nanoTime(), 0, STEP_NANOS)));
            sightings.addAll(more);
            if (more.stream().anyMatch(wanted)) {
                return true;
            }
            if (System.nanoTime() >= deadline || gone.getAsBoolean()) {
                return false;
            }
        }
    }

    /** The connection that this is about, as the client sends it. */
    public Flow flow() {
        return asked;
    }

    /** What was seen until now; then nothing is armed any more. @param end what who asked was told */
    public Observed finish(Attempt.End end) {
        try {
            drain();
            Strays strays = Strays.of(stage.scene(), sightings, spots);
            List<Seen> seen = new ArrayList<>();
            Map<String, Set<Flow>> met = new LinkedHashMap<>();
            for (Sighting sighting : sightings) {
                Spot spot = spots.get(sighting.point());
                Optional<Packet> packet = PacketReader.read(sighting.packet());
                if (spot != null && packet.isPresent() && !strays.isOne(sighting, spot)) {
                    seen.add(new Seen(sighting.nanos(), !sighting.read(), spot, sighting.outgoing(), packet.get()));
                    met.computeIfAbsent(spot.node(), _ -> new LinkedHashSet<>())
                            .add(packet.get().flow());
                }
            }
            List<NodeFacts> facts = new ArrayList<>();
            nodes.forEach((name, node) -> facts.add(node.facts(met.getOrDefault(name, Set.of()), asked)));
            long lost = taps.counts().stream().mapToLong(TapCounts::dropped).sum()
                    + facts.stream().filter(NodeFacts::lost).count();
            Joiner.Told told = new Joiner.Told(seen, facts, lost == 0, end);
            Joiner.Ways ways = Joiner.join(stage.scene(), aim.from(), new Answers(), asked, told);
            return new Observed(
                    ways.request(),
                    ways.reply(),
                    ways.ending(),
                    ways.error(),
                    ways.notes(),
                    ways.startNs(),
                    sightings,
                    lost + ways.untimed());
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
        public Optional<Taken> route(String node, Flow packet, String in) {
            return Optional.ofNullable(nodes.get(node)).flatMap(there -> there.route(packet, in));
        }

        @Override
        public Optional<String> routeOfSender(Flow packet) {
            Place from = aim.from();
            return stage.devices().stream()
                    .filter(device -> from.isPod() && device.spot().pod().equals(from.pod()))
                    .findFirst()
                    .map(Stage.Watched::namespace)
                    .or(() -> Optional.ofNullable(stage.nodes().get(from.node())))
                    .flatMap(own -> NodeKernel.resolved(own, packet));
        }

        @Override
        public Optional<String> unanswered(String node, Taken route) {
            return Optional.ofNullable(nodes.get(node)).flatMap(there -> there.unanswered(route));
        }

        @Override
        public boolean isRunning(String node) {
            return nodes.containsKey(node);
        }

        @Override
        public Optional<Link> link(String node, String device) {
            return Optional.ofNullable(nodes.get(node)).flatMap(there -> there.link(device));
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
