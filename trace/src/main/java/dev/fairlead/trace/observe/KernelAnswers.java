package dev.fairlead.trace.observe;

import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.packet.Flow;
import java.util.Optional;

/** What a node's kernel is asked once the way of a packet is known, to put it into the tools' words. */
interface KernelAnswers {

    /**
     * The route that it takes for a packet, as {@code ip route} prints it.
     *
     * @param in the device it came by, or empty for the node's own
     */
    Optional<String> route(String node, Flow packet, String in);

    /** The rule of a step, as {@code nft list} prints it; empty where it is gone. */
    Optional<String> rule(String node, TraceEvent step);
}
