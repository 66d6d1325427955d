package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.netlink.Schema.Kind.*;
import static dev.fairlead.kernel.route.Ifla.*;

import dev.fairlead.kernel.netlink.Schema;

/** The kernel's names of link attributes, to explain messages with. */
final class LinkSchema {
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

    private static final Schema BRIDGE = Schema.of()
            .leaf(IFLA_BR_AGEING_TIME, "IFLA_BR_AGEING_TIME", U32)
            .leaf(IFLA_BR_STP_STATE, "IFLA_BR_STP_STATE", U32)
            .leaf(IFLA_BR_VLAN_FILTERING, "IFLA_BR_VLAN_FILTERING", U8)
            .leaf(IFLA_BR_MCAST_SNOOPING, "IFLA_BR_MCAST_SNOOPING", U8)
            .leaf(IFLA_BR_NF_CALL_IPTABLES, "IFLA_BR_NF_CALL_IPTABLES", U8)
            .leaf(IFLA_BR_NF_CALL_IP6TABLES, "IFLA_BR_NF_CALL_IP6TABLES", U8);

    private static final Schema VXLAN = Schema.of()
            .leaf(IFLA_VXLAN_ID, "IFLA_VXLAN_ID", U32)
            .leaf(IFLA_VXLAN_GROUP, "IFLA_VXLAN_GROUP", IP)
            .leaf(IFLA_VXLAN_LINK, "IFLA_VXLAN_LINK", U32)
            .leaf(IFLA_VXLAN_LOCAL, "IFLA_VXLAN_LOCAL", IP)
            .leaf(IFLA_VXLAN_TTL, "IFLA_VXLAN_TTL", U8)
            .leaf(IFLA_VXLAN_TOS, "IFLA_VXLAN_TOS", U8)
            .leaf(IFLA_VXLAN_LEARNING, "IFLA_VXLAN_LEARNING", U8)
            .leaf(IFLA_VXLAN_AGEING, "IFLA_VXLAN_AGEING", U32)
            .leaf(IFLA_VXLAN_PROXY, "IFLA_VXLAN_PROXY", U8)
            .leaf(IFLA_VXLAN_L2MISS, "IFLA_VXLAN_L2MISS", U8)
            .leaf(IFLA_VXLAN_L3MISS, "IFLA_VXLAN_L3MISS", U8)
            .leaf(IFLA_VXLAN_PORT, "IFLA_VXLAN_PORT", BE16)
            .leaf(IFLA_VXLAN_GROUP6, "IFLA_VXLAN_GROUP6", IP)
            .leaf(IFLA_VXLAN_LOCAL6, "IFLA_VXLAN_LOCAL6", IP)
            .leaf(IFLA_VXLAN_UDP_CSUM, "IFLA_VXLAN_UDP_CSUM", U8)
            .leaf(IFLA_VXLAN_UDP_ZERO_CSUM6_TX, "IFLA_VXLAN_UDP_ZERO_CSUM6_TX", U8)
            .leaf(IFLA_VXLAN_UDP_ZERO_CSUM6_RX, "IFLA_VXLAN_UDP_ZERO_CSUM6_RX", U8)
            .leaf(IFLA_VXLAN_COLLECT_METADATA, "IFLA_VXLAN_COLLECT_METADATA", U8);

    private static final Schema VETH =
            Schema.of().nestBehind(Rtm.IFINFOMSG, VETH_INFO_PEER, "VETH_INFO_PEER", LinkSchema::link);

    /** The peer is described as a link is, and a link's kind as a veth's may hold a peer. */
    private static Schema link() {
        return LINK;
    }

    private static final Schema INFO = Schema.of()
            .leaf(IFLA_INFO_KIND, "IFLA_INFO_KIND", STRING)
            .choice(IFLA_INFO_DATA, "IFLA_INFO_DATA", IFLA_INFO_KIND, LinkSchema::data)
            .leaf(IFLA_INFO_SLAVE_KIND, "IFLA_INFO_SLAVE_KIND", STRING)
            .choice(IFLA_INFO_SLAVE_DATA, "IFLA_INFO_SLAVE_DATA", IFLA_INFO_SLAVE_KIND, LinkSchema::port);

