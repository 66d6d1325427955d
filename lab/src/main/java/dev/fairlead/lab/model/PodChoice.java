package dev.fairlead.lab.model;

import java.util.List;
import java.util.Map;

/**
 * Chooses pods on behalf of another one.
 *
 * @param given whether there is a selector at all; without one no pod is chosen, with an empty one all are
 * @param alike labels in which a chosen pod is as the other ({@code matchLabelKeys}); those that the other lacks don't count
 * @param unlike labels in which it isn't ({@code mismatchLabelKeys})
 */
public record PodChoice(boolean given, LabelSelector selector, List<String> alike, List<String> unlike) {

    public PodChoice {
        alike = List.copyOf(alike);
        unlike = List.copyOf(unlike);
    }

    /** @param own labels of the pod that chooses */
    public boolean matches(Map<String, String> own, Map<String, String> labels) {
        if (!given || !selector.matches(labels)) {
            return false;
        }
        for (String key : alike) {
            if (own.containsKey(key) && !own.getOrDefault(key, "").equals(labels.get(key))) {
                return false;
            }
        }
        for (String key : unlike) {
            if (own.containsKey(key) && own.getOrDefault(key, "").equals(labels.get(key))) {
                return false;
            }
        }
        return true;
    }
}
