package dev.fairlead.lab.control;

import dev.fairlead.lab.control.Placed.There;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.Placement;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.SpreadConstraint;
import java.util.HashMap;
import java.util.Map;

/** How evenly pods lie over domains, as the scheduler plugin PodTopologySpread counts it. */
final class Spreading {
    private static final String UNEVEN = "node(s) didn't match pod topology spread constraints";

    private Spreading() {}

    /** Why a pod on this node would break a constraint of the pod; empty when it breaks none. */
    static String refusal(Pod pod, Node node, Placed placed) {
        for (SpreadConstraint constraint : pod.spec().placement().spread()) {
            if (constraint.required()) {
                if (!node.metadata().labels().containsKey(constraint.topologyKey())) {
                    return UNEVEN + " (missing required label)";
                }
                if (skew(pod, constraint, node, placed) > constraint.maxSkew()) {
                    return UNEVEN;
                }
            }
        }
        return "";
    }

    /** How many more than the emptiest domain the node's domain would have with this pod. */
    static int skew(Pod pod, SpreadConstraint constraint, Node node, Placed placed) {
        Map<String, Integer> domains = new HashMap<>();
        for (Node one : placed.picture().nodes().values()) {
            if (counts(pod, constraint, one)) {
                domains.putIfAbsent(domain(constraint, one), 0);
            }
        }
        for (There there : placed.all()) {
            if (!there.pod().metadata().deleting()
                    && counts(pod, constraint, there.node())
                    && constraint.counts(pod, there.pod())) {
                domains.merge(domain(constraint, there.node()), 1, Integer::sum);
            }
        }
        int least = domains.size() < constraint.minDomains()
                ? 0
                : domains.values().stream().mapToInt(Integer::intValue).min().orElse(0);
        int self = constraint.counts(pod, pod) ? 1 : 0;
        return domains.getOrDefault(domain(constraint, node), 0) + self - least;
    }

    private static String domain(SpreadConstraint constraint, Node node) {
        return node.metadata().labels().getOrDefault(constraint.topologyKey(), "");
    }

    /** Whether a node, and what is on it, is looked at: it must have the labels of all constraints of the same weight. */
    private static boolean counts(Pod pod, SpreadConstraint constraint, Node node) {
        Placement placement = pod.spec().placement();
        for (SpreadConstraint other : placement.spread()) {
            if (other.required() == constraint.required()
                    && !node.metadata().labels().containsKey(other.topologyKey())) {
                return false;
            }
        }
        if (constraint.onlyMatching() && !placement.wants(node)) {
            return false;
        }
        return !constraint.onlyTolerated()
                || Scheduler.taints(node).stream().noneMatch(taint -> taint.keepsAway() && !placement.tolerates(taint));
    }
}
