package dev.fairlead.lab.model;

import java.util.List;
import java.util.Map;

/**
 * One way for a node to be right: all of it must hold ({@code k8s.io/api core/v1 NodeSelectorTerm}).
 *
 * @param labels {@code matchExpressions}
 * @param fields {@code matchFields}; the only field there is, is {@code metadata.name}
 */
public record NodeTerm(List<NodeRequirement> labels, List<NodeRequirement> fields) {

    public NodeTerm {
        labels = List.copyOf(labels);
        fields = List.copyOf(fields);
    }

    /** A term that says nothing matches no node. */
    public boolean matches(Node node) {
        if (labels.isEmpty() && fields.isEmpty()) {
            return false;
        }
        Map<String, String> name = Map.of("metadata.name", node.name());
        return labels.stream().allMatch(one -> one.matches(node.metadata().labels()))
                && fields.stream().allMatch(one -> one.matches(name));
    }
}
