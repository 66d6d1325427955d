package dev.fairlead.lab.control;

import dev.fairlead.lab.model.Action;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.Placement;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodStatus.Phase;
import dev.fairlead.lab.model.Taint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Chooses nodes for pods. A pod that names its node is left to it. The others go, oldest first, to nodes that pass the filters
 * of the real scheduler, in its order: cordoned, taints, node affinity, host ports, topology spread, pod affinity. Of these
 * the best is the one that meets most {@link Wishes}, then has the fewest pods of the same owner, then the fewest pods, then
 * the first by name. The same picture always gives the same answer.
 */
final class Scheduler {
    /** What a cordoned node has in a real cluster, {@code k8s.io/api core/v1 TaintNodeUnschedulable}. */
    private static final Taint CORDONED = new Taint("node.kubernetes.io/unschedulable", "", Taint.NO_SCHEDULE);

    private static final Taint UNREACHABLE = new Taint(NodeLifecycle.UNREACHABLE, "", Taint.NO_SCHEDULE);

    private final LabPicture picture;
    private final Placed placed;

    private Scheduler(LabPicture picture) {
        this.picture = picture;
        this.placed = new Placed(picture);
    }

    static List<Action> reconcile(LabPicture picture) {
        List<Pod> waiting = new ArrayList<>();
        for (Pod pod : picture.pods().values()) {
            if (!pod.metadata().deleting() && pod.status().phase() == Phase.PENDING) {
                waiting.add(pod);
            }
        }
        waiting.sort(Scheduler::oldestFirst);
        Scheduler scheduler = new Scheduler(picture);
        List<Action> actions = new ArrayList<>();
        for (Pod pod : waiting) {
            scheduler.place(pod, actions);
        }
        return actions;
    }

    private static int oldestFirst(Pod a, Pod b) {
        int byAge = a.metadata().creationTimestamp().compareTo(b.metadata().creationTimestamp());
        return byAge != 0 ? byAge : a.key().compareTo(b.key());
    }

    private void place(Pod pod, List<Action> actions) {
        String named = pod.spec().nodeName();
        if (!named.isEmpty()) {
            if (picture.node(named).isEmpty()) {
                hold(pod, "spec.nodeName: there is no node '" + named + "'; " + nodes(), actions);
            }
            return;
        }
        Optional<Node> best = best(pod);
        if (best.isPresent()) {
            placed.add(pod, best.get().name());
            actions.add(new Action.AssignPod(pod.key(), best.get().name()));
        } else {
            hold(pod, whyNowhere(pod), actions);
        }
    }

    private Optional<Node> best(Pod pod) {
        List<Node> possible = new ArrayList<>();
        for (Node node : picture.nodes().values()) {
            if (refusal(pod, node).isEmpty()) {
                possible.add(node);
            }
        }
        if (possible.size() < 2) {
            return possible.stream().findFirst();
        }
        Comparator<Node> worstFirst = Comparator.comparingLong((Node node) -> Wishes.score(pod, node, placed))
                .thenComparingInt(node -> -placed.siblings(pod, node))
                .thenComparingInt(node -> -placed.pods(node));
        Node best = possible.getFirst();
        for (Node node : possible) { // by name, so the first of equals wins
            best = worstFirst.compare(node, best) > 0 ? node : best;
        }
        return Optional.of(best);
    }

    private static void hold(Pod pod, String reason, List<Action> actions) {
        if (!pod.status().reason().equals(reason)) {
            actions.add(new Action.HoldPod(pod.key(), reason));
        }
    }

    /** The taints of a node, with that of one of which nothing is heard. */
    static List<Taint> taints(Node node) {
        if (node.ready() || node.taints().stream().anyMatch(taint -> taint.key().equals(UNREACHABLE.key()))) {
            return node.taints();
        }
        List<Taint> taints = new ArrayList<>(node.taints());
        taints.add(UNREACHABLE);
        return taints;
    }

    /** Why a node can't have a pod, in the real scheduler's words; empty when it can. */
    private String refusal(Pod pod, Node node) {
        Placement placement = pod.spec().placement();
        if (node.unschedulable() && !placement.tolerates(CORDONED)) {
            return "node(s) were unschedulable";
        }
        for (Taint taint : taints(node)) {
            if (taint.keepsAway() && !placement.tolerates(taint)) {
                return "node(s) had untolerated taint " + taint;
            }
        }
        if (!placement.wants(node)) {
            return "node(s) didn't match Pod's node affinity/selector";
        }
        if (placed.lacksPorts(pod, node)) {
            return "node(s) didn't have free ports for the requested pod ports";
        }
        String uneven = Spreading.refusal(pod, node, placed);
        return uneven.isEmpty() ? PodAffinity.refusal(pod, node, placed) : uneven;
    }

    /** As {@code FitError} of the scheduler writes it, without its remark on preemption, which the lab doesn't have. */
    private String whyNowhere(Pod pod) {
        if (picture.nodes().isEmpty()) {
            return "no nodes available to schedule pods";
        }
        Map<String, Integer> reasons = new TreeMap<>();
        for (Node node : picture.nodes().values()) {
            reasons.merge(refusal(pod, node), 1, Integer::sum);
        }
        return reasons.entrySet().stream()
                .map(reason -> reason.getValue() + " " + reason.getKey())
                .sorted()
                .collect(Collectors.joining(", ", "0/" + picture.nodes().size() + " nodes are available: ", "."));
    }

    private String nodes() {
        return picture.nodes().isEmpty()
                ? "there are no nodes"
                : "the nodes are "
                        + picture.nodes().values().stream().map(Node::name).collect(Collectors.joining(", "));
    }
}
