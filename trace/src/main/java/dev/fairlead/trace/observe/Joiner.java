package dev.fairlead.trace.observe;

import dev.fairlead.kernel.nftables.expression.Verdict;
import dev.fairlead.packet.Flow;
import dev.fairlead.trace.Event;
import dev.fairlead.trace.Hop;
import dev.fairlead.trace.Place;
import dev.fairlead.trace.Scene;
import dev.fairlead.trace.observe.Spot.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Makes one way of the many places where a packet was met. Devices tell when, and what it looked like; between two devices of one
 * node the rules that it met tell why. Confined to one thread.
 */
final class Joiner {
    private final HopWriter hops;
    private final String bridge;
    private final Map<String, NodeFacts> nodes = new LinkedHashMap<>();
    private final boolean reply;
    private final Set<Flow> flows;
    private final WayDrops drops;
    /** What hops were made of: a packet may come through a node twice. */
    private final Set<Pass> used = Collections.newSetFromMap(new IdentityHashMap<>());

    /** @param flows that the packet may have on its way @param unanswered whether it may have been dropped at its end */
    private Joiner(HopWriter hops, String bridge, Told told, boolean reply, Set<Flow> flows, boolean unanswered) {
        this.hops = hops;
        this.bridge = bridge;
        told.facts().forEach(node -> nodes.put(node.node(), node));
        this.reply = reply;
        this.flows = flows;
        this.drops = new WayDrops(nodes, reply, flows, unanswered);
    }

    /**
     * The ways of the first packet there and the first one back.
     *
     * @param ending and {@code error} and {@code notes} as {@link Observed} has them
     * @param startNs when the former was first seen, 0 if never
     */
    record Ways(
            List<Hop> request,
            List<Hop> reply,
            String ending,
            Optional<Packet.IcmpError> error,
            List<String> notes,
            long startNs) {}

    /** @param aim who sent, and what it was sent on to @param asked as it was sent */
    static Ways join(Scene scene, Aim aim, KernelAnswers kernel, Flow asked, Told told) {
        Place from = aim.from();
        boolean blind = told.facts().stream().noneMatch(node -> node.node().equals(from.node()));
        Directions directions = Directions.of(asked, blind ? aim.sentOn(asked) : List.of(), told.facts());
        List<Seen> there = firstPacket(told.ofFirst(), directions.there(), false);
        List<Seen> back = firstPacket(told.answersTo(there), directions.back(), true);
        long start = there.isEmpty() ? 0 : there.getFirst().timeNs();
        HopWriter out = new HopWriter(scene, kernel, start);
        HopWriter home = new HopWriter(scene, kernel, start);
        boolean silent = told.end() == Attempt.End.SILENT;
        Joiner request = new Joiner(out, scene.bridge(), told, false, directions.there(), silent && back.isEmpty());
        Joiner reply = new Joiner(home, scene.bridge(), told, true, directions.back(), silent);
        List<Hop> went =
                there.isEmpty() ? request.unseen(from, asked, told.end()) : request.walk(there, told.complete());
        List<Hop> came = back.isEmpty() ? reply.atHome(from) : reply.walk(back, told.complete());
        List<String> notes = new ArrayList<>(out.notes());
        home.notes().stream().filter(note -> !notes.contains(note)).forEach(notes::add);
        Optional<Packet.IcmpError> error =
                back.stream().findFirst().flatMap(seen -> seen.packet().error());
        return new Ways(went, came, out.ending(), error, notes, start);
    }

    /** Where the first packet of a direction was met, each place once, in the order of time. */
    private static List<Seen> firstPacket(List<Seen> seen, Set<Flow> flows, boolean reply) {
        record Met(Spot spot, boolean outgoing) {}
        Map<Met, Seen> first = new LinkedHashMap<>();
        Packet wanted = null;
        for (Seen one :
                seen.stream().sorted(Comparator.comparingLong(Seen::timeNs)).toList()) {
            Packet packet = one.packet();
            if (!flows.contains(packet.flow()) || !packet.isFirst(reply)) {
                continue;
            }
            wanted = wanted == null ? packet : wanted;
            if (packet.isSame(wanted)) {
                first.putIfAbsent(new Met(one.spot(), one.outgoing()), one);
            }
        }
        return List.copyOf(first.values());
    }

