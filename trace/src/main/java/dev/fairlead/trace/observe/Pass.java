package dev.fairlead.trace.observe;

import dev.fairlead.kernel.nftables.TraceEvent;
import java.util.List;

/**
 * A packet's way through one base chain and the chains that this one led to.
 *
 * @param node where
 * @param packet as it came to the chain
 * @param in name of the device it came in by, or empty
 * @param out name of the device it is to leave by, or empty where that isn't decided yet
 * @param steps at least one, in order
 */
record Pass(String node, Packet packet, String in, String out, List<TraceEvent> steps) {

    Pass {
        steps = List.copyOf(steps);
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

    TraceEvent last() {
        return steps.getLast();
    }
}
