package dev.fairlead.lab.model;

import java.util.List;
import java.util.Map;

/**
 * What a pod says about the nodes that it may run on, beside their name.
 *
 * @param selector labels that the node must have ({@code nodeSelector})
 * @param nodes one of these terms must fit the node; empty for any node
 * @param near for each term, a pod that it means must be near
 * @param far no pod that a term means may be near
 * @param preferences what of two nodes makes one the better
 */
public record Placement(
        Map<String, String> selector,
        List<Toleration> tolerations,
        List<NodeTerm> nodes,
        List<PodTerm> near,
        List<PodTerm> far,
        List<SpreadConstraint> spread,
        Preferences preferences) {

    /** A wish and how much it counts, 1 to 100. */
    public record Weighted<T>(int weight, T term) {}

    /** The {@code preferredDuringSchedulingIgnoredDuringExecution} of each kind of affinity. */
    public record Preferences(
            List<Weighted<NodeTerm>> nodes, List<Weighted<PodTerm>> near, List<Weighted<PodTerm>> far) {

        public Preferences {
            nodes = List.copyOf(nodes);
            near = List.copyOf(near);
            far = List.copyOf(far);
        }
    }

    public Placement {
        selector = Ordered.copy(selector);
        tolerations = List.copyOf(tolerations);
        nodes = List.copyOf(nodes);
        near = List.copyOf(near);
        far = List.copyOf(far);
        spread = List.copyOf(spread);
    }

    public boolean tolerates(Taint taint) {
        for (Toleration toleration : tolerations) {
            if (toleration.tolerates(taint)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a node is one of those that {@code nodeSelector} and the node affinity want. */
    public boolean wants(Node node) {
        return LabelSelector.hasAll(node.metadata().labels(), selector)
                && (nodes.isEmpty() || nodes.stream().anyMatch(term -> term.matches(node)));
    }

    /** Whether both are the same but for tolerations, of which a pod may get more. */
    boolean sameBut(Placement other) {
        return new Placement(selector, other.tolerations, nodes, near, far, spread, preferences).equals(other);
    }
}
