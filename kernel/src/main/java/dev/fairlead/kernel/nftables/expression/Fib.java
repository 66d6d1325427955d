package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Optional;

/**
 * Asks the routing tables about the packet, {@code enum nft_fib_attributes}.
 *
 * @param result {@link #OIF}, {@link #OIFNAME} or {@link #ADDRTYPE}
 * @param flags what to look up by: {@link #SADDR}, {@link #DADDR}, …
 */
public record Fib(int result, int flags, int register) implements Expression {
    public static final int OIF = 1;
    public static final int OIFNAME = 2;
    /** The kind of address, {@code RTN_LOCAL} and the like. */
    public static final int ADDRTYPE = 3;

    public static final int SADDR = 1;
    public static final int DADDR = 2;
    public static final int MARK = 4;
    public static final int IIF = 8;
    public static final int OUT = 16;
    /** The result is only whether there is a route. */
    public static final int PRESENT = 32;

    private static final int NFTA_FIB_DREG = 1;
    private static final int NFTA_FIB_RESULT = 2;
    private static final int NFTA_FIB_FLAGS = 3;

    @Override
    public String name() {
        return "fib";
    }

    @Override
    public void encode(Encoder out) {
        out.attributeBe32(NFTA_FIB_FLAGS, flags)
                .attributeBe32(NFTA_FIB_RESULT, result)
                .attributeBe32(NFTA_FIB_DREG, register);
    }

    static Optional<Fib> decode(Fields in) {
        return Optional.of(new Fib(in.be32(NFTA_FIB_RESULT), in.be32(NFTA_FIB_FLAGS), in.be32(NFTA_FIB_DREG)));
    }

    /** What it looks up by and what it gives, as both nft notations have it: {@code daddr . iif type}. */
    public String question() {
        String[] names = {"saddr", "daddr", "mark", "iif", "oif"};
        StringBuilder text = new StringBuilder();
        for (int bit = 0; bit < names.length; bit++) {
            if ((flags >> bit & 1) == 1) {
                text.append(text.isEmpty() ? "" : " . ").append(names[bit]);
            }
        }
        return text.append(
                        switch (result) {
                            case OIF -> " oif";
                            case OIFNAME -> " oifname";
                            case ADDRTYPE -> " type";
                            default -> " result " + result;
                        })
                .toString();
    }

    @Override
    public String text() {
        return "fib " + question() + ((flags & PRESENT) != 0 ? " present" : "") + " => reg " + register;
    }
}
