package dev.fairlead.trace.observe;

import java.util.List;

/**
 * What one node saw.
 *
 * @param sights packets that weren't told before, in the order of time
 * @param facts what its rules and conntrack say
 * @param dropped packets that the kernel had to drop before its eyes had them
 */
public record Findings(List<Sight> sights, NodeFacts facts, long dropped) {

    public Findings {
        sights = List.copyOf(sights);
    }

    /** How much is missing: dropped packets, and 1 where not all steps of rules were told. */
    long lost() {
        return dropped + (facts.lost() ? 1 : 0);
    }
}
