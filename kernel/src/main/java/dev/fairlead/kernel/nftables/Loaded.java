package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.Field.Needs;
import dev.fairlead.kernel.nftables.expression.Bytes;

/**
 * What a register holds while a rule is put into words.
 *
 * @param text in nft's words; empty for a constant
 * @param type of the value; {@link SetType#NONE} where it isn't known
 * @param needs what the packet has to be for this to make sense
 * @param length in bytes
 * @param constant the value when it is one, else empty
 * @param mask what {@code bitwise} left of it, empty for all
 * @param xor what {@code bitwise} turned over, empty for nothing
 * @param turned whether {@code byteorder} turned it round
 */
record Loaded(
        String text, SetType type, Needs needs, int length, Bytes constant, Bytes mask, Bytes xor, boolean turned) {

    static Loaded of(String text, SetType type, Needs needs, int length) {
        return new Loaded(text, type, needs, length, Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY, false);
    }

    static Loaded constant(Bytes value) {
        return new Loaded("", SetType.NONE, Needs.NOTHING, value.length(), value, Bytes.EMPTY, Bytes.EMPTY, false);
    }

    Loaded masked(Bytes newMask, Bytes newXor) {
        return new Loaded(text, type, needs, length, constant, newMask, newXor, turned);
    }

    Loaded turnedRound() {
        return new Loaded(text, type, needs, length, constant, mask, xor, true);
    }

    boolean isConstant() {
        return !constant.isEmpty();
    }

    boolean isMasked() {
        return !mask.isEmpty();
    }

    /** The value in nft's words for what is held here. */
    String valueText(Bytes value) {
        Bytes straight = turned && type.scalars().size() == 1
                ? NetworkOrder.of(type.scalars().getFirst(), value)
                : value;
        return type.text(straight);
    }
}
