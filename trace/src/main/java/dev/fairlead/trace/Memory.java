package dev.fairlead.trace;

import dev.fairlead.packet.Flow;

/**
 * What a node's connection tracking remembers of a connection that it translated.
 *
 * @param original as the client sends it
 * @param reply as the answer will come to this node
 */
record Memory(Flow original, Flow reply) {

    /** Whether the destination was rewritten, so that the answer's source is to be put back. */
    boolean dnat() {
        return !original.destination().equals(reply.source());
    }

    /** Whether the source was rewritten, so that the answer's destination is to be put back. */
    boolean snat() {
        return !original.source().equals(reply.destination());
    }

    /** The first half is what the client sent, the second what the answer will look like, as {@code conntrack -L} lists them. */
    @Override
    public String toString() {
        return Wording.arrow(original) + " | " + Wording.arrow(reply);
    }
}
