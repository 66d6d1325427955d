package dev.fairlead.trace.observe;

import java.util.ArrayList;
import java.util.List;

/**
 * A packet's way through one base chain and the chains that this one led to.
 *
 * @param packet as it came to the chain
 * @param in name of the device it came in by, or empty
 * @param out name of the device it is to leave by, or empty where that isn't decided yet
 * @param steps at least one, in order
 */
public record Pass(Packet packet, String in, String out, List<Step> steps) {

    public Pass {
        steps = List.copyOf(steps);
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("a packet can't pass a chain without a step");
        }
    }

    String table() {
        return steps.getFirst().table();
    }

    String chain() {
        return steps.getFirst().chain();
    }

    /** Whether a table of Fairlead's has the chain. */
    boolean isFairleads() {
        return table().startsWith("fairlead");
    }

    Step last() {
        return steps.getLast();
    }

    /** The chains it went through, as {@code nat-prerouting → services → service-PFISGYVC-default/web/tcp/}. */
    String chains() {
        List<String> chains = new ArrayList<>();
        for (Step step : steps) {
            if (chains.isEmpty() || !chains.getLast().equals(step.chain())) {
                chains.add(step.chain());
            }
        }
        return "table " + steps.getFirst().family() + " " + table() + ": " + String.join(" → ", chains);
    }
}
