package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * What the kernel of one node told of a connection.
 *
 * @param passes in the order in which they happened
 * @param remembered what conntrack holds of it
 * @param devices of its root namespace, as they were when the packets had passed
 * @param drops packets that it dropped, where it says so
 * @param lost whether it had to drop some of what it told
 */
public record NodeFacts(
        String node,
        List<Pass> passes,
        List<Remembered> remembered,
        List<Device> devices,
        KernelDrops drops,
        boolean lost) {

    public NodeFacts {
        passes = List.copyOf(passes);
        remembered = List.copyOf(remembered);
        devices = List.copyOf(devices);
    }

    /** The same by another clock. @param clock from this node's time to that, in nanoseconds since 1970 */
    NodeFacts at(LongUnaryOperator clock) {
        List<KernelDrop> told = drops.told().stream()
                .map(drop -> drop.at(clock.applyAsLong(drop.timeNs())))
                .toList();
        return new NodeFacts(node, passes, remembered, devices, new KernelDrops(told, drops.missing()), lost);
    }

    /** The same with drops that were told elsewhere, by the clock that these are by. */
    NodeFacts with(KernelDrops told) {
        return new NodeFacts(node, passes, remembered, devices, told, lost);
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
