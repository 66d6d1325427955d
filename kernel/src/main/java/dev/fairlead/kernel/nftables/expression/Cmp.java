package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Locale;
import java.util.Optional;

/** Ends the rule unless a register compares so with a value, {@code enum nft_cmp_attributes}. Bytes are compared in order. */
public record Cmp(Operator operator, int register, Bytes value) implements Expression {
    private static final int NFTA_CMP_SREG = 1;
    private static final int NFTA_CMP_OP = 2;
    private static final int NFTA_CMP_DATA = 3;

    /** {@code enum nft_cmp_ops}, in the kernel's order. */
    public enum Operator {
        EQ,
        NEQ,
        LT,
        LTE,
        GT,
        GTE;

        static Optional<Operator> of(int number) {
            return number >= 0 && number < values().length ? Optional.of(values()[number]) : Optional.empty();
        }
    }

    @Override
    public String name() {
        return "cmp";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_CMP_SREG, register).attributeBe32(NFTA_CMP_OP, operator.ordinal());
        value.encode(out, NFTA_CMP_DATA);
    }

    static Optional<Cmp> decode(Fields in) {
        int register = in.be32(NFTA_CMP_SREG);
        Bytes value = in.bytes(NFTA_CMP_DATA);
        return Operator.of(in.be32(NFTA_CMP_OP)).map(operator -> new Cmp(operator, register, value));
    }

    @Override
    public String text() {
        return "cmp " + operator.name().toLowerCase(Locale.ROOT) + " reg " + register + " " + value;
    }
}
