package dev.fairlead.kernel.conntrack;

/**
 * What has become of a flow, {@code enum ip_conntrack_status}.
 *
 * @param bits {@code IPS_*}
 */
public record Status(int bits) {
    public static final int EXPECTED = 1;
    public static final int SEEN_REPLY = 1 << 1;
    public static final int ASSURED = 1 << 2;
    public static final int CONFIRMED = 1 << 3;
    public static final int SRC_NAT = 1 << 4;
    public static final int DST_NAT = 1 << 5;
    public static final int DYING = 1 << 9;
    public static final int OFFLOAD = 1 << 14;
    public static final int HW_OFFLOAD = 1 << 15;

    public boolean has(int bit) {
        return (bits & bit) != 0;
    }

    /** Packets have come in both directions. */
    public boolean isReplied() {
        return has(SEEN_REPLY);
    }

    public boolean isAssured() {
        return has(ASSURED);
    }

    public boolean isSourceTranslated() {
        return has(SRC_NAT);
    }

    public boolean isDestinationTranslated() {
        return has(DST_NAT);
    }
}
