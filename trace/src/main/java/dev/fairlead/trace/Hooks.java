package dev.fairlead.trace;

import dev.fairlead.packet.Flow;
import java.util.Optional;

/**
 * What happens to a packet at the hooks of a node that it passes. The kernel rewrites destinations at the first one it meets,
 * sources at the last ({@code HOOK2MANIP} in net/netfilter/nf_nat_core.c), and undoes both at the same places.
 */
interface Hooks {

    /** Prerouting, or output for what a process of the node sends. @return the end, where it ends here */
    Optional<End> first(NodeView here, Walk walk, Origin origin);

    /** Postrouting, or input for what stays on the node. */
    void last(NodeView here, Way way, Walk walk);

    /** Who is expected where the packet arrives in a node's own namespace, as {@link Place#object}. */
    Optional<String> receiver();

    /** What is told where it arrives. */
    String delivered(Flow flow);

    /** From where a packet comes to a node. */
    enum Origin {
        /** From a pod, by a port of the bridge. */
        BRIDGE,
        /** From another node. */
        UPLINK,
        /** From a process in the node's own namespace. */
        PROCESS
    }
}
