package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * Sends a copy of the packet elsewhere, {@code enum nft_dup_attributes}.
 *
 * @param address register, or {@link Nat#NONE}
 * @param device register with an interface index, or {@link Nat#NONE}
 */
public record Dup(int address, int device) implements Expression {
    private static final int NFTA_DUP_SREG_ADDR = 1;
    private static final int NFTA_DUP_SREG_DEV = 2;

    @Override
    public String name() {
        return "dup";
    }

    @Override
    public void encode(Encoder out) {
        Nat.register(out, NFTA_DUP_SREG_ADDR, address);
        Nat.register(out, NFTA_DUP_SREG_DEV, device);
    }

    static Optional<Dup> decode(Fields in) {
        return Optional.of(new Dup(in.be32(NFTA_DUP_SREG_ADDR, Nat.NONE), in.be32(NFTA_DUP_SREG_DEV, Nat.NONE)));
    }

    @Override
    public String text() {
        return "dup" + Nat.text(" sreg_addr ", address) + Nat.text(" sreg_dev ", device);
    }
}
