package dev.fairlead.agent;

import static dev.fairlead.dataplane.PodInterface.IPV6_LEAST_MTU;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.packet.Prefix;
import java.util.List;

/** The MTU of pods' interfaces, in bytes: one for all that hang on a bridge, since a bridge drops what is too large. */
final class PodMtu {
    private static final long MOST = 65_535;

    private PodMtu() {}

    /** @throws IllegalArgumentException when pods are to have IPv6 on links that can't carry it */
    static void require(AgentConfig config) {
        for (Prefix cidr : config.podCidrs()) {
            if (cidr.address().isIpv6() && config.mtu() < IPV6_LEAST_MTU) {
                throw new IllegalArgumentException("pods can't have addresses of " + cidr + " with an MTU of "
                        + config.mtu() + ": IPv6 asks for " + IPV6_LEAST_MTU + " bytes on every link");
            }
        }
    }

    /**
     * For one pod. The plugin configuration's own {@code mtu} may say what is so anyway; 0 and missing are the same.
     *
     * @throws CniException code 7, for one that differs, or too small for an IPv6 address that the pod is given
     */
    static int of(NetConf conf, List<Prefix> addresses, int bridge) {
        long asked = conf.number("mtu", 0, MOST).orElse(0);
        for (Prefix address : addresses) {
            long mtu = asked == 0 ? bridge : asked;
            if (address.address().isIpv6() && mtu < IPV6_LEAST_MTU) {
                throw CniException.invalidConfig(
                        "an MTU of " + mtu + " is too small for the address " + address,
                        "IPv6 asks for " + IPV6_LEAST_MTU
                                + " bytes on every link; give the agent a larger --mtu, or the pod"
                                + " no IPv6 address");
            }
        }
        if (asked != 0 && asked != bridge) {
            throw CniException.invalidConfig(
                    "'mtu' is " + asked + " in the configuration of network '" + conf.name() + "' and " + bridge
                            + " on this node's bridge, and all of a bridge must have the same",
                    "leave it out, or start the agent with --mtu " + asked);
        }
        return bridge;
    }
}
