package dev.fairlead.trace.observe;

import dev.fairlead.kernel.conntrack.Tuple;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which addresses packets of one connection carry on its way, there and back. It follows from what the client sends and from the
 * tuples that each node's conntrack holds: what comes in as one's original goes out as the mirror of its reply.
 *
 * @param there as packets of the client look, at one place or another
 * @param back the mirror images of these
 */
record Directions(Set<Flow> there, Set<Flow> back) {

    static Directions of(Flow asked, List<NodeFacts> nodes) {
        Set<Flow> there = new HashSet<>();
        there.add(asked);
        int known;
        do { // a node may translate what another has translated before
            known = there.size();
            for (NodeFacts node : nodes) {
                addTranslatedOnTheWay(node.passes(), there);
                for (var flow : node.remembered()) {
                    Optional<Flow> original = flow(flow.original());
                    Optional<Flow> reply = flow(flow.reply());
                    if (original.isPresent() && reply.isPresent() && there.contains(original.get())) {
                        there.add(reply.get().reply());
                    }
                }
            }
        } while (there.size() > known);
        Set<Flow> back = new HashSet<>();
        there.forEach(flow -> back.add(flow.reply()));
        return new Directions(Set.copyOf(there), Set.copyOf(back));
    }

    /** What is dropped after a translation isn't remembered; but the rules of one hook show it before and after. */
    private static void addTranslatedOnTheWay(List<Pass> passes, Set<Flow> there) {
        for (Pass pass : passes) {
            if (there.contains(pass.packet().flow())) {
                passes.stream()
                        .filter(other -> other.steps().getFirst().id()
                                        == pass.steps().getFirst().id()
                                && other.packet().isSame(pass.packet())
                                && other.packet().error().isEmpty())
                        .forEach(other -> there.add(other.packet().flow()));
            }
        }
    }

    /** What conntrack holds, as {@code A → B | C → D}: what the client sends, and what the answer will look like. */
    static String text(dev.fairlead.kernel.conntrack.Flow remembered) {
        return flow(remembered.original()).map(Directions::arrow).orElse("") + " | "
                + flow(remembered.reply()).map(Directions::arrow).orElse("");
    }

    private static String arrow(Flow flow) {
        return flow.source() + " → " + flow.destination();
    }

    /** Empty for a protocol without ports. */
    static Optional<Flow> flow(Tuple tuple) {
        return Protocol.ofNumber(tuple.protocol())
                .filter(protocol -> tuple.sourcePort() >= 0)
                .map(protocol -> new Flow(
                        protocol,
                        new IpPort(tuple.source(), tuple.sourcePort()),
                        new IpPort(tuple.destination(), tuple.destinationPort())));
    }
}
