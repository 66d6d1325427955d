package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Locale;
import java.util.Optional;

/** What the kernel knows about the packet beside its bytes, {@code enum nft_meta_attributes}. */
public sealed interface Meta extends Expression {
    int NFTA_META_DREG = 1;
    int NFTA_META_KEY = 2;
    int NFTA_META_SREG = 3;

    /** {@code enum nft_meta_keys}, in the kernel's order. */
    enum Key {
        LEN,
        PROTOCOL,
        PRIORITY,
        MARK,
        IIF,
        OIF,
        IIFNAME,
        OIFNAME,
        IIFTYPE,
        OIFTYPE,
        SKUID,
        SKGID,
        NFTRACE,
        RTCLASSID,
        SECMARK,
        NFPROTO,
        L4PROTO,
        BRI_IIFNAME,
        BRI_OIFNAME,
        PKTTYPE,
        CPU,
        IIFGROUP,
        OIFGROUP,
        CGROUP,
        PRANDOM,
        SECPATH,
        IIFKIND,
        OIFKIND,
        BRI_IIFPVID,
        BRI_IIFVPROTO,
        TIME_NS,
        TIME_DAY,
        TIME_HOUR,
        SDIF,
        SDIFNAME,
        BRI_BROUTE,
        IIFTYPE_NETDEV,
        BRI_IIFHWADDR;

        String text() {
            return switch (this) {
                case TIME_NS -> "time";
                case TIME_DAY -> "day";
                case TIME_HOUR -> "hour";
                case BRI_BROUTE -> "broute";
                default -> name().toLowerCase(Locale.ROOT);
            };
        }

        static Optional<Key> of(int number) {
            return number >= 0 && number < values().length ? Optional.of(values()[number]) : Optional.empty();
        }
    }

    record Load(Key key, int register) implements Meta {
        @Override
        public void encode(Encoder out) {
            out.attributeBe32(NFTA_META_KEY, key.ordinal()).attributeBe32(NFTA_META_DREG, register);
        }

        @Override
        public String text() {
            return "meta load " + key.text() + " => reg " + register;
        }
    }

    record Store(Key key, int register) implements Meta {
        @Override
        public void encode(Encoder out) {
            out.attributeBe32(NFTA_META_KEY, key.ordinal()).attributeBe32(NFTA_META_SREG, register);
        }

        @Override
        public String text() {
            return "meta set " + key.text() + " with reg " + register;
        }
    }

    @Override
    default String name() {
        return "meta";
    }

    static Optional<Meta> decode(Fields in) {
        Optional<Key> key = Key.of(in.be32(NFTA_META_KEY));
        if (in.has(NFTA_META_SREG)) {
            int register = in.be32(NFTA_META_SREG);
            return key.map(k -> new Store(k, register));
        }
        int register = in.be32(NFTA_META_DREG);
        return key.map(k -> new Load(k, register));
    }
}
