package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import dev.fairlead.trace.Place;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which of the drops that kernels told are of one way's packet.
 *
 * @param nodes what each told
 * @param reply whether it is the way back
 * @param flows that the packet may have
 * @param unanswered whether nothing shows that it wasn't dropped where it was delivered
 */
record WayDrops(Map<String, NodeFacts> nodes, boolean reply, Set<Flow> flows, boolean unanswered) {

    /** @param pod in whose network namespace, or empty for the node's root namespace */
    KernelDrops of(String node, String pod, Packet packet) {
        return find(node, pod, packet.flow(), packet::isSame);
    }

    /** Of a packet that was delivered, where nobody answered; else it may have come to an ordinary end. */
    KernelDrops afterDelivery(String node, String pod, Packet packet) {
        return unanswered ? of(node, pod, packet) : KernelDrops.NONE;
    }

    /** Of a packet that no device saw. */
    KernelDrops atSender(Place from, Flow asked) {
        return find(from.node(), from.isPod() ? from.pod() : "", asked, first -> first.isFirst(reply));
    }

    /**
     * What is dropped after a translation may not be remembered as translated; it has its sender's address and port still, and of a
     * connection that was asked for nobody else has these.
     */
    private KernelDrops find(String node, String pod, Flow flow, Predicate<Packet> wanted) {
        NodeFacts facts = nodes.get(node);
        return facts == null
                ? KernelDrops.NONE
                : facts.drops().only(drop -> {
                    Flow dropped = drop.packet().flow();
                    boolean its = flows.contains(dropped)
                            || !reply && dropped.source().equals(flow.source());
                    return its && drop.pod().equals(pod) && wanted.test(drop.packet());
                });
    }
}
