package dev.fairlead.plan.routes;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;

/**
 * A route to the pods of another node. Prints exactly as {@code ip route} prints it, for IPv6 with the metric and
 * preference that the kernel gives a route of which nothing else is said (iproute2's {@code print_route}).
 *
 * @param destination a pod CIDR, host bits clear
 * @param via the other node's address, of the same family
 * @param device the name of the link that leads to it
 * @param mtu the largest packet in bytes that may take this route, or 0 to leave that to the link. Where pods have links of
 *     64 kB so that they can talk in large segments on one node, the routes that leave the node must say the uplink's MTU.
 * @param node whose pods these are; not part of the kernel's route
 */
public record NodeRoute(Prefix destination, Ip via, String device, int mtu, String node) {

    public NodeRoute {
        if (mtu < 0) {
            throw new IllegalArgumentException(
                    "an MTU of " + mtu + " bytes for " + destination + ": it can't be negative");
        }
        if (destination.family() != via.family()) {
            throw new IllegalArgumentException(destination + " can't be reached via " + via + " of the other family");
        }
        destination = destination.network();
    }

    /** Whether both put the same route into the kernel. */
    boolean sameInKernel(NodeRoute other) {
        return toString().equals(other.toString());
    }

    @Override
    public String toString() {
        boolean ipv6 = via.isIpv6();
        return shown(destination) + " via " + via + " dev " + device + (ipv6 ? " metric 1024" : "")
                + (mtu > 0 ? " mtu " + mtu : "") + (ipv6 ? " pref medium" : "");
    }

    /** As {@code ip} shows a destination: {@code default} for all, no length for a single address. */
    private static String shown(Prefix prefix) {
        if (prefix.length() == 0) {
            return "default";
        }
        return prefix.length() == prefix.family().bits() ? prefix.address().toString() : prefix.toString();
    }
}
