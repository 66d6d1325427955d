package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import java.util.Optional;

/** What a node's kernel is asked once the way of a packet is known, to put it into the tools' words. */
interface KernelAnswers {

    /**
     * The route that it takes for a packet.
     *
     * @param in the device it came by, or empty for the node's own
     */
    Optional<Taken> route(String node, Flow packet, String in);

    /** The neighbour at the end of a route, as {@code ip neighbour} prints it, where nobody has answered for it. */
    Optional<String> unanswered(String node, Taken route);

    /** The route that who sends takes for a packet of its own, with what it has learned of it: {@code ip route get}. */
    Optional<String> routeOfSender(Flow packet);

    /** Whether the node runs, so that there is a kernel to ask; whether anybody watches it or not. */
    boolean isRunning(String node);

    /** A device of a node; empty where it is gone, or the node isn't watched. */
    Optional<Device> link(String node, String device);

    /** The rule of a step, as {@code nft list} prints it; empty where it is gone. */
    Optional<String> rule(String node, Step step);
}
