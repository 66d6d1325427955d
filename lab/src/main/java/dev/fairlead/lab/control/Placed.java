package dev.fairlead.lab.control;

import dev.fairlead.lab.model.ContainerPort;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.OwnerReference;
import dev.fairlead.lab.model.Pod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which pods are on which nodes, those included that the scheduler has just placed. */
final class Placed {

    /** A pod on its node. */
    record There(Pod pod, Node node) {}

    private final LabPicture picture;
    private final Map<String, Integer> podsOnNode = new HashMap<>();
    private final Map<String, Integer> siblingsOnNode = new HashMap<>();
    private final Map<String, List<ContainerPort>> hostPortsOnNode = new HashMap<>();
    private final List<There> all = new ArrayList<>();
    private final List<There> shy = new ArrayList<>();

    Placed(LabPicture picture) {
        this.picture = picture;
        for (Pod pod : picture.pods().values()) {
            if (!pod.spec().nodeName().isEmpty() && !pod.status().phase().over()) {
                add(pod, pod.spec().nodeName());
            }
        }
    }

    void add(Pod pod, String node) {
        podsOnNode.merge(node, 1, Integer::sum);
        if (pod.spec().usesHostPorts()) {
            hostPortsOnNode
                    .computeIfAbsent(node, _ -> new ArrayList<>())
                    .addAll(pod.spec().hostPorts());
        }
        if (!pod.metadata().deleting() && !pod.metadata().ownerReferences().isEmpty()) {
            siblingsOnNode.merge(sibling(pod, node), 1, Integer::sum);
        }
        Optional<Node> known = picture.node(node);
        if (known.isPresent()) {
            There there = new There(pod, known.get());
            all.add(there);
            if (!pod.spec().placement().far().isEmpty()) {
                shy.add(there);
            }
        }
    }

    /** Pods without an owner have no siblings, and count for none. */
    private static String sibling(Pod pod, String node) {
        for (OwnerReference owner : pod.metadata().ownerReferences()) {
            return owner.uid() + "@" + node;
        }
        return "";
    }

    LabPicture picture() {
        return picture;
    }

    /** All of them, oldest knowledge first. */
    List<There> all() {
        return all;
    }

    /** Those that want no pod of some kind near. */
    List<There> shy() {
        return shy;
    }

    int pods(Node node) {
        return podsOnNode.getOrDefault(node.name(), 0);
    }

    /** How many pods of the same owner a node has. */
    int siblings(Pod pod, Node node) {
        return siblingsOnNode.getOrDefault(sibling(pod, node.name()), 0);
    }

    /** Whether a pod of the node has a host port that this one needs. */
    boolean lacksPorts(Pod pod, Node node) {
        if (pod.spec().usesHostPorts()) {
            for (ContainerPort wanted : pod.spec().hostPorts()) {
                for (ContainerPort taken : hostPortsOnNode.getOrDefault(node.name(), List.of())) {
                    if (wanted.conflicts(taken)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
