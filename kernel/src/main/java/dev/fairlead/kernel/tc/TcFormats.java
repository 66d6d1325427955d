package dev.fairlead.kernel.tc;

import static dev.fairlead.kernel.netlink.Schema.Kind.*;
import static dev.fairlead.kernel.tc.Tca.*;

import dev.fairlead.kernel.netlink.Family.MessageFormat;
import dev.fairlead.kernel.netlink.Schema;

/** How messages of traffic control read, to explain them with. */
public final class TcFormats {
    private static final Schema TBF = Schema.of()
            .leaf(TCA_TBF_PARMS, "TCA_TBF_PARMS", HEX)
            .leaf(TCA_TBF_RTAB, "TCA_TBF_RTAB", HEX)
            .leaf(TCA_TBF_PTAB, "TCA_TBF_PTAB", HEX)
            .leaf(TCA_TBF_RATE64, "TCA_TBF_RATE64", U64)
            .leaf(TCA_TBF_PRATE64, "TCA_TBF_PRATE64", U64)
            .leaf(TCA_TBF_BURST, "TCA_TBF_BURST", U32)
            .leaf(TCA_TBF_PBURST, "TCA_TBF_PBURST", U32);

    private static final Schema MIRRED =
            Schema.of().leaf(TCA_MIRRED_TM, "TCA_MIRRED_TM", HEX).leaf(TCA_MIRRED_PARMS, "TCA_MIRRED_PARMS", HEX);

    private static final Schema ACTION = Schema.of()
            .leaf(TCA_ACT_KIND, "TCA_ACT_KIND", STRING)
            .choice(
                    TCA_ACT_OPTIONS,
                    "TCA_ACT_OPTIONS",
                    TCA_ACT_KIND,
                    kind -> kind.equals(Mirred.KIND) ? MIRRED : Schema.of());

    private static final Schema U32_FILTER = Schema.of()
            .leaf(TCA_U32_CLASSID, "TCA_U32_CLASSID", U32)
            .leaf(TCA_U32_HASH, "TCA_U32_HASH", U32)
            .leaf(TCA_U32_DIVISOR, "TCA_U32_DIVISOR", U32)
            .leaf(TCA_U32_SEL, "TCA_U32_SEL", HEX)
            .nest(TCA_U32_ACT, "TCA_U32_ACT", Schema.listOf("action", () -> ACTION))
            .leaf(TCA_U32_FLAGS, "TCA_U32_FLAGS", U32);

    private static final Schema TC = Schema.of()
            .leaf(TCA_KIND, "TCA_KIND", STRING)
            .choice(TCA_OPTIONS, "TCA_OPTIONS", TCA_KIND, TcFormats::options)
            .leaf(TCA_STATS, "TCA_STATS", HEX)
            .leaf(TCA_STATS2, "TCA_STATS2", HEX)
            .leaf(TCA_CHAIN, "TCA_CHAIN", U32)
            .leaf(TCA_HW_OFFLOAD, "TCA_HW_OFFLOAD", U8);

    private TcFormats() {}

    private static Schema options(String kind) {
        return switch (kind) {
            case "tbf" -> TBF;
            case "u32" -> U32_FILTER;
            default -> Schema.of();
        };
    }

    /** Unknown for types that aren't of traffic control. */
    public static MessageFormat of(int type) {
        return switch (type) {
            case RTM_NEWQDISC -> format("RTM_NEWQDISC");
            case RTM_DELQDISC -> format("RTM_DELQDISC");
            case RTM_GETQDISC -> format("RTM_GETQDISC");
            case RTM_NEWTFILTER -> format("RTM_NEWTFILTER");
            case RTM_DELTFILTER -> format("RTM_DELTFILTER");
            case RTM_GETTFILTER -> format("RTM_GETTFILTER");
            default -> MessageFormat.unknown(type);
        };
    }

    private static MessageFormat format(String name) {
        return new MessageFormat(
                name,
                TCMSG,
                b -> "index " + b.getInt(4) + " handle " + new QdiscHandle(b.getInt(8)) + " parent "
                        + new QdiscHandle(b.getInt(12)) + " info 0x" + Integer.toHexString(b.getInt(16)),
                TC);
    }
}