    private static Schema data(String kind) {
        return switch (kind) {
            case "bridge" -> BRIDGE;
            case "vxlan" -> VXLAN;
            case "veth" -> VETH;
            default -> Schema.of();
        };
    }

    private static Schema port(String kind) {
        return kind.equals("bridge") ? PORT : Schema.of();
    }

    /** By address family; only what is sent is named. */
    private static final Schema FAMILIES = Schema.of()
            .nest(Rtm.AF_INET6, "AF_INET6", Schema.of().leaf(IFLA_INET6_ADDR_GEN_MODE, "IFLA_INET6_ADDR_GEN_MODE", U8));

    private static final Schema NAMES = Schema.of().leaf(IFLA_ALT_IFNAME, "IFLA_ALT_IFNAME", STRING);

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
            .nest(IFLA_AF_SPEC, "IFLA_AF_SPEC", FAMILIES)
            .leaf(IFLA_GROUP, "IFLA_GROUP", U32)
            .leaf(IFLA_NET_NS_FD, "IFLA_NET_NS_FD", U32)
            .leaf(IFLA_EXT_MASK, "IFLA_EXT_MASK", U32)
            .leaf(IFLA_PROMISCUITY, "IFLA_PROMISCUITY", U32)
            .leaf(IFLA_NUM_TX_QUEUES, "IFLA_NUM_TX_QUEUES", U32)
            .leaf(IFLA_NUM_RX_QUEUES, "IFLA_NUM_RX_QUEUES", U32)
            .leaf(IFLA_CARRIER, "IFLA_CARRIER", U8)
            .leaf(IFLA_CARRIER_CHANGES, "IFLA_CARRIER_CHANGES", U32)
            .leaf(IFLA_LINK_NETNSID, "IFLA_LINK_NETNSID", S32)
            .leaf(IFLA_PROTO_DOWN, "IFLA_PROTO_DOWN", U8)
            .leaf(IFLA_GSO_MAX_SEGS, "IFLA_GSO_MAX_SEGS", U32)
            .leaf(IFLA_GSO_MAX_SIZE, "IFLA_GSO_MAX_SIZE", U32)
            .leaf(IFLA_XDP, "IFLA_XDP", HEX)
            .leaf(IFLA_NEW_NETNSID, "IFLA_NEW_NETNSID", S32)
            .leaf(IFLA_TARGET_NETNSID, "IFLA_TARGET_NETNSID", S32)
            .leaf(IFLA_CARRIER_UP_COUNT, "IFLA_CARRIER_UP_COUNT", U32)
            .leaf(IFLA_CARRIER_DOWN_COUNT, "IFLA_CARRIER_DOWN_COUNT", U32)
            .leaf(IFLA_NEW_IFINDEX, "IFLA_NEW_IFINDEX", S32)
            .leaf(IFLA_MIN_MTU, "IFLA_MIN_MTU", U32)
            .leaf(IFLA_MAX_MTU, "IFLA_MAX_MTU", U32)
            .nest(IFLA_PROP_LIST, "IFLA_PROP_LIST", NAMES)
            .leaf(IFLA_ALT_IFNAME, "IFLA_ALT_IFNAME", STRING)
            .leaf(IFLA_PERM_ADDRESS, "IFLA_PERM_ADDRESS", MAC)
            .leaf(IFLA_GRO_MAX_SIZE, "IFLA_GRO_MAX_SIZE", U32)
            .leaf(IFLA_TSO_MAX_SIZE, "IFLA_TSO_MAX_SIZE", U32)
            .leaf(IFLA_TSO_MAX_SEGS, "IFLA_TSO_MAX_SEGS", U32)
            .leaf(IFLA_ALLMULTI, "IFLA_ALLMULTI", U32);

    private LinkSchema() {}
}
