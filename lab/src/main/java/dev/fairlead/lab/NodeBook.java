package dev.fairlead.lab;

import dev.fairlead.lab.control.NodeLifecycle;
import dev.fairlead.lab.control.TaintEviction;
import dev.fairlead.lab.document.LabObjects;
import dev.fairlead.lab.manifest.DocumentReader;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.Store;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.NodeSlot;
import dev.fairlead.lab.node.Sandbox;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the cluster is told of the lab's nodes, those that are switched off included. Belongs to the lab's loop. */
final class NodeBook {
    private static final Logger LOG = LoggerFactory.getLogger(NodeBook.class);

    private final Store store;
    private final LabObjects objects;
    private final LabNodes nodes;
    private final NodeLifecycle lifecycle = new NodeLifecycle();
    private final TaintEviction evictions = new TaintEviction();

    NodeBook(Store store, LabObjects objects, LabNodes nodes) {
        this.store = store;
        this.objects = objects;
        this.nodes = nodes;
    }

    /** A node is there, and its agent is to begin. */
    void announce(NodeSlot slot, Sandbox sandbox) {
        objects.write(() -> {
            put(slot, sandbox);
            objects.renewLeases(List.of(slot.name()));
            return Boolean.TRUE;
        });
    }

    /** What users wrote about a node that was there before stays: labels, annotations, taints, and whether it is cordoned. */
    private void put(NodeSlot slot, Sandbox sandbox) {
        String name = slot.name();
        Optional<Node> before = store.picture().node(name);
        Map<String, String> labels =
                new TreeMap<>(before.map(one -> one.metadata().labels()).orElse(Map.of()));
        Map<String, String> annotations =
                new TreeMap<>(before.map(one -> one.metadata().annotations()).orElse(Map.of()));
        labels.put("kubernetes.io/hostname", name);
        annotations.put(DocumentReader.NETNS, sandbox.hostNetnsPath());
        var unused = store.putNode(new Node(
                ObjectMeta.of("", name, labels, annotations),
                slot.addresses(),
                slot.podCidrs(),
                sandbox.hostNetnsPath(),
                true,
                before.map(Node::taints).orElse(List.of()),
                before.isPresent() && before.get().unschedulable()));
    }

    /** A node is switched off; it doesn't say so itself. */
    void off(String name) {
        lifecycle.silent(name, Instant.now());
    }

    /** A node is switched on again. */
    void on(LabNode node) {
        String name = node.slot().name();
        lifecycle.heard(name);
        objects.write(() -> {
            put(node.slot(), node.sandbox());
            objects.renewLeases(List.of(name));
            objects.rebooted(name);
            return Boolean.TRUE;
        });
    }

    boolean isOff(String name) {
        return lifecycle.isSilent(name);
    }

    /** Does what is due, in {@link LabObjects#write}. */
    void act(Instant now) {
        lifecycle.act(store, now);
        evictions.act(store, now);
    }

    /** When time alone next changes something. */
    Optional<Instant> due(LabPicture picture, Instant now) {
        return Stream.of(lifecycle.due(picture, now), evictions.due(picture, now))
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
    }

    /** Nodes that are on say so. */
    void renewLeases() {
        List<String> alive =
                nodes.all().stream().map(node -> node.slot().name()).toList();
        try {
            objects.write(() -> {
                objects.renewLeases(alive);
                return Boolean.TRUE;
            });
        } catch (RuntimeException e) {
            LOG.warn("the nodes' leases could not be renewed: {}", e.getMessage());
        }
    }
}
