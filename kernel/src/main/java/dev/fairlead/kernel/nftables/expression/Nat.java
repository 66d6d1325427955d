package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.packet.Family;
import java.util.Optional;

/**
 * Rewrites source or destination, {@code enum nft_nat_attributes}. A register is {@link #NONE} where nothing is given.
 *
 * @param destination {@code NFT_NAT_DNAT} rather than {@code SNAT}
 * @param family of the addresses in the registers
 * @param flags {@link NatFlags}; the kernel adds those that follow from the registers
 */
public record Nat(
        boolean destination, Family family, int addressMin, int addressMax, int portMin, int portMax, int flags)
        implements Expression {
    public static final int NONE = -1;

    private static final int NFTA_NAT_TYPE = 1;
    private static final int NFTA_NAT_FAMILY = 2;
    private static final int NFTA_NAT_REG_ADDR_MIN = 3;
    private static final int NFTA_NAT_REG_ADDR_MAX = 4;
    private static final int NFTA_NAT_REG_PROTO_MIN = 5;
    private static final int NFTA_NAT_REG_PROTO_MAX = 6;
    private static final int NFTA_NAT_FLAGS = 7;

    @Override
    public String name() {
        return "nat";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_NAT_TYPE, destination ? 1 : 0).attributeBe32(NFTA_NAT_FAMILY, family.number());
        register(out, NFTA_NAT_REG_ADDR_MIN, addressMin);
        register(out, NFTA_NAT_REG_ADDR_MAX, addressMax);
        register(out, NFTA_NAT_REG_PROTO_MIN, portMin);
        register(out, NFTA_NAT_REG_PROTO_MAX, portMax);
        if (flags != 0) {
            out.attributeBe32(NFTA_NAT_FLAGS, flags);
        }
    }

    static void register(Encoder out, int type, int register) {
        if (register != NONE) {
            out.attributeBe32(type, register);
        }
    }

    static Optional<Nat> decode(Fields in) {
        int type = in.be32(NFTA_NAT_TYPE);
        int family = in.be32(NFTA_NAT_FAMILY);
        if (type < 0 || type > 1 || family != Family.IPV4.number() && family != Family.IPV6.number()) {
            return Optional.empty();
        }
        return Optional.of(new Nat(
                type == 1,
                family == Family.IPV4.number() ? Family.IPV4 : Family.IPV6,
                in.be32(NFTA_NAT_REG_ADDR_MIN, NONE),
                in.be32(NFTA_NAT_REG_ADDR_MAX, NONE),
                in.be32(NFTA_NAT_REG_PROTO_MIN, NONE),
                in.be32(NFTA_NAT_REG_PROTO_MAX, NONE),
                in.be32(NFTA_NAT_FLAGS, 0)));
    }

    @Override
    public String text() {
        return "nat " + (destination ? "dnat" : "snat") + (family == Family.IPV4 ? " ip" : " ip6")
                + text(" addr_min reg ", addressMin) + text(" addr_max reg ", addressMax)
                + text(" proto_min reg ", portMin) + text(" proto_max reg ", portMax)
                + NatFlags.debugText(flags);
    }

    static String text(String label, int register) {
        return register == NONE ? "" : label + register;
    }
}
