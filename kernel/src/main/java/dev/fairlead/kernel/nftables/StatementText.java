package dev.fairlead.kernel.nftables;

import dev.fairlead.kernel.nftables.expression.Dup;
import dev.fairlead.kernel.nftables.expression.Dynset;
import dev.fairlead.kernel.nftables.expression.Expression;
import dev.fairlead.kernel.nftables.expression.Limit;
import dev.fairlead.kernel.nftables.expression.Log;
import java.nio.ByteOrder;
import java.util.Locale;

/** Statements that stand for themselves, in nft's words. */
final class StatementText {
    /** {@code NF_LOG_MASK} without the bit nobody can set. */
    private static final int ALL_LOG_FLAGS = 0x2f;

    private static final int WARNING = 4;

    private StatementText() {}

    static String log(Log e) {
        StringBuilder text = new StringBuilder("log");
        if (!e.prefix().isEmpty()) {
            text.append(" prefix \"").append(e.prefix()).append('"');
        }
        if (e.group() != Log.NONE) {
            text.append(" group ").append(e.group());
        }
        if (e.snaplen() > 0) {
            text.append(" snaplen ").append(e.snaplen());
        }
        if (e.threshold() > 0) {
            text.append(" queue-threshold ").append(e.threshold());
        }
        String[] levels = {"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", "audit"};
        if (e.level() != Log.NONE && e.level() != WARNING && e.level() >= 0 && e.level() < levels.length) {
            text.append(" level ").append(levels[e.level()]);
        }
        if (e.flags() == ALL_LOG_FLAGS) {
            text.append(" flags all");
        } else if (e.flags() > 0) {
            text.append(logFlags(e.flags()));
        }
        return text.toString();
    }

    private static String logFlags(int flags) {
        String tcp = (flags & 3) == 3
                ? "sequence,options"
                : (flags & 1) != 0 ? "sequence" : (flags & 2) != 0 ? "options" : "";
        return (tcp.isEmpty() ? "" : " flags tcp " + tcp)
                + ((flags & 4) != 0 ? " flags ip options" : "")
                + ((flags & 8) != 0 ? " flags skuid" : "")
                + ((flags & 0x20) != 0 ? " flags ether" : "");
    }

    static String limit(Limit e) {
        String rate = "limit rate " + (e.over() ? "over " : "");
        if (!e.bytes()) {
            String burst = e.burst() == 0 || e.burst() == 5 ? "" : " burst " + e.burst() + " packets";
            return rate + e.rate() + "/" + e.unitText() + burst;
        }
        String burst = e.burst() == 0 ? "" : " burst " + bytes(e.burst());
        return rate + bytes(e.rate()) + "/" + e.unitText() + burst;
    }

    private static String bytes(long number) {
        String[] units = {"bytes", "kbytes", "mbytes"};
        int unit = 0;
        long value = number;
        while (unit < units.length - 1 && value != 0 && value % 1024 == 0) {
            value /= 1024;
            unit++;
        }
        return value + " " + units[unit];
    }

    static String dynset(Dynset e, String key) {
        StringBuilder text = new StringBuilder(e.operation().name().toLowerCase(Locale.ROOT))
                .append(" @")
                .append(e.set())
                .append(" { ")
                .append(key);
        if (e.timeout() != 0) {
            text.append(" timeout ").append(ElementText.duration(e.timeout()));
        }
        for (Expression each : e.each()) {
            text.append(each instanceof Limit limit ? " " + limit(limit) : " [ " + each.text() + " ]");
        }
        return text.append(" }").toString();
    }

    static String dup(Dup e, RuleContext context) {
        StringBuilder text = new StringBuilder("dup to");
        for (int register : new int[] {e.address(), e.device()}) {
            if (register >= 0) {
                Loaded loaded = context.use(register);
                text.append(' ')
                        .append(
                                loaded.isConstant()
                                        ? Long.toString(loaded.constant().number(ByteOrder.nativeOrder()))
                                        : loaded.text());
            }
        }
        return text.toString();
    }
}
