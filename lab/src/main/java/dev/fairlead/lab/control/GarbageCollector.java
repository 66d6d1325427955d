package dev.fairlead.lab.control;

import dev.fairlead.lab.model.Action;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.OwnerReference;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.ReplicaSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Deletes what belonged to something that is gone: so a Deployment takes its ReplicaSets along, and those their pods. */
final class GarbageCollector {
    private GarbageCollector() {}

    static List<Action> reconcile(LabPicture picture) {
        Set<String> alive = new HashSet<>();
        for (Deployment deployment : picture.deployments().values()) {
            alive.add(deployment.metadata().uid());
        }
        for (ReplicaSet replicaSet : picture.replicaSets().values()) {
            alive.add(replicaSet.metadata().uid());
        }
        List<Action> actions = new ArrayList<>();
        for (ReplicaSet replicaSet : picture.replicaSets().values()) {
            if (orphaned(replicaSet.metadata(), alive)) {
                actions.add(new Action.DeleteReplicaSet(replicaSet.key()));
            }
        }
        for (Pod pod : picture.pods().values()) {
            if (!pod.metadata().deleting() && orphaned(pod.metadata(), alive)) {
                actions.add(new Action.DeletePod(pod.key()));
            }
        }
        return actions;
    }

    private static boolean orphaned(ObjectMeta metadata, Set<String> alive) {
        for (OwnerReference owner : metadata.ownerReferences()) {
            if (alive.contains(owner.uid())) {
                return false;
            }
        }
        return !metadata.ownerReferences().isEmpty();
    }
}
