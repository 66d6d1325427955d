package dev.fairlead.trace;

import dev.fairlead.trace.Prediction.Outcome;

/**
 * How a packet's way ended.
 *
 * @param place where: a pod, or a node
 * @param reason why it didn't arrive, and what would make it; empty where it did
 */
record End(Answer answer, Place place, String reason) {

    /** Who says something about it, and how that goes back. */
    enum Answer {
        /** Whoever it was for. */
        RECEIVER,
        /** A node, by a TCP reset that it puts on the wire right where the packet came in. */
        RESET,
        /** A node, by an ICMP error, a packet of its own. */
        ERROR,
        /** The same, once the node has asked in vain for as long as {@link Prediction#ASKING} which MAC address the next one has. */
        LATE_ERROR,
        /** The sender's own kernel; nothing comes over the network. */
        SENDER,
        /** Nobody. */
        NOBODY;

        boolean isError() {
            return this == ERROR || this == LATE_ERROR;
        }
    }

    Outcome outcome() {
        return switch (answer) {
            case RECEIVER -> Outcome.DELIVERED;
            case RESET, ERROR, LATE_ERROR, SENDER -> Outcome.REFUSED;
            case NOBODY -> Outcome.DROPPED;
        };
    }
}
