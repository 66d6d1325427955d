package dev.fairlead.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.agent.CniInstall;
import dev.fairlead.agent.NodePlugins;
import dev.fairlead.cluster.Progress;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.runtime.CniRuntime;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.node.Kubelet;
import dev.fairlead.lab.node.LabAgent;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.NodeCni;
import dev.fairlead.lab.node.NodeSlot;
import dev.fairlead.lab.node.PodNetwork;
import dev.fairlead.lab.node.Sandbox;
import dev.fairlead.lab.node.Underlay;
import dev.fairlead.packet.Prefix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the nodes of a lab, has an agent serve each, and takes them away. */
final class LabNodes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LabNodes.class);
    /** Property {@code fairlead.cni.seconds}, for tests of plugins that hang. */
    private static final Duration PLUGIN_PATIENCE = Duration.ofSeconds(Integer.getInteger("fairlead.cni.seconds", 30));

    private static final Duration ENDING_PATIENCE = Duration.ofSeconds(5);
    static final int MTU = 1500;
    private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(1);
    /** For requests that were on their way when the last node let go of an endpoint. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(50);

    static final Path RUN = Path.of("/run/fairlead");

    private final LabOptions options;
    private final Underlay underlay;
    private final Map<NodeSlot, Sandbox> sandboxes = new LinkedHashMap<>();
    private final Map<String, LabNode> nodes = new LinkedHashMap<>();

    /** Says how far a node must have followed the API now. */
    private final Supplier<Progress> progress;

    private LabNodes(LabOptions options, Underlay underlay, Supplier<Progress> progress) {
        this.options = options;
        this.underlay = underlay;
        this.progress = progress;
    }

    /** Makes the network between nodes, and no node yet. @param progress says how far a node must have followed the API */
    static LabNodes create(LabOptions options, Supplier<Progress> progress) {
        return new LabNodes(options, Underlay.create(), progress);
    }

    /** What pods are made with, apart from the node. */
    record PodMeans(
            Kubelet.BuiltIn builtIn,
            Map<String, String> environment,
            Kubelet.Listener listener,
            ExecutorService workers) {}

    /**
     * Makes all nodes, one after the other, and has each node's agent start while the next node is made. Returns when they can
     * take pods; when one can't, the rest is there to be closed.
     *
     * @param announce makes a node known to the API, from which its agent knows it
     * @param agents starts an agent; it returns when the agent serves
     */
    void start(BiConsumer<NodeSlot, Sandbox> announce, AgentStart agents, PodMeans means) {
        List<CompletableFuture<LabNode>> starting = new ArrayList<>();
        RuntimeException failure = null;
        try {
            for (NodeSlot slot : options.layout().slots()) {
                Sandbox sandbox = createSandbox(slot);
                announce.accept(slot, sandbox);
                starting.add(CompletableFuture.supplyAsync(() -> start(slot, sandbox, agents, means), means.workers()));
            }
        } catch (RuntimeException e) {
            failure = e;
        }
        for (CompletableFuture<LabNode> one : starting) {
            try {
                LabNode node = one.join();
                nodes.put(node.slot().name(), node);
            } catch (CompletionException e) {
                failure = e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private Sandbox createSandbox(NodeSlot slot) {
        Sandbox sandbox = Sandbox.create(options.nativePrograms().resolve("pause"), slot.name());
        sandboxes.put(slot, sandbox);
        LabLayout layout = options.layout();
        underlay.connect(slot.name(), sandbox.netns(), layout.uplinkPrefixes(slot), layout.serviceCidrs(), MTU);
        return sandbox;
    }

    /** Starts the agent of a node. */
    @FunctionalInterface
    interface AgentStart {
        LabAgent start(NodeSlot slot, Sandbox sandbox, Path directory);
    }

    private LabNode start(NodeSlot slot, Sandbox sandbox, AgentStart agents, PodMeans means) {
        Path directory = LabNode.directory(RUN, slot.name());
        LabAgent agent = agents.start(slot, sandbox, directory);
        try {
            Kubelet.Means podMeans = new Kubelet.Means(
                    network(slot, sandbox, directory),
                    options.nativePrograms().resolve("pause"),
                    RUN.resolve("logs"),
                    means.environment(),
                    means.builtIn(),
                    this::awaitNoneSent);
            return new LabNode(
                    slot, sandbox, agent, new Kubelet(slot.name(), podMeans, means.listener(), means.workers()));
        } catch (RuntimeException e) {
            agent.close();
            throw e;
        }
    }

    private PodNetwork network(NodeSlot slot, Sandbox sandbox, Path directory) {
        NodeCni cni = cni(slot, directory);
        try {
            CniRuntime runtime = new CniRuntime(
                    NodePlugins.in(sandbox.netns()),
                    List.of(cni.bin()),
                    directory.resolve("cni-cache"),
                    Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                    PLUGIN_PATIENCE);
            return new PodNetwork(runtime, cni.list(), Map.of("ipRanges", ipRanges(slot.podCidrs())));
        } catch (CniException e) {
            throw new LabRefusal(e.msg());
        }
    }

    private NodeCni cni(NodeSlot slot, Path directory) {
        if (options.foreign().isPresent()) {
            return NodeCni.foreign(
                    options.foreign().get().conf(),
                    options.foreign().get().bin(),
                    slot,
                    directory,
                    options.layout().nodes());
        }
        return switch (options.agents()) {
            case INSIDE -> NodeCni.fairlead(directory, options.nativePrograms());
            case PROCESS ->
                NodeCni.installed(directory.resolve("net.d").resolve(CniInstall.CONFLIST), directory.resolve("bin"));
        };
    }

    /** One address out of each: {@code [[{"subnet": "10.244.1.0/24"}], …]}, for plugins that declare the capability. */
    private static JsonNode ipRanges(List<Prefix> podCidrs) {
        var groups = new ObjectMapper().createArrayNode();
        for (Prefix cidr : podCidrs) {
            groups.addArray().addObject().put("subnet", cidr.toString());
        }
        return groups;
    }

    /**
     * Waits until all nodes hold the picture in which a pod is going, and what they sent before has arrived: a server that
     * closed its socket earlier would refuse connections that a Service still gives it.
     */
    private void awaitNoneSent() {
        long end = System.nanoTime() + DRAIN_PATIENCE.toNanos();
        Progress wanted = progress.get();
        for (LabNode node : all()) {
            if (!node.agent().awaitFollowed(wanted, Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
                LOG.debug(
                        "{} has not followed yet; a pod ends without it",
                        node.slot().name());
            }
        }
        LockSupport.parkNanos(ON_THE_WAY.toNanos());
    }

    /** A node that the lab made; others can only be written about. */
    Optional<LabNode> find(String name) {
        return Optional.ofNullable(nodes.get(name));
    }

    List<LabNode> all() {
        return new ArrayList<>(nodes.values());
    }

    /**
     * Pods of all nodes at once, then the nodes. A pod that takes too long, because its plugin hangs, is left to the kernel:
     * it ends everything together with this process.
     */
    @Override
    public void close() {
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        all().forEach(node -> ends.addAll(node.kubelet().end()));
        try {
            CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
                    .get(ENDING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("not all pods have ended within {}", ENDING_PATIENCE, e);
        }
        for (LabNode node : all().reversed()) {
            guarded(node.slot(), node.agent()::close);
        }
        sandboxes.forEach((slot, sandbox) -> guarded(slot, sandbox::close));
        underlay.close();
    }

    private static void guarded(NodeSlot node, Runnable end) {
        try {
            end.run();
        } catch (RuntimeException e) {
            LOG.warn("node {} did not end cleanly: {}", node.name(), e.getMessage());
        }
    }
}
