package dev.fairlead.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.agent.CniInstall;
import dev.fairlead.agent.NodePlugins;
import dev.fairlead.cluster.Progress;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.runtime.CniRuntime;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.model.Content;
import dev.fairlead.lab.node.Kubelet;
import dev.fairlead.lab.node.LabAgent;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.NodeCni;
import dev.fairlead.lab.node.NodeSlot;
import dev.fairlead.lab.node.PodNames;
import dev.fairlead.lab.node.PodNetwork;
import dev.fairlead.lab.node.Sandbox;
import dev.fairlead.lab.node.Underlay;
import dev.fairlead.packet.Prefix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the nodes of a lab, has an agent serve each, and takes them away.
 *
 * <p>Over 300 lines: whatever a node is made of is here with the way in which it ends.
 */
final class LabNodes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LabNodes.class);
    /** Property {@code fairlead.cni.seconds}, for tests of plugins that hang. */
    private static final Duration PLUGIN_PATIENCE = Duration.ofSeconds(Integer.getInteger("fairlead.cni.seconds", 30));

    private static final Duration ENDING_PATIENCE = Duration.ofSeconds(5);
    static final int MTU = 1500;
    private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(1);
    /** For requests that were on their way when the last node let go of an endpoint. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(150);

    static final Path RUN = Path.of("/run/fairlead");

    private final LabOptions options;
    private final Underlay underlay;
    private final Boot boot;
    /** Those that are on, in their order. Replaced, never changed. */
    private volatile Map<String, LabNode> nodes = Map.of();

    /** What every node is made with. */
    record Boot(
            Kubelet.BuiltIn builtIn,
            Map<String, String> environment,
            Content.Source contents,
            Kubelet.Listener listener,
            ExecutorService workers) {}

    /** Starts the agent of a node. */
    @FunctionalInterface
    interface AgentStart {
        LabAgent start(NodeSlot slot, Sandbox sandbox, Path directory);
    }

    /** Says how far a node must have followed the API now. */
    private final Supplier<Progress> progress;

    private LabNodes(LabOptions options, Underlay underlay, Boot boot, Supplier<Progress> progress) {
        this.options = options;
        this.underlay = underlay;
        this.boot = boot;
        this.progress = progress;
    }

    /** Makes the network between nodes, and no node yet. @param progress says how far a node must have followed the API */
    static LabNodes create(LabOptions options, Boot boot, Supplier<Progress> progress) {
        return new LabNodes(options, Underlay.create(), boot, progress);
    }

    /**
     * Makes all nodes, one after the other, and has each node's agent start while the next node is made. Returns when they can
     * take pods; when one can't, the rest is there to be closed.
     *
     * @param announce makes a node known to the API, from which its agent knows it
     * @param agents starts an agent; it returns when the agent serves
     */
    void start(BiConsumer<NodeSlot, Sandbox> announce, AgentStart agents) {
        List<CompletableFuture<LabNode>> starting = new ArrayList<>();
        RuntimeException failure = null;
        try {
            for (NodeSlot slot : options.layout().slots()) {
                Sandbox sandbox = createSandbox(slot);
                starting.add(CompletableFuture.supplyAsync(
                        () -> {
                            announce.accept(slot, sandbox);
                            return create(slot, sandbox, agents);
                        },
                        boot.workers()));
            }
        } catch (RuntimeException e) {
            failure = e;
        }
        for (CompletableFuture<LabNode> one : starting) {
            try {
                add(one.join());
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
        try {
            LabLayout layout = options.layout();
            underlay.connect(slot.name(), sandbox.netns(), layout.uplinkPrefixes(slot), layout.serviceCidrs(), MTU);
            return sandbox;
        } catch (RuntimeException e) {
            sandbox.close();
            throw e;
        }
    }

    /** Puts a node among those that are on. */
    synchronized void add(LabNode node) {
        Map<String, LabNode> changed = new LinkedHashMap<>();
        for (NodeSlot slot : options.layout().slots()) {
            LabNode one = slot.name().equals(node.slot().name()) ? node : nodes.get(slot.name());
            if (one != null) {
                changed.put(slot.name(), one);
            }
        }
        nodes = changed;
    }

    /** Takes a node from among those that are on; to be ended by {@link #end}. @throws LabRefusal when it isn't */
    synchronized LabNode take(String name) {
        Map<String, LabNode> changed = new LinkedHashMap<>(nodes);
        LabNode taken = changed.remove(name);
        if (taken == null) {
            slot(name);
            throw new LabRefusal(
                    "node " + name + " is stopped already; ./fairlead lab node start " + name + " starts it");
        }
        nodes = changed;
        return taken;
    }

    private NodeSlot slot(String name) {
        List<String> names = new ArrayList<>();
        for (NodeSlot slot : options.layout().slots()) {
            if (slot.name().equals(name)) {
                return slot;
            }
            names.add(slot.name());
        }
        throw new LabRefusal("there is no node '" + name + "'; the nodes are " + String.join(", ", names));
    }

    /** Makes a node that was ended, as a machine that is switched on; {@link #add} is to follow. */
    LabNode boot(String name, AgentStart agents) {
        NodeSlot slot = slot(name);
        if (nodes.containsKey(name)) {
            throw new LabRefusal("node " + name + " is not stopped");
        }
        return create(slot, createSandbox(slot), agents);
    }

    /** Ends everything on a node that was taken, as a machine that is switched off. */
    void end(LabNode node) {
        awaitEnds(node.kubelet().end());
        String name = node.slot().name();
        try {
            node.close();
        } finally {
            underlay.disconnect(name);
            deleteAll(LabNode.directory(RUN, name));
        }
    }

    /** A machine that is switched on has an empty {@code /run}. */
    private static void deleteAll(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not delete " + directory, e);
        }
    }

    private LabNode create(NodeSlot slot, Sandbox sandbox, AgentStart agents) {
        Path directory = LabNode.directory(RUN, slot.name());
        Path pause = options.nativePrograms().resolve("pause");
        List<AutoCloseable> made = new ArrayList<>(List.of(sandbox));
        try {
            LabAgent agent = agents.start(slot, sandbox, directory);
            made.addFirst(agent);
            Kubelet.Means means = new Kubelet.Means(
                    new Kubelet.Place(slot.name(), sandbox, slot.addresses()),
                    network(slot, sandbox, directory),
                    pause,
                    RUN.resolve("logs"),
                    RUN.resolve("pods"),
                    new PodNames.Cluster(LabDns.address(options.layout()), LabDns.ZONE),
                    boot.environment(),
                    boot.contents(),
                    boot.builtIn(),
                    this::awaitNoneSent);
            return new LabNode(
                    slot,
                    sandbox,
                    underlay.link(slot, sandbox.netns(), MTU),
                    agent,
                    new Kubelet(means, boot.listener(), boot.workers()));
        } catch (RuntimeException e) {
            made.forEach(one -> guarded(slot, one));
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
        awaitEnds(ends);
        for (LabNode node : all().reversed()) {
            guarded(node.slot(), node);
        }
        underlay.close();
    }

    private static void guarded(NodeSlot node, AutoCloseable end) {
        try {
            end.close();
        } catch (Exception e) {
            LOG.warn("node {} did not end cleanly: {}", node.name(), e.getMessage());
        }
    }

    private static void awaitEnds(List<CompletableFuture<Void>> ends) {
        try {
            CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
                    .get(ENDING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("not all pods have ended within {}", ENDING_PATIENCE, e);
        }
    }
}
