package dev.fairlead.plan;

import java.util.Map;

/**
 * What the network needs to know of a core/v1 Namespace.
 *
 * @param labels by which selectors of namespaces choose it
 */
public record Namespace(String name, Map<String, String> labels) {

    public Namespace {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a namespace needs a name");
        }
        labels = Map.copyOf(labels);
    }
}
