package dev.fairlead.lab.model;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.List;

/**
 * A machine that runs pods.
 *
 * @param addresses its own addresses on the network between nodes, one for each family
 * @param podCidrs what its pods get their addresses from, one for each family
 * @param netns path of its network namespace; empty when unknown
 * @param ready whether it can start pods
 * @param taints what keeps pods away that don't tolerate it
 * @param unschedulable whether the scheduler must leave it out ({@code kubectl cordon})
 */
public record Node(
        ObjectMeta metadata,
        List<Ip> addresses,
        List<Prefix> podCidrs,
        String netns,
        boolean ready,
        List<Taint> taints,
        boolean unschedulable)
        implements LabObject {

    public Node {
        addresses = List.copyOf(addresses);
        podCidrs = List.copyOf(podCidrs);
        taints = List.copyOf(taints);
    }

    public String name() {
        return metadata.name();
    }

    @Override
    public Kind kind() {
        return Kind.NODE;
    }

    @Override
    public Node withMetadata(ObjectMeta changed) {
        return new Node(changed, addresses, podCidrs, netns, ready, taints, unschedulable);
    }

    public Node withReady(boolean changed) {
        return new Node(metadata, addresses, podCidrs, netns, changed, taints, unschedulable);
    }
}
