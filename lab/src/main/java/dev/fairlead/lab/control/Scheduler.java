package dev.fairlead.lab.control;

import dev.fairlead.lab.model.Action;
import dev.fairlead.lab.model.ContainerPort;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.LabelSelector;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.OwnerReference;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodStatus.Phase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses nodes for pods. A pod that names its node is left to it. The others go, oldest first, where the fewest pods of
 * their owner are, then where the fewest pods are, then by name; only to nodes that are ready, not cordoned, and have the
 * labels of {@code spec.nodeSelector}, and the host ports free. The same picture always gives the same answer.
 */
final class Scheduler {
    private final LabPicture picture;
    private final Map<String, Integer> podsOnNode = new HashMap<>();
    private final Map<String, Integer> siblingsOnNode = new HashMap<>();
    private final Map<String, List<ContainerPort>> hostPortsOnNode = new HashMap<>();

    private Scheduler(LabPicture picture) {
        this.picture = picture;
        for (Pod pod : picture.pods().values()) {
            if (!pod.spec().nodeName().isEmpty() && !pod.status().phase().over()) {
                count(pod, pod.spec().nodeName());
            }
        }
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
            count(pod, best.get().name());
            actions.add(new Action.AssignPod(pod.key(), best.get().name()));
        } else {
            hold(pod, whyNowhere(pod), actions);
        }
    }

    private Optional<Node> best(Pod pod) {
        Optional<Node> best = Optional.empty();
        for (Node node : picture.nodes().values()) { // by name, so the first of equals wins
            if (refusal(pod, node).isEmpty() && (best.isEmpty() || better(pod, node, best.get()))) {
                best = Optional.of(node);
            }
        }
        return best;
    }

    private boolean better(Pod pod, Node node, Node than) {
        int siblings = siblingsOnNode.getOrDefault(sibling(pod, node.name()), 0);
        int siblingsThere = siblingsOnNode.getOrDefault(sibling(pod, than.name()), 0);
        return siblings != siblingsThere
                ? siblings < siblingsThere
                : podsOnNode.getOrDefault(node.name(), 0) < podsOnNode.getOrDefault(than.name(), 0);
    }

    private static void hold(Pod pod, String reason, List<Action> actions) {
        if (!pod.status().reason().equals(reason)) {
            actions.add(new Action.HoldPod(pod.key(), reason));
        }
    }

    private void count(Pod pod, String node) {
        podsOnNode.merge(node, 1, Integer::sum);
        if (pod.spec().usesHostPorts()) {
            hostPortsOnNode
                    .computeIfAbsent(node, _ -> new ArrayList<>())
                    .addAll(pod.spec().hostPorts());
        }
        if (!pod.metadata().deleting() && !pod.metadata().ownerReferences().isEmpty()) {
            siblingsOnNode.merge(sibling(pod, node), 1, Integer::sum);
        }
    }

    /** Pods without an owner have no siblings, and count for none. */
    private static String sibling(Pod pod, String node) {
        for (OwnerReference owner : pod.metadata().ownerReferences()) {
            return owner.uid() + "@" + node;
        }
        return "";
    }

    /** Why a node can't have a pod, in words that follow a number of nodes; empty when it can. */
    private String refusal(Pod pod, Node node) {
        if (!LabelSelector.hasAll(node.metadata().labels(), pod.spec().nodeSelector())) {
            return "without the labels " + new LabelSelector(pod.spec().nodeSelector(), List.of())
                    + " of spec.nodeSelector";
        }
        if (node.unschedulable()) {
            return "cordoned";
        }
        return node.ready() ? takenPort(pod, node) : "not ready";
    }

    private String takenPort(Pod pod, Node node) {
        if (pod.spec().usesHostPorts()) {
            for (ContainerPort wanted : pod.spec().hostPorts()) {
                for (ContainerPort taken : hostPortsOnNode.getOrDefault(node.name(), List.of())) {
                    if (wanted.conflicts(taken)) {
                        return "whose host port " + wanted.hostPort() + " is taken";
                    }
                }
            }
        }
        return "";
    }

    private String whyNowhere(Pod pod) {
        Map<String, Integer> reasons = new LinkedHashMap<>();
        for (Node node : picture.nodes().values()) {
            reasons.merge(refusal(pod, node), 1, Integer::sum);
        }
        StringBuilder text = new StringBuilder("no node can run it: ");
        if (reasons.isEmpty()) {
            return text.append("there are no nodes").toString();
        }
        String separator = "";
        for (Map.Entry<String, Integer> reason : reasons.entrySet()) {
            text.append(separator).append(reason.getValue()).append(' ').append(reason.getKey());
            separator = ", ";
        }
        return text.toString();
    }

    private String nodes() {
        if (picture.nodes().isEmpty()) {
            return "there are no nodes";
        }
        StringBuilder text = new StringBuilder("the nodes are ");
        String separator = "";
        for (Node node : picture.nodes().values()) {
            text.append(separator).append(node.name());
            separator = ", ";
        }
        return text.toString();
    }
}
