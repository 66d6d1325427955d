package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * Ends the rule when packets come faster than this (over: slower), {@code enum nft_limit_attributes}.
 *
 * @param rate packets or bytes in each unit of time
 * @param unit in seconds: 1, 60, 3,600, 86,400, 604,800
 * @param bytes whether bytes are counted rather than packets
 * @param over {@code NFT_LIMIT_F_INV}
 */
public record Limit(long rate, long unit, int burst, boolean bytes, boolean over) implements Expression {
    private static final int NFTA_LIMIT_RATE = 1;
    private static final int NFTA_LIMIT_UNIT = 2;
    private static final int NFTA_LIMIT_BURST = 3;
    private static final int NFTA_LIMIT_TYPE = 4;
    private static final int NFTA_LIMIT_FLAGS = 5;
    private static final int NFTA_LIMIT_PAD = 6;

    @Override
    public String name() {
        return "limit";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe64(NFTA_LIMIT_RATE, rate)
                .attributeBe64(NFTA_LIMIT_UNIT, unit)
                .attributeBe32(NFTA_LIMIT_BURST, burst)
                .attributeBe32(NFTA_LIMIT_TYPE, bytes ? 1 : 0)
                .attributeBe32(NFTA_LIMIT_FLAGS, over ? 1 : 0);
    }

    static Optional<Limit> decode(Fields in) {
        in.ignore(NFTA_LIMIT_PAD);
        return Optional.of(new Limit(
                in.be64(NFTA_LIMIT_RATE),
                in.be64(NFTA_LIMIT_UNIT),
                in.be32(NFTA_LIMIT_BURST, 0),
                in.be32(NFTA_LIMIT_TYPE, 0) == 1,
                in.be32(NFTA_LIMIT_FLAGS, 0) == 1));
    }

    /** The unit in words, {@code second}. */
    public String unitText() {
        return switch ((int) unit) {
            case 1 -> "second";
            case 60 -> "minute";
            case 3600 -> "hour";
            case 86400 -> "day";
            case 604800 -> "week";
            default -> unit + " seconds";
        };
    }

    @Override
    public String text() {
        return "limit rate " + rate + "/" + unitText() + " burst " + burst + " type " + (bytes ? "bytes" : "packets")
                + " flags 0x" + (over ? 1 : 0);
    }
}
