package dev.fairlead.bench;

import java.util.Locale;

/**
 * What Fairlead wants to reach, and what was seen.
 *
 * @param wanted such as {@code CNI ADD in a quarter of the reference's time}
 * @param seen the number that decides, a median where {@code wanted} doesn't name another
 * @param limit what it must not exceed
 */
public record Goal(String wanted, double seen, double limit, String symbol) {

    /** Of a median ratio. */
    static Goal ratio(String wanted, Samples ratios, double limit) {
        return new Goal(wanted, ratios.median(), limit, "");
    }

    static Goal of(String wanted, Samples samples, Unit unit, double limit) {
        return new Goal(wanted, samples.median(), limit, " " + unit.symbol());
    }

    public boolean holds() {
        return seen <= limit;
    }

    /** {@code 0.21, at most 0.25}. */
    public String text() {
        return String.format(Locale.ROOT, "%.2f%s, at most %.2f%s", seen, symbol, limit, symbol);
    }
}
