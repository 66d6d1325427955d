package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * Jenkins' hash of registers, reduced to {@code offset} up to {@code offset + modulus - 1}, {@code enum
 * nft_hash_attributes}. The symmetric hash is kept as {@link Unknown}.
 *
 * @param length bytes hashed
 * @param seeded whether {@code seed} is given; the kernel takes a random one otherwise
 */
public record Hash(int from, int register, int length, int modulus, boolean seeded, int seed, int offset)
        implements Expression {
    private static final int NFTA_HASH_SREG = 1;
    private static final int NFTA_HASH_DREG = 2;
    private static final int NFTA_HASH_LEN = 3;
    private static final int NFTA_HASH_MODULUS = 4;
    private static final int NFTA_HASH_SEED = 5;
    private static final int NFTA_HASH_OFFSET = 6;
    private static final int NFTA_HASH_TYPE = 7;

    @Override
    public String name() {
        return "hash";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_HASH_SREG, from)
                .attributeBe32(NFTA_HASH_DREG, register)
                .attributeBe32(NFTA_HASH_LEN, length)
                .attributeBe32(NFTA_HASH_MODULUS, modulus);
        if (seeded) {
            out.attributeBe32(NFTA_HASH_SEED, seed);
        }
        if (offset != 0) {
            out.attributeBe32(NFTA_HASH_OFFSET, offset);
        }
        out.attributeBe32(NFTA_HASH_TYPE, 0);
    }

    static Optional<Hash> decode(Fields in) {
        if (in.be32(NFTA_HASH_TYPE, 0) != 0) {
            return Optional.empty();
        }
        return Optional.of(new Hash(
                in.be32(NFTA_HASH_SREG),
                in.be32(NFTA_HASH_DREG),
                in.be32(NFTA_HASH_LEN),
                in.be32(NFTA_HASH_MODULUS),
                in.has(NFTA_HASH_SEED),
                in.be32(NFTA_HASH_SEED, 0),
                in.be32(NFTA_HASH_OFFSET, 0)));
    }

    @Override
    public String text() {
        return "hash reg " + register + " = jhash(reg " + from + ", " + length + ", 0x" + Integer.toHexString(seed)
                + ") % mod " + Integer.toUnsignedString(modulus)
                + (offset == 0 ? "" : " offset " + Integer.toUnsignedString(offset));
    }
}
