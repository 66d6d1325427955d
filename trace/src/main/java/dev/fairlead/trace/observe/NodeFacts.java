package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import java.util.List;

/**
 * What the kernel of one node told of a connection.
 *
 * @param passes in the order in which they happened
 * @param remembered what conntrack holds of it
 * @param devices of its root namespace, as they were when the packets had passed
 * @param lost whether it had to drop some of what it told
 */
public record NodeFacts(
        String node, List<Pass> passes, List<Remembered> remembered, List<Device> devices, boolean lost) {

    public NodeFacts {
        passes = List.copyOf(passes);
        remembered = List.copyOf(remembered);
        devices = List.copyOf(devices);
    }

    /**
     * An entry of conntrack. Where the two aren't mirror images, addresses are translated.
     *
     * @param original as its packets come
     * @param reply as answers to what it makes of them come
     */
    public record Remembered(Flow original, Flow reply) {

        /** As {@code A → B | C → D}: what the client sends, and what the answer will look like. */
        String text() {
            return Tuples.text(original) + " | " + Tuples.text(reply);
        }
    }
}
