package dev.fairlead.kernel.tc;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/** Sizes, rates and times as iproute2 prints them, {@code lib/utils_math.c} and {@code tc/tc_util.c}. */
final class TcText {
    static final double MICROSECONDS = 1e6;
    private static final double TICKS_A_MICROSECOND = 15.625;
    private static final List<String> RATES = List.of("bit", "Kbit", "Mbit", "Gbit", "Tbit");
    private static final long MEGA = 1 << 20;
    private static final long KILO = 1 << 10;
    private static final int DIGITS = 3;

    private TcText() {}

    /** Whole microseconds, as the tool computes with, of the low 32 bits. */
    static long microseconds(long ticks) {
        return (long) ((ticks & 0xffff_ffffL) / TICKS_A_MICROSECOND);
    }

    /** What passes at a rate, in bytes a second, in a time. */
    static long bytes(long rate, long ticks) {
        return (long) ((double) rate * microseconds(ticks) / MICROSECONDS) & 0xffff_ffffL;
    }

    static String size(long bytes) {
        long mega = Math.round((double) bytes / MEGA);
        long kilo = Math.round((double) bytes / KILO);
        if (bytes >= MEGA && Math.abs(MEGA * mega - bytes) < KILO) {
            return mega + "Mb";
        }
        return bytes >= KILO && Math.abs(KILO * kilo - bytes) < 16 ? kilo + "Kb" : bytes + "b";
    }

    /** A rate in bits, from an unsigned number of bytes. */
    static String rate(long bytesPerSecond) {
        long bits = bytesPerSecond << 3;
        int unit = 0;
        while (unit < RATES.size() - 1
                && Long.compareUnsigned(bits, 1000) >= 0
                && (Long.remainderUnsigned(bits, 1000) == 0 || Long.compareUnsigned(bits, 1_000_000) >= 0)) {
            bits = Long.divideUnsigned(bits, 1000);
            unit++;
        }
        return Long.toUnsignedString(bits) + RATES.get(unit);
    }

    static String time(long microseconds) {
        long us = microseconds & 0xffff_ffffL;
        if (us >= 1_000_000) {
            return digits(us / MICROSECONDS) + "s";
        }
        return us >= 1000 ? digits(us / 1000.0) + "ms" : us + "us";
    }

    /** C's {@code %.3g} for numbers from 1 to 9999. */
    private static String digits(double value) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(DIGITS, RoundingMode.HALF_EVEN));
        if (rounded.compareTo(BigDecimal.valueOf(1000)) >= 0) {
            return rounded.movePointLeft(DIGITS).stripTrailingZeros().toPlainString() + "e+03";
        }
        return rounded.stripTrailingZeros().toPlainString();
    }
}
