package dev.fairlead.trace.observe;

import java.util.List;
import java.util.Optional;

/**
 * What there is to make ways of.
 *
 * @param first the packet that this is about, where that was somebody's who may have sent others before; else the first that
 *     was seen is it
 * @param facts of the nodes that were watched
 * @param complete whether nothing was lost of it and every node was watched: else a packet may have gone on where it wasn't seen
 * @param end what who asked was told
 */
record Told(List<Seen> seen, Optional<Packet> first, List<NodeFacts> facts, boolean complete, Attempt.End end) {

    /** Where the packet that this is about may have been met. */
    List<Seen> ofFirst() {
        return first.isEmpty()
                ? seen
                : seen.stream().filter(one -> one.packet().isSame(first.get())).toList();
    }

    /** Without replies to requests before the one that was met there. */
    List<Seen> answersTo(List<Seen> there) {
        return there.isEmpty()
                ? seen
                : seen.stream()
                        .filter(one -> one.packet().answers(there.getFirst().packet()))
                        .toList();
    }
}
