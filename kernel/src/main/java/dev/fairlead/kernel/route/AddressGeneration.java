package dev.fairlead.kernel.route;

import java.util.Locale;

/**
 * How the kernel makes a link's IPv6 link-local address, {@code enum in6_addr_gen_mode} of {@code <linux/if_link.h>}, in
 * its numbering.
 */
public enum AddressGeneration {
    EUI64,
    /** None: the link has only the IPv6 addresses it is given, and sends no router solicitation by itself. */
    NONE,
    STABLE_SECRET,
    RANDOM;

    private static final AddressGeneration[] ALL = values();

    int number() {
        return switch (this) {
            case EUI64 -> 0;
            case NONE -> 1;
            case STABLE_SECRET -> 2;
            case RANDOM -> 3;
        };
    }

    static AddressGeneration of(int number) {
        return number < ALL.length ? ALL[number] : EUI64;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
