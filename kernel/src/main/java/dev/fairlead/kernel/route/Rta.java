package dev.fairlead.kernel.route;

/** Attributes and flags of routes, {@code <linux/rtnetlink.h>}; a test compares them with the kernel's BTF. */
final class Rta {
    static final int RTA_DST = 1;
    static final int RTA_SRC = 2;
    static final int RTA_IIF = 3;
    static final int RTA_OIF = 4;
    static final int RTA_GATEWAY = 5;
    static final int RTA_PRIORITY = 6;
    static final int RTA_PREFSRC = 7;
    static final int RTA_METRICS = 8;
    static final int RTA_MULTIPATH = 9;
    static final int RTA_FLOW = 11;
    static final int RTA_CACHEINFO = 12;
    static final int RTA_TABLE = 15;
    static final int RTA_MARK = 16;
    static final int RTA_VIA = 18;
    static final int RTA_PREF = 20;
    static final int RTA_ENCAP_TYPE = 21;
    static final int RTA_ENCAP = 22;
    static final int RTA_EXPIRES = 23;
    static final int RTA_UID = 25;
    static final int RTA_TTL_PROPAGATE = 26;
    static final int RTA_IP_PROTO = 27;
    static final int RTA_SPORT = 28;
    static final int RTA_DPORT = 29;
    static final int RTA_NH_ID = 30;

    static final int RTAX_LOCK = 1;
    static final int RTAX_MTU = 2;
    static final int RTAX_ADVMSS = 8;
    static final int RTAX_HOPLIMIT = 10;
    static final int RTAX_FEATURES = 12;
    static final int RTAX_CC_ALGO = 16;

    // Preprocessor constants: not in BTF.
    static final int FLAG_DEAD = 1;
    static final int FLAG_PERVASIVE = 2;
    static final int FLAG_ONLINK = 4;
    static final int FLAG_OFFLOAD = 8;
    static final int FLAG_LINKDOWN = 0x10;
    static final int FLAG_UNRESOLVED = 0x20;
    static final int FLAG_TRAP = 0x40;
    static final int FLAG_CLONED = 0x200;
    static final int FLAG_LOOKUP_TABLE = 0x1000;
    static final int FLAG_FIB_MATCH = 0x2000;

    private Rta() {}
}
