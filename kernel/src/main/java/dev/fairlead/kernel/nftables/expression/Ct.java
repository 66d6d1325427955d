package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Encoder;
import java.util.Locale;
import java.util.Optional;

/** What connection tracking knows about the packet's connection, {@code enum nft_ct_attributes}. */
public sealed interface Ct extends Expression {
    int NFTA_CT_DREG = 1;
    int NFTA_CT_KEY = 2;
    int NFTA_CT_DIRECTION = 3;
    int NFTA_CT_SREG = 4;

    /** {@code enum nft_ct_keys}, in the kernel's order. */
    enum Key {
        STATE,
        DIRECTION,
        STATUS,
        MARK,
        SECMARK,
        EXPIRATION,
        HELPER,
        L3PROTOCOL,
        SRC,
        DST,
        PROTOCOL,
        PROTO_SRC,
        PROTO_DST,
        LABELS,
        PKTS,
        BYTES,
        AVGPKT,
        ZONE,
        EVENTMASK,
        SRC_IP,
        DST_IP,
        SRC_IP6,
        DST_IP6,
        ID;

        String text() {
            return switch (this) {
                case LABELS -> "label";
                case PKTS -> "packets";
                case EVENTMASK -> "event";
                default -> name().toLowerCase(Locale.ROOT);
            };
        }

        static Optional<Key> of(int number) {
            return number >= 0 && number < values().length ? Optional.of(values()[number]) : Optional.empty();
        }
    }

    /** Which of a connection's two tuples is meant, {@code enum ip_conntrack_dir}. */
    enum Direction {
        ORIGINAL,
        REPLY,
        /** Neither is named: the packet's own, or the key has none. */
        ANY;

        private static Optional<Direction> of(int number) {
            return switch (number) {
                case 0 -> Optional.of(ORIGINAL);
                case 1 -> Optional.of(REPLY);
                case ABSENT -> Optional.of(ANY);
                default -> Optional.empty();
            };
        }

        private static final int ABSENT = -1;

        String text() {
            return this == ANY ? "" : " , dir " + name().toLowerCase(Locale.ROOT);
        }

        void encode(Encoder out) {
            if (this != ANY) {
                out.attributeU8(NFTA_CT_DIRECTION, ordinal());
            }
        }
    }

    record Load(Key key, Direction direction, int register) implements Ct {
        @Override
        public void encode(Encoder out) {
            out.attributeBe32(NFTA_CT_KEY, key.ordinal()).attributeBe32(NFTA_CT_DREG, register);
            direction.encode(out);
        }

        @Override
        public String text() {
            return "ct load " + key.text() + " => reg " + register + direction.text();
        }
    }

    record Store(Key key, Direction direction, int register) implements Ct {
        @Override
        public void encode(Encoder out) {
            out.attributeBe32(NFTA_CT_KEY, key.ordinal());
            direction.encode(out);
            out.attributeBe32(NFTA_CT_SREG, register);
        }

        @Override
        public String text() {
            return "ct set " + key.text() + " with reg " + register + direction.text();
        }
    }

    @Override
    default String name() {
        return "ct";
    }

    static Optional<Ct> decode(Fields in) {
        Optional<Key> key = Key.of(in.be32(NFTA_CT_KEY));
        Optional<Direction> direction = Direction.of(in.u8(NFTA_CT_DIRECTION, Direction.ABSENT));
        if (key.isEmpty() || direction.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                in.has(NFTA_CT_SREG)
                        ? new Store(key.get(), direction.get(), in.be32(NFTA_CT_SREG))
                        : new Load(key.get(), direction.get(), in.be32(NFTA_CT_DREG)));
    }
}
