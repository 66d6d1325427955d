package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * Drops the packet and answers it, {@code enum nft_reject_attributes}.
 *
 * @param type {@link #ICMP}, {@link #TCP_RESET} or {@link #ICMPX}
 * @param code the ICMP or ICMPv6 code, or one of {@code enum nft_reject_inet_code}; 0 for a reset
 */
public record Reject(int type, int code) implements Expression {
    /** Destination unreachable, in ICMP or ICMPv6 after the packet, with that family's code. */
    public static final int ICMP = 0;

    public static final int TCP_RESET = 1;

    /** Destination unreachable with a code that means the same in both families. */
    public static final int ICMPX = 2;

    /** {@code port-unreachable} among the {@link #ICMPX} codes. */
    public static final int ICMPX_PORT_UNREACHABLE = 1;

    /** {@code admin-prohibited} among the {@link #ICMPX} codes. */
    public static final int ICMPX_ADMIN_PROHIBITED = 3;

    private static final int NFTA_REJECT_TYPE = 1;
    private static final int NFTA_REJECT_ICMP_CODE = 2;

    @Override
    public String name() {
        return "reject";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_REJECT_TYPE, type).attributeU8(NFTA_REJECT_ICMP_CODE, code);
    }

    static Optional<Reject> decode(Fields in) {
        return Optional.of(new Reject(in.be32(NFTA_REJECT_TYPE), in.u8(NFTA_REJECT_ICMP_CODE, 0)));
    }

    @Override
    public String text() {
        return "reject type " + type + " code " + code;
    }
}