    /** @param complete whether a packet that isn't seen any further went no further */
    private List<Hop> walk(List<Seen> places, boolean complete) {
        Optional<Seen> inside = Optional.empty();
        for (Seen place : places) {
            if (place.spot().role() == Role.LOOPBACK) {
                if (!place.outgoing()) { // it comes in again where it went out
                    hops.met(place, Event.DELIVERED);
                }
            } else if (place.spot().role() == Role.POD) {
                atPod(place);
            } else if (place.outgoing()) {
                through(inside, place);
                hops.met(place, place.spot().role() == Role.UPLINK ? Event.LEFT : Event.BRIDGED);
                inside = Optional.empty();
            } else {
                hops.met(place, Event.ENTERED, echo(place.spot().node(), place.packet()));
                inside = Optional.of(place);
            }
        }
        if (inside.isPresent()) {
            ends(inside.get());
        } else if (complete && places.getLast().outgoing()) {
            Packet packet = places.getLast().packet();
            hops.endedOnTheWay(places.getLast(), node -> drops.of(node, "", packet));
        }
        return hops.hops();
    }

    private void atPod(Seen place) {
        if (place.outgoing()) {
            hops.met(place, Event.LEFT);
        } else {
            hops.delivered(
                    place, drops.afterDelivery(place.spot().node(), place.spot().pod(), place.packet()));
        }
    }

    /** Between two devices of a node. @param in empty for a packet that the node itself sends */
    private void through(Optional<Seen> in, Seen out) {
        String node = out.spot().node();
        List<Pass> passes = passes(node, out.packet(), pass -> pass.in().isEmpty() == in.isEmpty());
        Flow after = out.packet().flow();
        boolean error = out.packet().error().isPresent(); // of these rules don't show all
        Flow before = in.map(seen -> seen.packet().flow())
                .or(() -> passes.stream()
                        .filter(pass -> !error)
                        .findFirst()
                        .map(pass -> pass.packet().flow()))
                .orElse(after);
        inside(node, before, after, passes, routed(passes, in.isEmpty()));
    }

    /** What a node does with a packet, in the kernel's order. @param routed the pass that shows a decision of the IP layer */
    private void inside(String node, Flow before, Flow after, List<Pass> passes, Optional<Pass> routed) {
        Flow redirected = new Flow(before.protocol(), before.source(), after.destination());
        if (!before.equals(redirected)) {
            translated(node, reply ? Event.UNSNAT : Event.DNAT, before, redirected, passes);
        }
        rules(node, passes);
        routed.ifPresent(pass -> hops.routed(
                node, redirected, pass, pass.in().isEmpty() ? echo(node, pass.packet()) : Optional.empty()));
        if (!redirected.equals(after)) {
            translated(node, reply ? Event.UNDNAT : Event.SNAT, redirected, after, passes);
        }
    }

    /**
     * Where the IP layer has decided. A bridged packet is shown to the hooks with the bridge on both sides; one that was routed may leave
     * by the device that it came by as well, when a node port led it to another node. A packet of the node's own
     * is routed before its destination is translated, and once more after that: the last one counts.
     */
    private Optional<Pass> routed(List<Pass> passes, boolean own) {
        Optional<Pass> routed = Optional.empty();
        for (Pass pass : passes) {
            boolean decided = !pass.out().isEmpty()
                    && !(pass.in().equals(bridge) && pass.out().equals(bridge))
                    && own == pass.in().isEmpty();
            if (decided && (own || routed.isEmpty())) {
                routed = Optional.of(pass);
            }
        }
        return routed;
    }

