package dev.fairlead.plan;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the network needs to know of a core/v1 Node.
 *
 * @param name {@code metadata.name}
 * @param addresses {@code status.addresses} of type InternalIP in the order given; the first of a family is the one that
 *     other nodes send to
 * @param podCidrs {@code spec.podCIDRs}, host bits cleared; empty until the node has been given any
 * @param zone its label {@code topology.kubernetes.io/zone}, or empty
 */
public record Node(String name, List<Ip> addresses, List<Prefix> podCidrs, String zone) {

    public Node {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a node needs a name");
        }
        addresses = List.copyOf(addresses);
        List<Prefix> networks = new ArrayList<>(podCidrs.size());
        for (Prefix podCidr : podCidrs) {
            networks.add(podCidr.network());
        }
        podCidrs = List.copyOf(networks);
    }

    /** A node without a zone. */
    public Node(String name, List<Ip> addresses, List<Prefix> podCidrs) {
        this(name, addresses, podCidrs, "");
    }

    /** The address of this family that other nodes send to. */
    public Optional<Ip> address(Family family) {
        for (Ip address : addresses) {
            if (address.family() == family) {
                return Optional.of(address);
            }
        }
        return Optional.empty();
    }

    /** Whether {@code ip} is one of the node's own addresses or belongs to its pods. */
    public boolean holds(Ip ip) {
        for (Prefix podCidr : podCidrs) {
            if (podCidr.contains(ip)) {
                return true;
            }
        }
        return addresses.contains(ip);
    }
}
