package dev.fairlead.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.agent.NodeAgent;
import dev.fairlead.agent.NodePlugins;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.runtime.CniRuntime;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.model.Content;
import dev.fairlead.lab.node.Kubelet;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.NodeCni;
import dev.fairlead.lab.node.NodeSlot;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the nodes of a lab and takes them away. */
final class LabNodes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LabNodes.class);
    /** Property {@code fairlead.cni.seconds}, for tests of plugins that hang. */
    private static final Duration PLUGIN_PATIENCE = Duration.ofSeconds(Integer.getInteger("fairlead.cni.seconds", 30));

    private static final Duration ENDING_PATIENCE = Duration.ofSeconds(5);
    private static final int MTU = 1500;
    private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(1);
    /** For requests that were on their way when the last node let go of an endpoint. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(50);

    static final Path RUN = Path.of("/run/fairlead");

    private final LabOptions options;
    private final Underlay underlay;
    private final Boot boot;
    /** Those that are on, in their order. Replaced, never changed. */
    private volatile Map<String, LabNode> nodes = Map.of();

    /** What every node is made with. */
    private record Boot(
            Kubelet.BuiltIn builtIn,
            Map<String, String> environment,
            Content.Source contents,
            Kubelet.Listener listener,
            ExecutorService workers) {}

    private LabNodes(LabOptions options, Underlay underlay, Boot boot) {
        this.options = options;
        this.underlay = underlay;
        this.boot = boot;
    }

    /** Makes all nodes, side by side; when one can't be made, none is left. */
    static LabNodes create(
            LabOptions options,
            Kubelet.BuiltIn builtIn,
            Map<String, String> environment,
            Content.Source contents,
            Kubelet.Listener listener,
            ExecutorService workers) {
        LabNodes nodes =
                new LabNodes(options, Underlay.create(), new Boot(builtIn, environment, contents, listener, workers));
        try {
            for (NodeSlot slot : options.layout().slots()) {
                nodes.add(nodes.create(slot));
            }
            return nodes;
        } catch (RuntimeException e) {
            nodes.close();
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
    LabNode boot(String name) {
        NodeSlot slot = slot(name);
        if (nodes.containsKey(name)) {
            throw new LabRefusal("node " + name + " is not stopped");
        }
        return create(slot);
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

    private LabNode create(NodeSlot slot) {
        Path directory = LabNode.directory(RUN, slot.name());
        Path pause = options.nativePrograms().resolve("pause");
        Sandbox sandbox = Sandbox.create(pause, slot.name());
        try {
            LabLayout layout = options.layout();
            underlay.connect(slot.name(), sandbox.netns(), layout.uplinkPrefixes(slot), layout.serviceCidrs(), MTU);
            NodeAgent agent = NodeAgent.start(LabNode.agentConfig(
                    slot, sandbox, directory, MTU, options.foreign().isEmpty()));
            Kubelet.Means means = new Kubelet.Means(
                    new Kubelet.Place(slot.name(), sandbox, slot.addresses()),
                    network(slot, sandbox, directory),
                    pause,
                    RUN.resolve("logs"),
                    RUN.resolve("pods"),
                    boot.environment(),
                    boot.contents(),
                    boot.builtIn(),
                    this::awaitNoneSent);
            return new LabNode(slot, sandbox, agent, new Kubelet(means, boot.listener(), boot.workers()));
        } catch (RuntimeException e) {
            sandbox.close();
            throw e;
        }
    }

    private PodNetwork network(NodeSlot slot, Sandbox sandbox, Path directory) {
        NodeCni cni = options.foreign().isEmpty()
                ? NodeCni.fairlead(directory, options.nativePrograms())
                : NodeCni.foreign(
                        options.foreign().get().conf(),
                        options.foreign().get().bin(),
                        slot,
                        directory,
                        options.layout().nodes());
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
        for (LabNode node : all()) {
            if (!node.agent().awaitApplied(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
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
            try {
                node.close();
            } catch (RuntimeException e) {
                LOG.warn("node {} did not end cleanly: {}", node.slot().name(), e.getMessage());
            }
        }
        underlay.close();
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