    /** Its next way through a node: until it comes to a chain again, as a packet does that was sent again or that comes back. */
    private List<Pass> passes(String node, Packet packet, Predicate<Pass> wanted) {
        NodeFacts facts = nodes.get(node);
        Map<String, Pass> next = new LinkedHashMap<>();
        for (Pass pass : facts == null ? List.<Pass>of() : facts.passes()) {
            boolean its =
                    pass.packet().isSame(packet) && flows.contains(pass.packet().flow());
            if (its && wanted.test(pass) && !used.contains(pass)) {
                if (next.putIfAbsent(pass.table() + " " + pass.chain(), pass) != null) {
                    break;
                }
            }
        }
        used.addAll(next.values());
        return List.copyOf(next.values());
    }

    private void rules(String node, List<Pass> passes) {
        for (Pass pass : passes) {
            if (pass.isFairleads()) {
                continue;
            }
            for (Step step : pass.steps()) {
                if (step.isDecision() && !step.verdict().equals(Verdict.DROP)) {
                    hops.rule(node, pass, step);
                }
            }
        }
    }

    /** It came into a node and didn't leave it. */
    private void ends(Seen in) {
        String node = in.spot().node();
        ends(node, in.packet(), passes(node, in.packet(), pass -> !pass.in().isEmpty()), false);
    }

    /** @param packet as it came @param own whether it is a packet of the node's own */
    private void ends(String node, Packet packet, List<Pass> passes, boolean own) {
        Flow before = packet.flow();
        Optional<Pass> dropped = passes.stream()
                .filter(pass -> pass.last().verdict().equals(Verdict.DROP))
                .findFirst();
        Optional<Pass> local = passes.stream().filter(RuleTrace::isLastOfInput).findFirst();
        Flow after = passes.isEmpty() ? before : passes.getLast().packet().flow();
        Optional<Pass> routed = local.isPresent() && !own ? local : routed(passes, own);
        inside(node, before, after, passes, dropped.isPresent() && own ? Optional.empty() : routed);
        if (dropped.isPresent()) {
            hops.droppedByRule(node, dropped.get());
        } else if (local.isPresent()) {
            hops.delivered(node, after, drops.afterDelivery(node, "", packet));
        } else {
            String device = routed.map(Pass::out).orElse("");
            hops.lost(node, after, packet.length(), device, drops.of(node, "", packet));
        }
    }

    /**
     * No device saw it. Of a node, rules may have; of a pod, its kernel found no way out, or nobody who has the address. Where the
     * sender's node wasn't watched, nothing is known.
     */
    private List<Hop> unseen(Place from, Flow asked, Attempt.End end) {
        if (!nodes.containsKey(from.node()) || !atHome(from).isEmpty()) {
            return hops.hops();
        }
        hops.neverLeft(from, asked, end, drops.atSender(from, asked));
        return hops.hops();
    }

    /** What a node sends to itself, or refuses itself, passes rules only. */
    private List<Hop> atHome(Place from) {
        NodeFacts facts = nodes.get(from.node());
        Optional<Packet> packet = from.isPod() || facts == null
                ? Optional.empty()
                : facts.passes().stream()
                        .map(Pass::packet)
                        .filter(met -> flows.contains(met.flow()) && met.isFirst(reply))
                        .findFirst();
        packet.ifPresent(met -> ends(from.node(), met, passes(from.node(), met, _ -> true), true));
        return hops.hops();
    }

    private void translated(String node, Event event, Flow before, Flow after, List<Pass> passes) {
        hops.translated(node, event, before, after, passes, memory(node));
    }

    private Optional<NodeFacts.Remembered> memory(String node) {
        NodeFacts facts = nodes.get(node);
        return facts == null
                ? Optional.empty()
                : facts.remembered().stream()
                        .filter(entry -> flows.contains(reply ? entry.reply() : entry.original()))
                        .findFirst();
    }

    /** An echo has no ports by which it could be told whose it is, so what is remembered of it is told although nothing is translated. */
    private Optional<String> echo(String node, Packet packet) {
        boolean its = !packet.flow().protocol().hasPorts() && packet.error().isEmpty();
        return its ? memory(node).map(entry -> HopWriter.remembered(entry, reply)) : Optional.empty();
    }
}
