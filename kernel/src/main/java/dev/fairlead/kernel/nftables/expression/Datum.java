package dev.fairlead.kernel.nftables.expression;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Encoder;

/** What a register can be given: a value or a verdict ({@code NFTA_DATA_VALUE}, {@code NFTA_DATA_VERDICT}). */
public sealed interface Datum permits Bytes, Verdict {
    int NFTA_DATA_VALUE = 1;
    int NFTA_DATA_VERDICT = 2;

    /** Writes it as the nested attribute {@code type}. */
    default void encode(Encoder out, int type) {
        out.nested(type, data -> {
            switch (this) {
                case Bytes bytes -> data.attribute(NFTA_DATA_VALUE, bytes.toArray());
                case Verdict verdict -> data.nested(NFTA_DATA_VERDICT, verdict::encode);
            }
        });
    }

    /** Reads what {@link #encode} writes; empty bytes when it holds neither. */
    static Datum decode(Attribute attribute) {
        Attributes data = attribute.nested();
        if (data.find(NFTA_DATA_VERDICT).isPresent()) {
            return Verdict.decode(
                    data.require(NFTA_DATA_VERDICT, "NFTA_DATA_VERDICT").nested());
        }
        return data.find(NFTA_DATA_VALUE).map(a -> Bytes.of(a.bytes())).orElse(Bytes.EMPTY);
    }
}
