package dev.fairlead.kernel.route;

/** Attributes of neighbours, {@code <linux/neighbour.h>}; a test compares them with the kernel's BTF. */
final class Nda {
    static final int NDA_DST = 1;
    static final int NDA_LLADDR = 2;
    static final int NDA_CACHEINFO = 3;
    static final int NDA_PROBES = 4;
    static final int NDA_VLAN = 5;
    static final int NDA_PORT = 6;
    static final int NDA_VNI = 7;
    static final int NDA_IFINDEX = 8;
    static final int NDA_MASTER = 9;
    static final int NDA_LINK_NETNSID = 10;
    static final int NDA_SRC_VNI = 11;
    static final int NDA_PROTOCOL = 12;
    static final int NDA_NH_ID = 13;
    static final int NDA_FLAGS_EXT = 15;

    // Preprocessor constants: not in BTF.
    static final int FLAG_SELF = 2;
    static final int FLAG_MASTER = 4;
    static final int FLAG_PROXY = 8;
    static final int FLAG_EXT_LEARNED = 0x10;
    static final int FLAG_OFFLOADED = 0x20;
    static final int FLAG_STICKY = 0x40;
    static final int FLAG_ROUTER = 0x80;
    static final int EXT_MANAGED = 1;

    private Nda() {}
}
