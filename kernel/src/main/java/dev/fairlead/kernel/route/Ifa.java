package dev.fairlead.kernel.route;

/** Attributes and flags of addresses, {@code <linux/if_addr.h>}; a test compares the attributes with the kernel's BTF. */
final class Ifa {
    static final int IFA_ADDRESS = 1;
    static final int IFA_LOCAL = 2;
    static final int IFA_LABEL = 3;
    static final int IFA_BROADCAST = 4;
    static final int IFA_ANYCAST = 5;
    static final int IFA_CACHEINFO = 6;
    static final int IFA_FLAGS = 8;
    static final int IFA_RT_PRIORITY = 9;
    static final int IFA_PROTO = 11;

    private Ifa() {}
}
