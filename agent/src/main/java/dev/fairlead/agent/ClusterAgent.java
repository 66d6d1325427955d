package dev.fairlead.agent;

import dev.fairlead.cluster.ApiSource;
import dev.fairlead.cluster.ClusterFollower;
import dev.fairlead.cluster.Progress;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Node;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent that knows what a Kubernetes API says and nothing else: its node's pod CIDRs, the other nodes, Services. Where that
 * API is, in a lab or in a cluster, it can't tell. Safe from any thread.
 */
public final class ClusterAgent implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterAgent.class);

    /** Between two sentences about what is waited for. */
    private static final Duration REMINDER = Duration.ofSeconds(15);

    private final ClusterFollower follower;
    private final NodeAgent agent;
    private final List<Prefix> podCidrs;

    private ClusterAgent(ClusterFollower follower, NodeAgent agent, List<Prefix> podCidrs) {
        this.follower = follower;
        this.agent = agent;
        this.podCidrs = podCidrs;
    }

    /**
     * Follows the API until it knows this node, starts the node's agent, and returns when the kernel holds what the API said by then.
     * That may take for ever: a node gets its pod CIDRs from a controller.
     *
     * @param source closed with this, also when this fails
     * @param config what the agent is started with, from the Node that the API knows
     * @throws InterruptedException when the waiting was cut short
     */
    public static ClusterAgent start(ApiSource source, String nodeName, Function<Node, AgentConfig> config)
            throws InterruptedException {
        ClusterFollower follower = ClusterFollower.start(source, nodeName);
        try {
            Node node = awaitNode(follower, nodeName);
            NodeAgent agent = NodeAgent.start(config.apply(node));
            agent.following(follower);
            ClusterAgent started = new ClusterAgent(follower, agent, node.podCidrs());
            follower.tell(started::apply);
            while (!agent.awaitApplied(REMINDER)) {
                LOG.warn("node {} does not yet hold the routes and Services that the API told of", nodeName);
            }
            return started;
        } catch (RuntimeException | InterruptedException e) {
            follower.close();
            throw e;
        }
    }

    private static Node awaitNode(ClusterFollower follower, String name) throws InterruptedException {
        while (true) {
            Optional<Node> node = follower.await(
                            picture -> picture.node(name)
                                    .filter(found -> !found.podCidrs().isEmpty())
                                    .isPresent(),
                            REMINDER)
                    .flatMap(picture -> picture.node(name));
            if (node.isPresent()) {
                return node.get();
            }
            List<String> missing = follower.missing();
            LOG.warn(
                    "waiting for {}",
                    missing.isEmpty()
                            ? "a Node '" + name
                                    + "' with spec.podCIDRs: the API has none yet; is --node-name right, and does"
                                    + " a controller give nodes their pod CIDRs?"
                            : "the API to tell of " + String.join(", ", missing));
        }
    }

    private void apply(ClusterPicture picture) {
        picture.node(agent.config().nodeName())
                .map(Node::podCidrs)
                .filter(now -> !now.equals(podCidrs))
                .ifPresent(now -> LOG.error(
                        "this node's pod CIDRs are {} now and were {} when the agent started; restart it to use them",
                        now,
                        podCidrs));
        agent.apply(picture);
    }

    public NodeAgent agent() {
        return agent;
    }

    /** Waits until the kernel holds everything up to here. @return whether it was in time */
    public boolean awaitFollowed(Progress wanted, Duration patience) {
        return agent.awaitFollowed(wanted, patience);
    }

    /** Ends the agent and leaves the node's kernel as it is. */
    @Override
    public void close() {
        follower.close();
        agent.close();
    }
}
