package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * Destination NAT to this machine, {@code enum nft_redir_attributes}.
 *
 * @param portMin register, or {@link Nat#NONE}
 * @param portMax register, or {@link Nat#NONE}
 * @param flags {@link NatFlags}
 */
public record Redir(int portMin, int portMax, int flags) implements Expression {
    private static final int NFTA_REDIR_REG_PROTO_MIN = 1;
    private static final int NFTA_REDIR_REG_PROTO_MAX = 2;
    private static final int NFTA_REDIR_FLAGS = 3;

    @Override
    public String name() {
        return "redir";
    }

    @Override
    public void encode(Encoder out) {
        Nat.register(out, NFTA_REDIR_REG_PROTO_MIN, portMin);
        Nat.register(out, NFTA_REDIR_REG_PROTO_MAX, portMax);
        if (flags != 0) {
            out.attributeBe32(NFTA_REDIR_FLAGS, flags);
        }
    }

    static Optional<Redir> decode(Fields in) {
        return Optional.of(new Redir(
                in.be32(NFTA_REDIR_REG_PROTO_MIN, Nat.NONE),
                in.be32(NFTA_REDIR_REG_PROTO_MAX, Nat.NONE),
                in.be32(NFTA_REDIR_FLAGS, 0)));
    }

    @Override
    public String text() {
        return "redir" + Nat.text(" proto_min reg ", portMin) + Nat.text(" proto_max reg ", portMax)
                + NatFlags.debugText(flags);
    }
}
