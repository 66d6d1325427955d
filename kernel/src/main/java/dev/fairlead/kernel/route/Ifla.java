package dev.fairlead.kernel.route;

/** Attributes of links, {@code <linux/if_link.h>}, {@code <linux/veth.h>}; a test compares them with the kernel's BTF. */
final class Ifla {
    static final int IFLA_ADDRESS = 1;
    static final int IFLA_BROADCAST = 2;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_LINK = 5;
    static final int IFLA_QDISC = 6;
    static final int IFLA_STATS = 7;
    static final int IFLA_MASTER = 10;
    static final int IFLA_PROTINFO = 12;
    static final int IFLA_TXQLEN = 13;
    static final int IFLA_MAP = 14;
    static final int IFLA_OPERSTATE = 16;
    static final int IFLA_LINKMODE = 17;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_NET_NS_PID = 19;
    static final int IFLA_IFALIAS = 20;
    static final int IFLA_STATS64 = 23;
    static final int IFLA_AF_SPEC = 26;
    static final int IFLA_GROUP = 27;
    static final int IFLA_NET_NS_FD = 28;
    static final int IFLA_EXT_MASK = 29;
    static final int IFLA_PROMISCUITY = 30;
    static final int IFLA_NUM_TX_QUEUES = 31;
    static final int IFLA_NUM_RX_QUEUES = 32;
    static final int IFLA_CARRIER = 33;
    static final int IFLA_CARRIER_CHANGES = 35;
    static final int IFLA_LINK_NETNSID = 37;
    static final int IFLA_PROTO_DOWN = 39;
    static final int IFLA_GSO_MAX_SEGS = 40;
    static final int IFLA_GSO_MAX_SIZE = 41;
    static final int IFLA_XDP = 43;
    static final int IFLA_NEW_NETNSID = 45;
    static final int IFLA_TARGET_NETNSID = 46;
    static final int IFLA_CARRIER_UP_COUNT = 47;
    static final int IFLA_CARRIER_DOWN_COUNT = 48;
    static final int IFLA_NEW_IFINDEX = 49;
    static final int IFLA_MIN_MTU = 50;
    static final int IFLA_MAX_MTU = 51;
    static final int IFLA_PROP_LIST = 52;
    static final int IFLA_ALT_IFNAME = 53;
    static final int IFLA_PERM_ADDRESS = 54;
    static final int IFLA_GRO_MAX_SIZE = 58;
    static final int IFLA_TSO_MAX_SIZE = 59;
    static final int IFLA_TSO_MAX_SEGS = 60;
    static final int IFLA_ALLMULTI = 61;

    static final int IFLA_INFO_KIND = 1;
    static final int IFLA_INFO_DATA = 2;
    static final int IFLA_INFO_SLAVE_KIND = 4;
    static final int IFLA_INFO_SLAVE_DATA = 5;

    static final int VETH_INFO_PEER = 1;

    static final int IFLA_INET6_ADDR_GEN_MODE = 8;

    static final int IFLA_BR_AGEING_TIME = 4;
    static final int IFLA_BR_STP_STATE = 5;
    static final int IFLA_BR_VLAN_FILTERING = 7;
    static final int IFLA_BR_MCAST_SNOOPING = 23;
    static final int IFLA_BR_NF_CALL_IPTABLES = 36;
    static final int IFLA_BR_NF_CALL_IP6TABLES = 37;

    static final int IFLA_VXLAN_ID = 1;
    static final int IFLA_VXLAN_GROUP = 2;
    static final int IFLA_VXLAN_LINK = 3;
    static final int IFLA_VXLAN_LOCAL = 4;
    static final int IFLA_VXLAN_TTL = 5;
    static final int IFLA_VXLAN_TOS = 6;
    static final int IFLA_VXLAN_LEARNING = 7;
    static final int IFLA_VXLAN_AGEING = 8;
    static final int IFLA_VXLAN_PROXY = 11;
    static final int IFLA_VXLAN_L2MISS = 13;
    static final int IFLA_VXLAN_L3MISS = 14;
    static final int IFLA_VXLAN_PORT = 15;
    static final int IFLA_VXLAN_GROUP6 = 16;
    static final int IFLA_VXLAN_LOCAL6 = 17;
    static final int IFLA_VXLAN_UDP_CSUM = 18;
    static final int IFLA_VXLAN_UDP_ZERO_CSUM6_TX = 19;
    static final int IFLA_VXLAN_UDP_ZERO_CSUM6_RX = 20;
    static final int IFLA_VXLAN_COLLECT_METADATA = 25;

    static final int IFLA_BRPORT_STATE = 1;
    static final int IFLA_BRPORT_PRIORITY = 2;
    static final int IFLA_BRPORT_COST = 3;
    static final int IFLA_BRPORT_MODE = 4;
    static final int IFLA_BRPORT_GUARD = 5;
    static final int IFLA_BRPORT_PROTECT = 6;
    static final int IFLA_BRPORT_FAST_LEAVE = 7;
    static final int IFLA_BRPORT_LEARNING = 8;
    static final int IFLA_BRPORT_UNICAST_FLOOD = 9;
    static final int IFLA_BRPORT_PROXYARP = 10;
    static final int IFLA_BRPORT_PROXYARP_WIFI = 12;
    static final int IFLA_BRPORT_NO = 18;
    static final int IFLA_BRPORT_MULTICAST_ROUTER = 25;
    static final int IFLA_BRPORT_MCAST_FLOOD = 27;
    static final int IFLA_BRPORT_MCAST_TO_UCAST = 28;
    static final int IFLA_BRPORT_BCAST_FLOOD = 30;
    static final int IFLA_BRPORT_NEIGH_SUPPRESS = 32;
    static final int IFLA_BRPORT_ISOLATED = 33;
    static final int IFLA_BRPORT_LOCKED = 39;

    private Ifla() {}
}
