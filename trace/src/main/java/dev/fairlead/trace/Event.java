package dev.fairlead.trace;

import java.util.Locale;

/** What happened to a packet at a place. Prints in lower case, as {@code trace --json} has it. */
public enum Event {
    /** It went out by a device: of the pod that sent it, or of a node towards another. */
    LEFT,
    /** It came in by a device of a node. */
    ENTERED,
    /** It was sent out by one of the bridge's ports, to the MAC address that lives there. */
    BRIDGED,
    /** The IP layer of a node chose a route for it. */
    ROUTED,
    /** A rule of a packet filter matched it and decided. */
    RULE,
    /** Its destination was rewritten by a rule. */
    DNAT,
    /** Its source was put back to what the other side had asked for: the undoing of a DNAT on the reply. */
    UNDNAT,
    /** Its source was rewritten by a rule. */
    SNAT,
    /** Its destination was put back: the undoing of a SNAT on the reply. */
    UNSNAT,
    /** It was put into a packet between nodes. */
    ENCAP,
    /** It was taken out of one. */
    DECAP,
    /** It reached the namespace in which it is for a socket. */
    DELIVERED,
    /** It ended here. */
    DROPPED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
