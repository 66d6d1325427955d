package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What sees one connection on one node, armed as long as this is open. For one thread at a time. Each method may throw a
 * {@link dev.fairlead.kernel.KernelException} where the node's kernel refuses, or an {@link EyesException} where the node can't be
 * asked.
 */
public interface Eyes extends AutoCloseable {

    /** How a node's eyes are opened: by whoever may, there. Any thread. */
    @FunctionalInterface
    interface Opening {
        /** Arms what {@code watch} says. */
        Eyes open(Watch watch);
    }

    /**
     * Waits for packets, and gives those that came since the last time, in the order of time.
     *
     * @return none when nothing came in time; the wait may be cut shorter
     */
    List<Sight> await(Duration patience);

    /** What else was seen until now. @param asked the connection that it is about, as the client sends it */
    Findings finish(Flow asked);

    /**
     * The route that the kernel takes for a packet; empty where it has none.
     *
     * @param in the device it came by, or empty for the node's own
     */
    Optional<Taken> route(Flow packet, String in);

    /**
     * The route that a pod takes for a packet of its own, with what its kernel has learned of it, as {@code ip route get} prints it.
     *
     * @param pod {@code namespace/name} of one whose devices are watched; empty for the node itself
     */
    Optional<String> ownRoute(Flow packet, String pod);

    /** The neighbour at the end of a route, as {@code ip neighbour} prints it, where nobody has answered for it. */
    Optional<String> unanswered(Taken route);

    /** The rule of a step, as {@code nft list} prints it; empty where it is gone. */
    Optional<String> rule(Step step);

    /** How the node's clock, which all times are by, compares with that of who asks. */
    ClockReading clock();

    /** Then nothing is armed any more. */
    @Override
    void close();
}
