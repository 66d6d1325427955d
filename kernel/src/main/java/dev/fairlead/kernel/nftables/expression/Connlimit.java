package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * Ends the rule when there are more connections than this (over: unless there are), {@code enum nft_connlimit_attributes}.
 */
public record Connlimit(int count, boolean over) implements Expression {
    private static final int NFTA_CONNLIMIT_COUNT = 1;
    private static final int NFTA_CONNLIMIT_FLAGS = 2;

    @Override
    public String name() {
        return "connlimit";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_CONNLIMIT_COUNT, count).attributeBe32(NFTA_CONNLIMIT_FLAGS, over ? 1 : 0);
    }

    static Optional<Connlimit> decode(Fields in) {
        return Optional.of(new Connlimit(in.be32(NFTA_CONNLIMIT_COUNT), in.be32(NFTA_CONNLIMIT_FLAGS, 0) == 1));
    }

    @Override
    public String text() {
        return "connlimit count " + Integer.toUnsignedString(count) + " flags " + (over ? 1 : 0);
    }
}
