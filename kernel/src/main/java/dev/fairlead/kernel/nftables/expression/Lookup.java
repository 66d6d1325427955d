package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * Looks a register up in a set, {@code enum nft_lookup_attributes}; ends the rule when it isn't there (inverted: when it is).
 *
 * @param set the set's name
 * @param setId names a set made in the same batch; 0 for one that exists. Never in what the kernel sends.
 * @param key register of the key
 * @param into register that takes what the map holds, {@link #NOWHERE} for a plain set, 0 for a verdict
 */
public record Lookup(String set, int setId, int key, int into, boolean inverted) implements Expression {
    public static final int NOWHERE = -1;

    private static final int NFTA_LOOKUP_SET = 1;
    private static final int NFTA_LOOKUP_SREG = 2;
    private static final int NFTA_LOOKUP_DREG = 3;
    private static final int NFTA_LOOKUP_SET_ID = 4;
    private static final int NFTA_LOOKUP_FLAGS = 5;

    /** The same with another set id, for the batch that makes the set. */
    public Lookup withSetId(int id) {
        return new Lookup(set, id, key, into, inverted);
    }

    @Override
    public String name() {
        return "lookup";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_LOOKUP_SREG, key);
        if (into != NOWHERE) {
            out.attributeBe32(NFTA_LOOKUP_DREG, into);
        }
        out.attributeString(NFTA_LOOKUP_SET, set);
        if (setId != 0) {
            out.attributeBe32(NFTA_LOOKUP_SET_ID, setId);
        }
        if (inverted) {
            out.attributeBe32(NFTA_LOOKUP_FLAGS, 1);
        }
    }

    static Optional<Lookup> decode(Fields in) {
        int flags = in.be32(NFTA_LOOKUP_FLAGS, 0);
        Lookup lookup = new Lookup(
                in.string(NFTA_LOOKUP_SET),
                in.be32(NFTA_LOOKUP_SET_ID, 0),
                in.be32(NFTA_LOOKUP_SREG),
                in.be32(NFTA_LOOKUP_DREG, NOWHERE),
                flags == 1);
        return flags == 0 || flags == 1 ? Optional.of(lookup) : Optional.empty();
    }

    @Override
    public String text() {
        return "lookup reg " + key + " set " + set + (into == NOWHERE ? "" : " dreg " + into)
                + (inverted ? " 0x1" : " 0x0");
    }
}
