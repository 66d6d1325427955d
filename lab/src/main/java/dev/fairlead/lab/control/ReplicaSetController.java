package dev.fairlead.lab.control;

import dev.fairlead.lab.model.Action;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.OwnerReference;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodStatus;
import dev.fairlead.lab.model.PodStatus.Phase;
import dev.fairlead.lab.model.ReplicaSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives each ReplicaSet as many pods as it should have. A pod that is being deleted or is over doesn't count and is replaced
 * at once, under a new name.
 */
final class ReplicaSetController {
    private ReplicaSetController() {}

    static List<Action> reconcile(LabPicture picture, Instant now, GeneratedNames names) {
        List<Action> actions = new ArrayList<>();
        for (ReplicaSet replicaSet : picture.replicaSets().values()) {
            List<Pod> active = new ArrayList<>();
            for (Pod pod : picture.podsOwnedBy(replicaSet.metadata().uid())) {
                if (pod.active()) {
                    active.add(pod);
                }
            }
            if (active.size() < replicaSet.replicas()) {
                create(picture, replicaSet, replicaSet.replicas() - active.size(), names, actions);
            } else if (active.size() > replicaSet.replicas()) {
                active.sort(firstToGo(active, minReadySeconds(picture, replicaSet), now));
                for (Pod pod : active.subList(0, active.size() - replicaSet.replicas())) {
                    actions.add(new Action.DeletePod(pod.key()));
                }
            }
        }
        return actions;
    }

    private static int minReadySeconds(LabPicture picture, ReplicaSet replicaSet) {
        for (OwnerReference owner : replicaSet.metadata().ownerReferences()) {
            Deployment deployment = picture.deployments()
                    .get(new ObjectKey(replicaSet.metadata().namespace(), owner.name()));
            if (deployment != null) {
                return deployment.spec().minReadySeconds();
            }
        }
        return 0;
    }

    private static void create(
            LabPicture picture, ReplicaSet replicaSet, int count, GeneratedNames names, List<Action> actions) {
        String namespace = replicaSet.metadata().namespace();
        Set<String> mine = new HashSet<>();
        for (int i = 0; i < count; i++) {
            String name = names.next(
                    replicaSet.metadata().name(),
                    candidate -> mine.contains(candidate)
                            || picture.pods().containsKey(new ObjectKey(namespace, candidate)));
            mine.add(name);
            ObjectMeta metadata = ObjectMeta.of(
                            namespace,
                            name,
                            replicaSet.template().labels(),
                            replicaSet.template().annotations())
                    .withOwner(new OwnerReference(
                            Kind.REPLICA_SET,
                            replicaSet.metadata().name(),
                            replicaSet.metadata().uid()));
            actions.add(
                    new Action.CreatePod(new Pod(metadata, replicaSet.template().spec(), PodStatus.NEW)));
        }
    }

    /**
     * Which pods are missed least, as {@code controller.ActivePodsWithRanks} orders them: without a node, not running, not
     * ready, sharing their node with more of their kind, ready for a shorter time, younger. And before the nodes count: not
     * ready for long enough, else a Deployment that scales such a pod away could lose an available one.
     */
    private static Comparator<Pod> firstToGo(List<Pod> pods, int minReadySeconds, Instant now) {
        Map<String, Integer> onNode = new HashMap<>();
        for (Pod pod : pods) {
            onNode.merge(pod.spec().nodeName(), 1, Integer::sum);
        }
        Comparator<Pod> youngestFirst = Comparator.comparing(
                        (Pod pod) -> pod.metadata().creationTimestamp())
                .reversed();
        return Comparator.comparing((Pod pod) -> !pod.spec().nodeName().isEmpty())
                .thenComparing(pod -> pod.status().phase() == Phase.RUNNING)
                .thenComparing(pod -> pod.status().ready())
                .thenComparing(pod -> pod.status().availableAt(now, minReadySeconds))
                .thenComparing(pod -> -onNode.getOrDefault(pod.spec().nodeName(), 0))
                .thenComparing(Comparator.comparing((Pod pod) -> pod.status().readySince())
                        .reversed())
                .thenComparing(youngestFirst)
                .thenComparing(Pod::key);
    }
}
