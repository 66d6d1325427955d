package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.netlink.Schema.Kind.*;
import static dev.fairlead.kernel.route.Ifla.*;

import dev.fairlead.kernel.netlink.Schema;

/** The kernel's names of link attributes, to explain messages with. */
final class LinkSchema {
    /** The payload of {@code IFLA_INFO_DATA} depends on the kind beside it, so its attributes are named by number alone. */
    private static final Schema INFO = Schema.of()
            .leaf(IFLA_INFO_KIND, "IFLA_INFO_KIND", STRING)
            .leaf(IFLA_INFO_SLAVE_KIND, "IFLA_INFO_SLAVE_KIND", STRING);

    static final Schema PORT = Schema.of()
            .leaf(IFLA_BRPORT_STATE, "IFLA_BRPORT_STATE", U8)
            .leaf(IFLA_BRPORT_PRIORITY, "IFLA_BRPORT_PRIORITY", U16)
            .leaf(IFLA_BRPORT_COST, "IFLA_BRPORT_COST", U32)
            .leaf(IFLA_BRPORT_MODE, "IFLA_BRPORT_MODE", U8)
            .leaf(IFLA_BRPORT_GUARD, "IFLA_BRPORT_GUARD", U8)
            .leaf(IFLA_BRPORT_PROTECT, "IFLA_BRPORT_PROTECT", U8)
            .leaf(IFLA_BRPORT_FAST_LEAVE, "IFLA_BRPORT_FAST_LEAVE", U8)
            .leaf(IFLA_BRPORT_LEARNING, "IFLA_BRPORT_LEARNING", U8)
            .leaf(IFLA_BRPORT_UNICAST_FLOOD, "IFLA_BRPORT_UNICAST_FLOOD", U8)
            .leaf(IFLA_BRPORT_PROXYARP, "IFLA_BRPORT_PROXYARP", U8)
            .leaf(IFLA_BRPORT_PROXYARP_WIFI, "IFLA_BRPORT_PROXYARP_WIFI", U8)
            .leaf(IFLA_BRPORT_NO, "IFLA_BRPORT_NO", U16)
            .leaf(IFLA_BRPORT_MULTICAST_ROUTER, "IFLA_BRPORT_MULTICAST_ROUTER", U8)
            .leaf(IFLA_BRPORT_MCAST_FLOOD, "IFLA_BRPORT_MCAST_FLOOD", U8)
            .leaf(IFLA_BRPORT_MCAST_TO_UCAST, "IFLA_BRPORT_MCAST_TO_UCAST", U8)
            .leaf(IFLA_BRPORT_BCAST_FLOOD, "IFLA_BRPORT_BCAST_FLOOD", U8)
            .leaf(IFLA_BRPORT_NEIGH_SUPPRESS, "IFLA_BRPORT_NEIGH_SUPPRESS", U8)
            .leaf(IFLA_BRPORT_ISOLATED, "IFLA_BRPORT_ISOLATED", U8)
            .leaf(IFLA_BRPORT_LOCKED, "IFLA_BRPORT_LOCKED", U8);

    static final Schema LINK = Schema.of()
            .leaf(IFLA_ADDRESS, "IFLA_ADDRESS", MAC)
            .leaf(IFLA_BROADCAST, "IFLA_BROADCAST", MAC)
            .leaf(IFLA_IFNAME, "IFLA_IFNAME", STRING)
            .leaf(IFLA_MTU, "IFLA_MTU", U32)
            .leaf(IFLA_LINK, "IFLA_LINK", S32)
            .leaf(IFLA_QDISC, "IFLA_QDISC", STRING)
            .leaf(IFLA_STATS, "IFLA_STATS", HEX)
            .leaf(IFLA_MASTER, "IFLA_MASTER", U32)
            .nest(IFLA_PROTINFO, "IFLA_PROTINFO", PORT)
            .leaf(IFLA_TXQLEN, "IFLA_TXQLEN", U32)
            .leaf(IFLA_MAP, "IFLA_MAP", HEX)
            .leaf(IFLA_OPERSTATE, "IFLA_OPERSTATE", U8)
            .leaf(IFLA_LINKMODE, "IFLA_LINKMODE", U8)
            .nest(IFLA_LINKINFO, "IFLA_LINKINFO", INFO)
            .leaf(IFLA_NET_NS_PID, "IFLA_NET_NS_PID", U32)
            .leaf(IFLA_IFALIAS, "IFLA_IFALIAS", STRING)
            .leaf(IFLA_STATS64, "IFLA_STATS64", HEX)
            .leaf(IFLA_AF_SPEC, "IFLA_AF_SPEC", HEX)
            .leaf(IFLA_GROUP, "IFLA_GROUP", U32)
            .leaf(IFLA_NET_NS_FD, "IFLA_NET_NS_FD", U32)
            .leaf(IFLA_EXT_MASK, "IFLA_EXT_MASK", U32)
            .leaf(IFLA_LINK_NETNSID, "IFLA_LINK_NETNSID", S32);

    private LinkSchema() {}
}
