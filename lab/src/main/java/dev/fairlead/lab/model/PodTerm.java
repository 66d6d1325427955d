package dev.fairlead.lab.model;

import java.util.List;

/**
 * Pods that another one wants near or far ({@code k8s.io/api core/v1 PodAffinityTerm}).
 *
 * @param topologyKey nodes with the same value of this label are near each other
 * @param namespaces where the pods are; empty for the other one's own
 * @param everywhere whether they may be in any namespace
 */
public record PodTerm(String topologyKey, PodChoice choice, List<String> namespaces, boolean everywhere) {

    public PodTerm {
        namespaces = List.copyOf(namespaces);
    }

    /** @param of whose term it is */
    public boolean means(Pod of, Pod other) {
        String namespace = other.metadata().namespace();
        boolean there = everywhere
                || (namespaces.isEmpty()
                        ? namespace.equals(of.metadata().namespace())
                        : namespaces.contains(namespace));
        return there && choice.matches(of.metadata().labels(), other.metadata().labels());
    }
}
