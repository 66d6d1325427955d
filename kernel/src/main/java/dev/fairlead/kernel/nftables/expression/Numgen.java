package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * A number from {@code offset} to {@code offset + modulus - 1}, {@code enum nft_ng_attributes}.
 *
 * @param random rather than one after the other
 */
public record Numgen(boolean random, int modulus, int offset, int register) implements Expression {
    private static final int NFTA_NG_DREG = 1;
    private static final int NFTA_NG_MODULUS = 2;
    private static final int NFTA_NG_TYPE = 3;
    private static final int NFTA_NG_OFFSET = 4;

    @Override
    public String name() {
        return "numgen";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_NG_DREG, register)
                .attributeBe32(NFTA_NG_MODULUS, modulus)
                .attributeBe32(NFTA_NG_TYPE, random ? 1 : 0)
                .attributeBe32(NFTA_NG_OFFSET, offset);
    }

    static Optional<Numgen> decode(Fields in) {
        int type = in.be32(NFTA_NG_TYPE);
        Numgen numgen =
                new Numgen(type == 1, in.be32(NFTA_NG_MODULUS), in.be32(NFTA_NG_OFFSET, 0), in.be32(NFTA_NG_DREG));
        return type == 0 || type == 1 ? Optional.of(numgen) : Optional.empty();
    }

    @Override
    public String text() {
        return "numgen reg " + register + " = " + (random ? "random" : "inc") + " mod "
                + Integer.toUnsignedString(modulus)
                + (offset == 0 ? "" : " offset " + Integer.toUnsignedString(offset));
    }
}
