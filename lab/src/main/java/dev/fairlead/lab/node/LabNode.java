package dev.fairlead.lab.node;

import dev.fairlead.agent.AgentConfig;
import dev.fairlead.plan.Node;
import java.nio.file.Path;

/**
 * A node: a sandbox whose network namespace is the node's root namespace, plugged into the underlay, the agent that serves
 * it, and the kubelet that runs its pods. It ends in the reverse order.
 */
public record LabNode(NodeSlot slot, Sandbox sandbox, NodeLink link, LabAgent agent, Kubelet kubelet)
        implements AutoCloseable {

    /** Where a node keeps its files inside the lab. */
    public static Path directory(Path run, String node) {
        return run.resolve("nodes").resolve(node);
    }

    /**
     * @param node what the API says of it
     * @param wiresPods whether the agent serves CNI, or another plugin wires the pods
     */
    public static AgentConfig agentConfig(Node node, Sandbox sandbox, Path directory, int mtu, boolean wiresPods) {
        AgentConfig config = AgentConfig.of(node.name(), sandbox.netns(), node.podCidrs())
                .withUplink(Underlay.UPLINK)
                .withSocket(directory.resolve("cni.sock"))
                .withStateDirectory(directory.resolve("state"))
                .withMtu(mtu);
        return wiresPods ? config : config.withoutPods();
    }

    /** After its pods have ended. */
    @Override
    public void close() {
        try {
            agent.close();
        } finally {
            sandbox.close();
        }
    }
}
