package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * Turns numbers from host to network order or back, {@code enum nft_byteorder_attributes}.
 *
 * @param toNetwork {@code NFT_BYTEORDER_HTON} rather than {@code NTOH}
 * @param length bytes in all
 * @param size bytes of each number: 2, 4 or 8
 */
public record Byteorder(int from, int to, boolean toNetwork, int length, int size) implements Expression {
    private static final int NFTA_BYTEORDER_SREG = 1;
    private static final int NFTA_BYTEORDER_DREG = 2;
    private static final int NFTA_BYTEORDER_OP = 3;
    private static final int NFTA_BYTEORDER_LEN = 4;
    private static final int NFTA_BYTEORDER_SIZE = 5;

    @Override
    public String name() {
        return "byteorder";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_BYTEORDER_SREG, from)
                .attributeBe32(NFTA_BYTEORDER_DREG, to)
                .attributeBe32(NFTA_BYTEORDER_OP, toNetwork ? 1 : 0)
                .attributeBe32(NFTA_BYTEORDER_LEN, length)
                .attributeBe32(NFTA_BYTEORDER_SIZE, size);
    }

    static Optional<Byteorder> decode(Fields in) {
        return Optional.of(new Byteorder(
                in.be32(NFTA_BYTEORDER_SREG),
                in.be32(NFTA_BYTEORDER_DREG),
                in.be32(NFTA_BYTEORDER_OP) == 1,
                in.be32(NFTA_BYTEORDER_LEN),
                in.be32(NFTA_BYTEORDER_SIZE)));
    }

    @Override
    public String text() {
        return "byteorder reg " + to + " = " + (toNetwork ? "hton" : "ntoh") + "(reg " + from + ", " + size + ", "
                + length + ")";
    }
}
