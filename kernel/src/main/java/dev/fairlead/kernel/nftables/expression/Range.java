package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/** Ends the rule unless a register lies in (or, inverted, outside) a range, {@code enum nft_range_attributes}. */
public record Range(boolean inverted, int register, Bytes from, Bytes to) implements Expression {
    private static final int NFTA_RANGE_SREG = 1;
    private static final int NFTA_RANGE_OP = 2;
    private static final int NFTA_RANGE_FROM_DATA = 3;
    private static final int NFTA_RANGE_TO_DATA = 4;

    @Override
    public String name() {
        return "range";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_RANGE_SREG, register).attributeBe32(NFTA_RANGE_OP, inverted ? 1 : 0);
        from.encode(out, NFTA_RANGE_FROM_DATA);
        to.encode(out, NFTA_RANGE_TO_DATA);
    }

    static Optional<Range> decode(Fields in) {
        int register = in.be32(NFTA_RANGE_SREG);
        int operator = in.be32(NFTA_RANGE_OP);
        Bytes from = in.bytes(NFTA_RANGE_FROM_DATA);
        Bytes to = in.bytes(NFTA_RANGE_TO_DATA);
        return operator == 0 || operator == 1
                ? Optional.of(new Range(operator == 1, register, from, to))
                : Optional.empty();
    }

    @Override
    public String text() {
        return "range " + (inverted ? "neq" : "eq") + " reg " + register + " " + from + " " + to;
    }
}
