package dev.fairlead.trace;

import dev.fairlead.packet.Ip;
import java.util.List;

/**
 * Somebody who sends or receives: a pod with its place in a node, or a node itself.
 *
 * @param node its node
 * @param pod {@code namespace/name}, or empty for the node itself
 * @param ips its addresses
 * @param device the pod's own interface, {@code eth0}; empty for a node, and for a pod that uses its node's network
 * @param port the node's end of the pod's veth pair; empty where {@code device} is
 */
public record Place(String node, String pod, List<Ip> ips, String device, String port) {

    public Place {
        ips = List.copyOf(ips);
    }

    /** Whether it has a network namespace of its own. */
    public boolean isPod() {
        return !device.isEmpty();
    }

    /** {@code pod/default/client}, {@code node/node-1}. */
    public String object() {
        return pod.isEmpty() ? "node/" + node : "pod/" + pod;
    }
}
