package dev.fairlead.lab.control;

import dev.fairlead.lab.control.Placed.There;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodTerm;
import java.util.List;
import java.util.Map;

/** Pods that must, or must not, be near others, as the scheduler plugin InterPodAffinity has it. */
final class PodAffinity {
    private PodAffinity() {}

    /** Why a node is too far from the pods that this one needs, or too near to those that it can't have; empty when neither. */
    static String refusal(Pod pod, Node node, Placed placed) {
        List<PodTerm> near = pod.spec().placement().near();
        if (!near.isEmpty() && !isNear(pod, near, node, placed)) {
            return "node(s) didn't match pod affinity rules";
        }
        for (PodTerm term : pod.spec().placement().far()) {
            for (There there : placed.all()) {
                if (isSameDomain(term.topologyKey(), node, there.node()) && term.means(pod, there.pod())) {
                    return "node(s) didn't match pod anti-affinity rules";
                }
            }
        }
        for (There there : placed.shy()) {
            for (PodTerm term : there.pod().spec().placement().far()) {
                if (isSameDomain(term.topologyKey(), node, there.node()) && term.means(there.pod(), pod)) {
                    return "node(s) didn't satisfy existing pods anti-affinity rules";
                }
            }
        }
        return "";
    }

    static boolean isSameDomain(String key, Node one, Node other) {
        Map<String, String> labels = one.metadata().labels();
        return labels.containsKey(key)
                && labels.getOrDefault(key, "").equals(other.metadata().labels().get(key));
    }

    /** A pod that all terms mean is near by each of them. The first of a group that wants to be together finds nobody. */
    private static boolean isNear(Pod pod, List<PodTerm> terms, Node node, Placed placed) {
        boolean anybody = false;
        boolean[] found = new boolean[terms.size()];
        for (There there : placed.all()) {
            if (terms.stream().allMatch(term -> term.means(pod, there.pod()))) {
                for (int i = 0; i < found.length; i++) {
                    String key = terms.get(i).topologyKey();
                    anybody |= there.node().metadata().labels().containsKey(key);
                    found[i] |= isSameDomain(key, node, there.node());
                }
            }
        }
        boolean alone = !anybody && terms.stream().allMatch(term -> term.means(pod, pod));
        for (int i = 0; i < found.length; i++) {
            boolean there = node.metadata().labels().containsKey(terms.get(i).topologyKey());
            if (!there || !found[i] && !alone) {
                return false;
            }
        }
        return true;
    }
}
