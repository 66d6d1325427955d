package dev.fairlead.kernel.nftables;

/** The kernel's two numberings of one register file: 1 to 4 for its quarters, 8 to 23 for its 32-bit pieces. */
final class Registers {
    private static final int FIRST_PIECE = 8;

    private Registers() {}

    /** The register of the 32-bit piece with this number, counted from 0; a quarter's number where one begins. */
    static int of(int slot) {
        return slot % 4 == 0 ? slot / 4 + 1 : FIRST_PIECE + slot;
    }

    static int slot(int register) {
        return register >= FIRST_PIECE ? register - FIRST_PIECE : (register - 1) * 4;
    }
}
