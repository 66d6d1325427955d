package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/** Counts the packets that come by, {@code enum nft_counter_attributes}. */
public record Counter(long bytes, long packets) implements Expression {
    private static final int NFTA_COUNTER_BYTES = 1;
    private static final int NFTA_COUNTER_PACKETS = 2;
    private static final int NFTA_COUNTER_PAD = 3;

    public static final Counter ZERO = new Counter(0, 0);

    @Override
    public String name() {
        return "counter";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe64(NFTA_COUNTER_BYTES, bytes).attributeBe64(NFTA_COUNTER_PACKETS, packets);
    }

    static Optional<Counter> decode(Fields in) {
        in.ignore(NFTA_COUNTER_PAD);
        return Optional.of(new Counter(in.be64(NFTA_COUNTER_BYTES, 0), in.be64(NFTA_COUNTER_PACKETS, 0)));
    }

    @Override
    public String text() {
        return "counter pkts " + Long.toUnsignedString(packets) + " bytes " + Long.toUnsignedString(bytes);
    }
}
