package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which addresses packets of one connection carry on its way, there and back. It follows from what the client sends and from the
 * tuples that each node's conntrack holds: what comes in as one's original goes out as the mirror of its reply.
 *
 * @param there as packets of the client look, at one place or another
 * @param back the mirror images of these
 */
record Directions(Set<Flow> there, Set<Flow> back) {

    /** @param guesses how they may look too, as nobody watched where that is decided */
    static Directions of(Flow asked, List<Flow> guesses, List<NodeFacts> nodes) {
        Set<Flow> there = new HashSet<>(guesses);
        there.add(asked);
        int known;
        do { // a node may translate what another has translated before
            known = there.size();
            for (NodeFacts node : nodes) {
                addTranslatedOnTheWay(node.passes(), there);
                for (NodeFacts.Remembered entry : node.remembered()) {
                    if (there.contains(entry.original())) {
                        there.add(entry.reply().reply());
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
}
