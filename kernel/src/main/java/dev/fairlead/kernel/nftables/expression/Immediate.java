package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/** Puts a value into a register, or a verdict into register 0, {@code enum nft_immediate_attributes}. */
public record Immediate(int register, Datum datum) implements Expression {
    private static final int NFTA_IMMEDIATE_DREG = 1;
    private static final int NFTA_IMMEDIATE_DATA = 2;

    public static Immediate verdict(Verdict verdict) {
        return new Immediate(VERDICT_REGISTER, verdict);
    }

    @Override
    public String name() {
        return "immediate";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_IMMEDIATE_DREG, register);
        datum.encode(out, NFTA_IMMEDIATE_DATA);
    }

    static Optional<Immediate> decode(Fields in) {
        return Optional.of(new Immediate(in.be32(NFTA_IMMEDIATE_DREG), in.datum(NFTA_IMMEDIATE_DATA)));
    }

    @Override
    public String text() {
        return "immediate reg " + register + " "
                + switch (datum) {
                    case Bytes bytes -> bytes.toString();
                    case Verdict verdict -> verdict.debugText();
                };
    }
}
