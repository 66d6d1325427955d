package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.netlink.Schema.Kind.*;
import static dev.fairlead.kernel.route.Ifa.*;
import static dev.fairlead.kernel.route.Nda.*;
import static dev.fairlead.kernel.route.Rta.*;

import dev.fairlead.kernel.netlink.Schema;

/** The kernel's names of the attributes of addresses, routes and neighbours, to explain messages with. */
final class RouteSchema {
    static final Schema ADDRESS = Schema.of()
            .leaf(IFA_ADDRESS, "IFA_ADDRESS", IP)
            .leaf(IFA_LOCAL, "IFA_LOCAL", IP)
            .leaf(IFA_LABEL, "IFA_LABEL", STRING)
            .leaf(IFA_BROADCAST, "IFA_BROADCAST", IP)
            .leaf(IFA_ANYCAST, "IFA_ANYCAST", IP)
            .leaf(IFA_CACHEINFO, "IFA_CACHEINFO", HEX)
            .leaf(IFA_FLAGS, "IFA_FLAGS", U32)
            .leaf(IFA_RT_PRIORITY, "IFA_RT_PRIORITY", U32)
            .leaf(IFA_PROTO, "IFA_PROTO", U8);

    private static final Schema METRICS = Schema.of()
            .leaf(RTAX_LOCK, "RTAX_LOCK", U32)
            .leaf(RTAX_MTU, "RTAX_MTU", U32)
            .leaf(RTAX_ADVMSS, "RTAX_ADVMSS", U32)
            .leaf(RTAX_HOPLIMIT, "RTAX_HOPLIMIT", U32)
            .leaf(RTAX_FEATURES, "RTAX_FEATURES", U32)
            .leaf(RTAX_CC_ALGO, "RTAX_CC_ALGO", STRING);

    static final Schema ROUTE = Schema.of()
            .leaf(RTA_DST, "RTA_DST", IP)
            .leaf(RTA_SRC, "RTA_SRC", IP)
            .leaf(RTA_IIF, "RTA_IIF", U32)
            .leaf(RTA_OIF, "RTA_OIF", U32)
            .leaf(RTA_GATEWAY, "RTA_GATEWAY", IP)
            .leaf(RTA_PRIORITY, "RTA_PRIORITY", U32)
            .leaf(RTA_PREFSRC, "RTA_PREFSRC", IP)
            .nest(RTA_METRICS, "RTA_METRICS", METRICS)
            .leaf(RTA_MULTIPATH, "RTA_MULTIPATH", HEX)
            .leaf(RTA_CACHEINFO, "RTA_CACHEINFO", HEX)
            .leaf(RTA_TABLE, "RTA_TABLE", U32)
            .leaf(RTA_MARK, "RTA_MARK", U32)
            .leaf(RTA_VIA, "RTA_VIA", HEX)
            .leaf(RTA_PREF, "RTA_PREF", U8)
            .leaf(RTA_ENCAP_TYPE, "RTA_ENCAP_TYPE", U16)
            .leaf(RTA_ENCAP, "RTA_ENCAP", HEX)
            .leaf(RTA_EXPIRES, "RTA_EXPIRES", U32)
            .leaf(RTA_UID, "RTA_UID", U32)
            .leaf(RTA_TTL_PROPAGATE, "RTA_TTL_PROPAGATE", U8)
            .leaf(RTA_IP_PROTO, "RTA_IP_PROTO", U8)
            .leaf(RTA_SPORT, "RTA_SPORT", BE16)
            .leaf(RTA_DPORT, "RTA_DPORT", BE16)
            .leaf(RTA_NH_ID, "RTA_NH_ID", U32);

    static final Schema NEIGHBOUR = Schema.of()
            .leaf(NDA_DST, "NDA_DST", IP)
            .leaf(NDA_LLADDR, "NDA_LLADDR", MAC)
            .leaf(NDA_CACHEINFO, "NDA_CACHEINFO", HEX)
            .leaf(NDA_PROBES, "NDA_PROBES", U32)
            .leaf(NDA_VLAN, "NDA_VLAN", U16)
            .leaf(NDA_PORT, "NDA_PORT", BE16)
            .leaf(NDA_VNI, "NDA_VNI", U32)
            .leaf(NDA_IFINDEX, "NDA_IFINDEX", U32)
            .leaf(NDA_MASTER, "NDA_MASTER", U32)
            .leaf(NDA_LINK_NETNSID, "NDA_LINK_NETNSID", S32)
            .leaf(NDA_SRC_VNI, "NDA_SRC_VNI", U32)
            .leaf(NDA_PROTOCOL, "NDA_PROTOCOL", U8)
            .leaf(NDA_NH_ID, "NDA_NH_ID", U32)
            .leaf(NDA_FLAGS_EXT, "NDA_FLAGS_EXT", U32);

    private RouteSchema() {}
}
