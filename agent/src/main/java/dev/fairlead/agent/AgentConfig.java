package dev.fairlead.agent;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Prefix;
import java.nio.file.Path;
import java.util.List;

/**
 * What an agent is told when it starts.
 *
 * @param nodeName its Node's name
 * @param node the node's root network namespace; stays the caller's
 * @param podCidrs what its pods get their addresses from, one or more of a family; empty where another CNI plugin wires pods
 * @param socket where {@code fairlead-cni} finds it
 * @param stateDirectory what must outlive it
 * @param mtu of pod interfaces, in bytes
 * @param bridge name of the pod bridge
 * @param uplink name of the device to other nodes; where the node has none, no routes to other nodes are made
 * @param spoofGuard whether pods are kept from sending with addresses that aren't theirs
 * @param masquerade whether pods leave the pod network with the node's address, unless their network says otherwise
 */
public record AgentConfig(
        String nodeName,
        Netns node,
        List<Prefix> podCidrs,
        Path socket,
        Path stateDirectory,
        int mtu,
        String bridge,
        String uplink,
        boolean spoofGuard,
        boolean masquerade) {
    private static final int ETHERNET_MTU = 1500;

    public AgentConfig {
        podCidrs = List.copyOf(podCidrs);
    }

    /** The usual paths and names. */
    public static AgentConfig of(String nodeName, Netns node, List<Prefix> podCidrs) {
        return new AgentConfig(
                nodeName,
                node,
                podCidrs,
                Path.of("/run/fairlead/cni.sock"),
                Path.of("/var/lib/fairlead"),
                ETHERNET_MTU,
                "fl0",
                "uplink",
                true,
                false);
    }

    public AgentConfig withSocket(Path path) {
        return new AgentConfig(
                nodeName, node, podCidrs, path, stateDirectory, mtu, bridge, uplink, spoofGuard, masquerade);
    }

    public AgentConfig withStateDirectory(Path path) {
        return new AgentConfig(nodeName, node, podCidrs, socket, path, mtu, bridge, uplink, spoofGuard, masquerade);
    }

    public AgentConfig withMtu(int bytes) {
        return new AgentConfig(
                nodeName, node, podCidrs, socket, stateDirectory, bytes, bridge, uplink, spoofGuard, masquerade);
    }

    public AgentConfig withBridge(String name) {
        return new AgentConfig(
                nodeName, node, podCidrs, socket, stateDirectory, mtu, name, uplink, spoofGuard, masquerade);
    }

    /** Routes to other nodes' pods leave by this device. */
    public AgentConfig withUplink(String device) {
        return new AgentConfig(
                nodeName, node, podCidrs, socket, stateDirectory, mtu, bridge, device, spoofGuard, masquerade);
    }

    /** On by default; a network can be without by {@code "antiSpoofing": false} in its plugin configuration. */
    public AgentConfig withSpoofGuard(boolean on) {
        return new AgentConfig(nodeName, node, podCidrs, socket, stateDirectory, mtu, bridge, uplink, on, masquerade);
    }

    /** Off by default, since nodes of a cluster know the way to each other's pods. */
    public AgentConfig withMasquerade(boolean on) {
        return new AgentConfig(nodeName, node, podCidrs, socket, stateDirectory, mtu, bridge, uplink, spoofGuard, on);
    }

    /** Wires no pods: another plugin does; routes to other nodes and Services stay the agent's. */
    public AgentConfig withoutPods() {
        return new AgentConfig(
                nodeName, node, List.of(), socket, stateDirectory, mtu, bridge, uplink, spoofGuard, masquerade);
    }
}
