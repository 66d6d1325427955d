package dev.fairlead.trace.observe;

import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import java.util.Optional;

/** What a node's kernel is asked once the way of a packet is known, to put it into the tools' words. */
interface KernelAnswers {

    /**
     * A route that a kernel takes.
     *
     * @param text as {@code ip route} prints it
     * @param device by which the packet leaves
     * @param next to whom on that device: a router, or the destination itself
     */
    record Taken(String text, String device, Ip next) {}

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

    /** Whether the node runs, so that there is a kernel to ask. */
    boolean isRunning(String node);

    /** A device of a node's root namespace, as it was when the packets had passed; empty where it is gone. */
    Optional<Link> link(String node, String device);

    /** The rule of a step, as {@code nft list} prints it; empty where it is gone. */
    Optional<String> rule(String node, TraceEvent step);
}
