package dev.fairlead.lab.control;

import dev.fairlead.lab.control.Placed.There;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.NodeTerm;
import dev.fairlead.lab.model.Placement.Preferences;
import dev.fairlead.lab.model.Placement.Weighted;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodTerm;
import dev.fairlead.lab.model.SpreadConstraint;
import dev.fairlead.lab.model.Taint;
import java.util.List;

/**
 * Which of two possible nodes a pod would rather have. The weights of its preferred terms count as they are; a taint with the
 * effect PreferNoSchedule and each pod too many for a constraint with ScheduleAnyway count as the largest weight. The real
 * scheduler brings each of these to 0 to 100 over all nodes first, so where wishes contradict each other it may choose
 * differently.
 */
final class Wishes {
    private static final int MOST = 100;

    private Wishes() {}

    /** How well a node meets them; the more the better, 0 when there are none. */
    static long score(Pod pod, Node node, Placed placed) {
        long score = 0;
        Preferences preferences = pod.spec().placement().preferences();
        for (Weighted<NodeTerm> wish : preferences.nodes()) {
            score += wish.term().matches(node) ? wish.weight() : 0;
        }
        score += pods(pod, preferences.near(), node, placed) - pods(pod, preferences.far(), node, placed);
        for (Taint taint : node.taints()) {
            boolean disliked = taint.effect().equals(Taint.PREFER_NO_SCHEDULE)
                    && !pod.spec().placement().tolerates(taint);
            score -= disliked ? MOST : 0;
        }
        for (SpreadConstraint constraint : pod.spec().placement().spread()) {
            if (!constraint.required()) {
                int skew = Spreading.skew(pod, constraint, node, placed);
                score -= (long) MOST * Math.max(0, skew - constraint.maxSkew());
            }
        }
        return score;
    }

    private static long pods(Pod pod, List<Weighted<PodTerm>> wishes, Node node, Placed placed) {
        long score = 0;
        for (Weighted<PodTerm> wish : wishes) {
            for (There there : placed.all()) {
                boolean near = PodAffinity.isSameDomain(wish.term().topologyKey(), node, there.node());
                score += near && wish.term().means(pod, there.pod()) ? wish.weight() : 0;
            }
        }
        return score;
    }
}
