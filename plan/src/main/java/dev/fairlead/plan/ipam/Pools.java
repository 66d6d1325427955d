package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Family;
import java.util.ArrayList;
import java.util.List;

/** Ranges in groups: an attachment gets one address from each group. */
final class Pools {
    private Pools() {}

    /** The node's pools as groups: all of one family are alternatives, and each family gives an address. */
    static List<List<Range>> byFamily(List<Range> pools) {
        List<List<Range>> groups = new ArrayList<>();
        for (Family family : Family.values()) {
            List<Range> group = new ArrayList<>();
            for (Range pool : pools) {
                if (pool.family() == family) {
                    group.add(pool);
                }
            }
            if (!group.isEmpty()) {
                groups.add(group);
            }
        }
        return checked(groups);
    }

    /** A copy of the groups, or {@link IpamException.BadRange} when they contradict each other. */
    static List<List<Range>> checked(List<List<Range>> groups) {
        List<List<Range>> copy = new ArrayList<>(groups.size());
        List<Range> seen = new ArrayList<>();
        for (List<Range> group : groups) {
            if (group.isEmpty()) {
                throw new IpamException.BadRange("a group of ipRanges is empty: each must hold a range or be left out");
            }
            for (Range range : group) {
                requireFamily(group.getFirst(), range);
                for (Range other : seen) {
                    requireApart(other, range);
                }
                seen.add(range);
            }
            copy.add(List.copyOf(group));
        }
        return List.copyOf(copy);
    }

    private static void requireFamily(Range first, Range range) {
        if (range.family() != first.family()) {
            throw new IpamException.BadRange("ranges " + first + " and " + range
                    + " are alternatives of one group but of different families: put them in groups of their own");
        }
    }

    private static void requireApart(Range one, Range other) {
        boolean apart = one.end().compareTo(other.start()) < 0 || other.end().compareTo(one.start()) < 0;
        if (!apart) {
            throw new IpamException.BadRange("ranges " + one + " and " + other + " overlap");
        }
    }
}
