package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Everything that is armed to see one connection, on all nodes. Arm it, have the connection made, and {@link #finish}. A node whose
 * eyes can't be opened, or that stops to answer, is left out and named. Confined to one thread.
 */
public final class Observation implements AutoCloseable {
    /**
     * So long only the sender's node is listened to; then what the others have is taken from them before the kernel must drop it, and
     * somebody who waits for packets looks whether anybody still waits for him.
     */
    private static final Duration ROUND = Duration.ofMillis(500);

    private final Stage stage;
    private final Aim aim;
    private final Map<String, Eyes> eyes;
    private final Map<String, String> unwatched;
    private final HeardDrops drops;
    private final List<Sight> sights = new ArrayList<>();
    private Flow asked;
    /** Somebody's first packet that was waited for. */
    private Optional<Packet> first = Optional.empty();

    private Observation(Stage stage, Aim aim, Map<String, Eyes> eyes, Map<String, String> unwatched, HeardDrops drops) {
        this.stage = stage;
        this.aim = aim;
        this.eyes = eyes;
        this.unwatched = unwatched;
        this.drops = drops;
        this.asked = aim.flow();
    }

    /**
     * Arms all nodes at once.
     *
     * @throws EyesException when not one of them can be
     */
    public static Observation arm(Stage stage, Aim aim) {
        EachNode<Eyes> opened = EachNode.ask(stage.nodes(), (name, opening) -> opening.open(stage.watch(name, aim)));
        Map<String, String> unwatched = new TreeMap<>();
        try {
            addBlind(opened, unwatched);
            if (opened.answers().isEmpty() && !unwatched.isEmpty()) {
                throw new EyesException("no node could be armed: " + unwatched);
            }
            return new Observation(stage, aim, new TreeMap<>(opened.answers()), unwatched, stage.listen(aim));
        } catch (RuntimeException e) {
            closeAll(opened.answers());
            throw e;
        }
    }

    private static void addBlind(EachNode<?> asked, Map<String, String> unwatched) {
        asked.failures().forEach((node, failure) -> {
            if (!EachNode.isBlindness(failure)) {
                throw failure;
            }
            unwatched.put(node, String.valueOf(failure.getMessage()));
        });
    }

    private static void closeAll(Map<String, Eyes> eyes) {
        EachNode<Boolean> closed = EachNode.ask(eyes, (_, node) -> {
            node.close();
            return true;
        });
        eyes.clear();
        closed.failures().values().forEach(failure -> {
            throw failure;
        });
    }

    /**
     * Waits for the first packet of somebody's connection that is as aimed at; from then on this is about that one.
     *
     * @param gone whether nobody wants to know any more
     * @return whether one came in time
     * @throws EyesException when the sender's node isn't watched
     */
    public boolean awaitFirst(Duration patience, BooleanSupplier gone) {
        if (!asked.protocol().hasPorts()) {
            // One of many that a ping sends may have been on its way while devices were armed, and was not seen at all
            // of them.
            sights.addAll(sender().await(Duration.ZERO));
        }
        return await(patience, gone, sight -> {
            if (first.isEmpty()) {
                first = sight.packet().filter(packet -> packet.isFirst(false) && isFromWhoAsks(packet.flow()));
                asked = first.map(Packet::flow).orElse(asked);
            }
            return first.isPresent();
        });
    }

    private boolean isFromWhoAsks(Flow flow) {
        return flow.source().ip().equals(asked.source().ip())
                && flow.destination().equals(asked.destination());
    }

    /** Waits until the answer has come back to who asked. @return whether it came in time */
    public boolean awaitAnswer(Duration patience) {
        return await(patience, () -> false, sight -> {
            boolean home =
                    !aim.from().isPod() || sight.spot().pod().equals(aim.from().pod());
            return home
                    && !sight.outgoing()
                    && sight.packet()
                            .filter(packet -> packet.isFirst(true)
                                    && packet.flow().destination().equals(asked.source())
                                    && first.stream().allMatch(packet::answers))
                            .isPresent();
        });
    }

    /** @param wanted what the sender's node is to see */
    private boolean await(Duration patience, BooleanSupplier gone, Predicate<Sight> wanted) {
        Eyes sender = sender();
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            List<Sight> more = sender.await(left.compareTo(ROUND) < 0 ? left : ROUND);
            sights.addAll(more);
            drainOthers(sender);
            if (more.stream().anyMatch(wanted)) {
                return true;
            }
            if (System.nanoTime() >= deadline || gone.getAsBoolean()) {
                return false;
            }
        }
    }

    private Eyes sender() {
        String home = aim.from().node();
        return Optional.ofNullable(eyes.get(home))
                .orElseThrow(() -> new EyesException("the sender's node " + home + " is not watched: "
                        + unwatched.getOrDefault(home, "there is no such node")));
    }

    private void drainOthers(Eyes sender) {
        Map<String, Eyes> others = new TreeMap<>(eyes);
        others.values().remove(sender);
        drops.listen();
        ask(others, (_, node) -> node.await(Duration.ZERO)).values().forEach(sights::addAll);
    }

    /** Asks nodes; those that don't answer are watched no more. */
    private <T> Map<String, T> ask(Map<String, Eyes> nodes, BiFunction<String, Eyes, T> question) {
        EachNode<T> asked = EachNode.ask(nodes, question);
        addBlind(asked, unwatched);
        asked.failures()
                .keySet()
                .forEach(node -> Optional.ofNullable(eyes.remove(node)).ifPresent(Eyes::close));
        return asked.answers();
    }

    /** The connection that this is about, as the client sends it. */
    public Flow flow() {
        return asked;
    }

    /** What was seen until now; then nothing is armed any more. @param end what who asked was told */
    public Observed finish(Attempt.End end) {
        try {
            Map<String, Findings> findings = ask(eyes, (_, node) -> node.finish(asked));
            findings.values().forEach(found -> sights.addAll(found.sights()));
            sights.removeIf(sight -> !eyes.containsKey(sight.spot().node()));
            ClockAlignment clocks = align();
            List<NodeFacts> facts = findings.values().stream()
                    .map(Findings::facts)
                    .map(of -> of.at(nanos -> clocks.aligned(of.node(), nanos)))
                    .map(of -> stage.drops().isEmpty() ? of : of.with(drops.told(of.node())))
                    .toList();
            List<Seen> seen = onTheirWay();
            long lost = findings.values().stream().mapToLong(Findings::lost).sum();
            Told told = new Told(seen, first, facts, lost == 0 && unwatched.isEmpty(), end);
            Joiner.Ways ways = Joiner.join(stage.scene(), aim, new AskedEyes(stage, aim, eyes, facts), asked, told);
            return new Observed(
                    ways.request(),
                    ways.reply(),
                    ways.ending(),
                    ways.error(),
                    ways.notes(),
                    ways.startNs(),
                    sights,
                    lost,
                    unwatched);
        } finally {
            close();
        }
    }

    /** From here on all times of packets are by one clock, which is given back, and in its order. */
    private ClockAlignment align() {
        Map<String, ClockReading> readings = new TreeMap<>();
        eyes.forEach((name, node) -> readings.put(name, node.clock()));
        ClockAlignment clocks = ClockAlignment.of(readings, Crossing.of(onTheirWay()));
        sights.replaceAll(sight -> sight.at(clocks.aligned(sight.spot().node(), sight.nanos())));
        // Of two places with one time a packet leaves the one before it comes to the other.
        sights.sort(Comparator.comparingLong(Sight::nanos).thenComparing(sight -> !sight.outgoing()));
        return clocks;
    }

    /** The packets that were on their way where they were seen. */
    private List<Seen> onTheirWay() {
        List<Sight> packets =
                sights.stream().filter(sight -> sight.packet().isPresent()).toList();
        Strays strays = Strays.of(stage.scene(), packets);
        return packets.stream()
                .filter(sight -> !strays.isOne(sight))
                .flatMap(sight -> sight.seen().stream())
                .toList();
    }

    @Override
    public void close() {
        try {
            drops.close();
        } finally {
            closeAll(eyes);
        }
    }
}
