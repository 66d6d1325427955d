package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.route.Ifla.*;

/** A switch of a bridge port, {@code IFLA_BRPORT_*}; text as {@code bridge link set} takes it. */
public enum PortFlag {
    /** A frame may leave on the port it came in on: what a pod needs to reach itself by a Service address. */
    HAIRPIN(IFLA_BRPORT_MODE, "hairpin"),
    /** STP messages from this port switch it off. */
    GUARD(IFLA_BRPORT_GUARD, "guard"),
    ROOT_BLOCK(IFLA_BRPORT_PROTECT, "root_block"),
    FAST_LEAVE(IFLA_BRPORT_FAST_LEAVE, "fastleave"),
    /** Source addresses of frames become FDB entries. */
    LEARNING(IFLA_BRPORT_LEARNING, "learning"),
    /** Frames to unknown unicast addresses leave here too. */
    FLOOD(IFLA_BRPORT_UNICAST_FLOOD, "flood"),
    MULTICAST_FLOOD(IFLA_BRPORT_MCAST_FLOOD, "mcast_flood"),
    MULTICAST_TO_UNICAST(IFLA_BRPORT_MCAST_TO_UCAST, "mcast_to_unicast"),
    BROADCAST_FLOOD(IFLA_BRPORT_BCAST_FLOOD, "bcast_flood"),
    PROXY_ARP(IFLA_BRPORT_PROXYARP, "proxy_arp"),
    /** ARP and neighbour solicitations are answered here instead of flooded. */
    NEIGHBOUR_SUPPRESSION(IFLA_BRPORT_NEIGH_SUPPRESS, "neigh_suppress"),
    /** Isolated ports reach only ports that aren't isolated. */
    ISOLATED(IFLA_BRPORT_ISOLATED, "isolated"),
    /** Only frames whose source address has an FDB entry on this port are taken. */
    LOCKED(IFLA_BRPORT_LOCKED, "locked");

    static final PortFlag[] ALL = values();

    private final int attribute;
    private final String text;

    PortFlag(int attribute, String text) {
        this.attribute = attribute;
        this.text = text;
    }

    int attribute() {
        return attribute;
    }

    /** {@code hairpin on}. */
    public String text(boolean on) {
        return text + (on ? " on" : " off");
    }

    @Override
    public String toString() {
        return text;
    }
}
