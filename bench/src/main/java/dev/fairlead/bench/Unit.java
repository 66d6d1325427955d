package dev.fairlead.bench;

/** What the numbers of a comparison are. */
public enum Unit {
    SECONDS("s"),
    MILLISECONDS("ms"),
    MICROSECONDS("µs"),
    PER_SECOND("/s"),
    GIGABITS("Gbit/s"),
    /** 1,000,000 bytes. */
    MEGABYTES("MB");

    private final String symbol;

    Unit(String symbol) {
        this.symbol = symbol;
    }

    /** As it stands behind a number. */
    public String symbol() {
        return symbol;
    }
}
