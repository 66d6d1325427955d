package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * {@code to = (from & mask) ^ xor}, {@code enum nft_bitwise_attributes}. Shifts and the operations on two registers are
 * kept as {@link Unknown}.
 *
 * @param length in bytes; mask and xor have as many
 */
public record Bitwise(int from, int to, int length, Bytes mask, Bytes xor) implements Expression {
    private static final int NFTA_BITWISE_SREG = 1;
    private static final int NFTA_BITWISE_DREG = 2;
    private static final int NFTA_BITWISE_LEN = 3;
    private static final int NFTA_BITWISE_MASK = 4;
    private static final int NFTA_BITWISE_XOR = 5;
    private static final int NFTA_BITWISE_OP = 6;

    @Override
    public String name() {
        return "bitwise";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_BITWISE_SREG, from)
                .attributeBe32(NFTA_BITWISE_DREG, to)
                .attributeBe32(NFTA_BITWISE_LEN, length)
                .attributeBe32(NFTA_BITWISE_OP, 0);
        mask.encode(out, NFTA_BITWISE_MASK);
        xor.encode(out, NFTA_BITWISE_XOR);
    }

    static Optional<Bitwise> decode(Fields in) {
        if (in.be32(NFTA_BITWISE_OP, 0) != 0) {
            return Optional.empty();
        }
        return Optional.of(new Bitwise(
                in.be32(NFTA_BITWISE_SREG),
                in.be32(NFTA_BITWISE_DREG),
                in.be32(NFTA_BITWISE_LEN),
                in.bytes(NFTA_BITWISE_MASK),
                in.bytes(NFTA_BITWISE_XOR)));
    }

    @Override
    public String text() {
        return "bitwise reg " + to + " = ( reg " + from + " & " + mask + " ) ^ " + xor;
    }
}
