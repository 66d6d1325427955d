package dev.fairlead.bench;

import java.util.Locale;

/**
 * What Fairlead wants to reach, and what was seen.
 *
 * @param wanted such as {@code CNI ADD in a quarter of the reference's time}
 * @param seen the number that decides, a median where {@code wanted} doesn't name another
 * @param bound which side of {@code limit} is wanted; the limit itself holds
 */
public record Goal(String wanted, double seen, Bound bound, double limit, String symbol) {

    /** On which side of the limit a goal holds. */
    public enum Bound {
        AT_MOST,
        AT_LEAST;

        @Override
        public String toString() {
            return this == AT_MOST ? "at most" : "at least";
        }
    }

    /** What must not be exceeded, as most that takes time or memory. */
    public Goal(String wanted, double seen, double limit, String symbol) {
        this(wanted, seen, Bound.AT_MOST, limit, symbol);
    }

    /** Of a median ratio that is to stay near 1. */
    static Goal atLeast(String wanted, Samples ratios, double limit) {
        return new Goal(wanted, ratios.median(), Bound.AT_LEAST, limit, "");
    }

    /** Of a median ratio. */
    static Goal ratio(String wanted, Samples ratios, double limit) {
        return new Goal(wanted, ratios.median(), limit, "");
    }

    static Goal of(String wanted, Samples samples, Unit unit, double limit) {
        return new Goal(wanted, samples.median(), limit, " " + unit.symbol());
    }

    public boolean holds() {
        return bound == Bound.AT_MOST ? seen <= limit : seen >= limit;
    }

    /** {@code 0.21, at most 0.25}. */
    public String text() {
        return String.format(Locale.ROOT, "%.2f%s, %s %.2f%s", seen, symbol, bound, limit, symbol);
    }
}
