package dev.fairlead.kernel.nftables.expression;

/** How NAT chooses, {@code NF_NAT_RANGE_*} of {@code <linux/netfilter/nf_nat.h>}. */
public final class NatFlags {
    /** The registers give addresses. */
    public static final int MAP_IPS = 1;
    /** The registers give ports. */
    public static final int PROTO_SPECIFIED = 2;
    /** {@code random}. */
    public static final int PROTO_RANDOM = 4;
    /** {@code persistent}: a client always gets the same address. */
    public static final int PERSISTENT = 8;
    /** {@code fully-random}. */
    public static final int PROTO_RANDOM_FULLY = 16;

    private NatFlags() {}

    static String debugText(int flags) {
        return flags == 0 ? "" : " flags 0x" + Integer.toHexString(flags);
    }

    /** As {@code nft list} prints them behind the statement: {@code  random,persistent}, or nothing. */
    public static String text(int flags) {
        StringBuilder text = new StringBuilder();
        if ((flags & PROTO_RANDOM) != 0) {
            text.append(",random");
        }
        if ((flags & PROTO_RANDOM_FULLY) != 0) {
            text.append(",fully-random");
        }
        if ((flags & PERSISTENT) != 0) {
            text.append(",persistent");
        }
        return text.isEmpty() ? "" : " " + text.substring(1);
    }
}
