package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * Source NAT to the address of the device the packet leaves by, {@code enum nft_masq_attributes}.
 *
 * @param flags {@link NatFlags}
 * @param portMin register, or {@link Nat#NONE}
 * @param portMax register, or {@link Nat#NONE}
 */
public record Masq(int flags, int portMin, int portMax) implements Expression {
    private static final int NFTA_MASQ_FLAGS = 1;
    private static final int NFTA_MASQ_REG_PROTO_MIN = 2;
    private static final int NFTA_MASQ_REG_PROTO_MAX = 3;

    @Override
    public String name() {
        return "masq";
    }

    @Override
    public void encode(Encoder out) {
        if (flags != 0) {
            out.attributeBe32(NFTA_MASQ_FLAGS, flags);
        }
        Nat.register(out, NFTA_MASQ_REG_PROTO_MIN, portMin);
        Nat.register(out, NFTA_MASQ_REG_PROTO_MAX, portMax);
    }

    static Optional<Masq> decode(Fields in) {
        return Optional.of(new Masq(
                in.be32(NFTA_MASQ_FLAGS, 0),
                in.be32(NFTA_MASQ_REG_PROTO_MIN, Nat.NONE),
                in.be32(NFTA_MASQ_REG_PROTO_MAX, Nat.NONE)));
    }

    @Override
    public String text() {
        return "masq" + Nat.text(" proto_min reg ", portMin) + Nat.text(" proto_max reg ", portMax)
                + NatFlags.debugText(flags);
    }
}
