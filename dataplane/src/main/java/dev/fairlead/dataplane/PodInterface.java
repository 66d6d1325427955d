package dev.fairlead.dataplane;

import dev.fairlead.kernel.route.Route;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * One interface of a pod as it should be.
 *
 * @param owner what it belongs to, {@code network/container/interface}; the node's end carries it as its alias
 * @param hostName of the node's end; it follows from the owner
 * @param name in the pod, {@code eth0}
 * @param addresses with the prefix length of the pod network
 * @param gateways of the pod's default routes, one for each family
 * @param routes that the pod gets beside the default ones, in this order; on this interface
 * @param mtu in bytes
 */
public record PodInterface(
        String owner,
        String hostName,
        String name,
        Mac mac,
        List<Prefix> addresses,
        List<Ip> gateways,
        List<Route> routes,
        int mtu) {
    /** RFC 8200 section 5. On a link with less the kernel knows no IPv6, not even a setting of it. */
    public static final int IPV6_LEAST_MTU = 1280;

    public PodInterface {
        addresses = List.copyOf(addresses);
        gateways = List.copyOf(gateways);
        routes = List.copyOf(routes);
    }

    public PodInterface(
            String owner,
            String name,
            Mac mac,
            List<Prefix> addresses,
            List<Ip> gateways,
            List<Route> routes,
            int mtu) {
        this(owner, hostName(owner), name, mac, addresses, gateways, routes, mtu);
    }

    /** With default routes only. */
    public PodInterface(String owner, String name, Mac mac, List<Prefix> addresses, List<Ip> gateways, int mtu) {
        this(owner, name, mac, addresses, gateways, List.of(), mtu);
    }

    boolean canHaveIpv6() {
        return mtu >= IPV6_LEAST_MTU;
    }

    /** The name of the node's end: it follows from the owner alone, so that it is found without the pod's namespace. */
    public static String hostName(String owner) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(owner.getBytes(StandardCharsets.UTF_8));
            return "veth" + HexFormat.of().formatHex(hash, 0, 5); // 40 bits, and 14 of at most 15 characters
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
