package dev.fairlead.lab.model;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Prefix;
import java.util.List;
import java.util.Optional;

/**
 * Where Services get their addresses.
 *
 * @param prefixes one, or two of different families; the first is the primary family
 */
public record ServiceCidrs(List<Prefix> prefixes) {

    /** @throws IllegalArgumentException when there isn't one prefix for each of one or two families */
    public ServiceCidrs {
        prefixes = List.copyOf(prefixes);
        boolean twice = prefixes.size() == 2
                && prefixes.getFirst().family() == prefixes.getLast().family();
        if (prefixes.isEmpty() || prefixes.size() > 2 || twice) {
            throw new IllegalArgumentException(
                    "Services need one address range, or one for each family, but were given " + prefixes);
        }
    }

    public Family primary() {
        return prefixes.getFirst().family();
    }

    public boolean dualStack() {
        return prefixes.size() == 2;
    }

    public Optional<Prefix> of(Family family) {
        for (Prefix prefix : prefixes) {
            if (prefix.family() == family) {
                return Optional.of(prefix);
            }
        }
        return Optional.empty();
    }

    /** {@code 10.96.0.0/16} or {@code 10.96.0.0/16 and fd00:96::/108}. */
    @Override
    public String toString() {
        return prefixes.getFirst() + (dualStack() ? " and " + prefixes.getLast() : "");
    }
}
