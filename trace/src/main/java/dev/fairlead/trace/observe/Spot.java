package dev.fairlead.trace.observe;

/**
 * A device that is looked at.
 *
 * @param node its node
 * @param pod {@code namespace/name} where it is in a pod's namespace; empty in the node's root namespace
 * @param device its name
 * @param role what a packet that passes it does
 */
public record Spot(String node, String pod, String device, Role role) {

    /** For people: {@code default/client eth0}, {@code node-1 uplink}. */
    String label() {
        return (pod.isEmpty() ? node : pod) + " " + device;
    }

    /** What a device is to a packet. */
    public enum Role {
        /** The pod's own interface. */
        POD,
        /** The loopback device of a pod, for what it says to itself. */
        LOOPBACK,
        /** The node's end of a pod's veth pair, a port of the bridge. */
        PORT,
        /** The node's device to other nodes. */
        UPLINK
    }
}
