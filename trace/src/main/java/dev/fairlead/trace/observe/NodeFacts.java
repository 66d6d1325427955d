package dev.fairlead.trace.observe;

import dev.fairlead.kernel.conntrack.Flow;
import java.util.List;

/**
 * What the kernel of one node told of a connection.
 *
 * @param passes in the order in which they happened
 * @param remembered what conntrack holds of it
 * @param lost whether it had to drop some of what it told
 */
record NodeFacts(String node, List<Pass> passes, List<Flow> remembered, boolean lost) {

    NodeFacts {
        passes = List.copyOf(passes);
        remembered = List.copyOf(remembered);
    }
}
