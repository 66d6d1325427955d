package dev.fairlead.lab.document;

import dev.fairlead.lab.model.Change;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.OwnerReference;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodEvent;
import dev.fairlead.lab.model.ReplicaSet;
import java.time.Instant;
import java.util.function.Consumer;

/** What the lab's controllers have to tell of what they changed, in the words of Kubernetes' own. */
final class Occurrences {
    private static final String SCHEDULER = "default-scheduler";
    private static final String REPLICA_SETS = "replicaset-controller";
    private static final String DEPLOYMENTS = "deployment-controller";

    private Occurrences() {}

    /** Not a switch over the patterns, since this is on the way of every {@code lab up}. */
    static void of(Change change, Instant now, Consumer<Occurrence> told) {
        if (change instanceof Change.Created created) {
            if (created.object() instanceof Pod pod) {
                ofOwner(
                        pod,
                        "SuccessfulCreate",
                        "Created pod: " + pod.metadata().name(),
                        REPLICA_SETS,
                        now,
                        told);
            } else if (created.object() instanceof ReplicaSet set && set.replicas() > 0) {
                ofOwner(set, "ScalingReplicaSet", scaled(set, 0), DEPLOYMENTS, now, told);
            }
        } else if (change instanceof Change.Updated updated) {
            if (updated.object() instanceof Pod pod && updated.before() instanceof Pod before) {
                changed(before, pod, now, told);
            } else if (updated.object() instanceof ReplicaSet set
                    && updated.before() instanceof ReplicaSet before
                    && set.replicas() != before.replicas()) {
                ofOwner(set, "ScalingReplicaSet", scaled(set, before.replicas()), DEPLOYMENTS, now, told);
            }
        } else if (change instanceof Change.Deleted deleted
                && deleted.object() instanceof Pod pod
                && !pod.metadata().deleting()) {
            ofOwner(pod, "SuccessfulDelete", "Deleted pod: " + pod.metadata().name(), REPLICA_SETS, now, told);
        }
    }

    private static String scaled(ReplicaSet set, int before) {
        return "Scaled " + (set.replicas() > before ? "up" : "down") + " replica set "
                + set.metadata().name() + " from " + before + " to " + set.replicas();
    }

    private static void changed(Pod before, Pod pod, Instant now, Consumer<Occurrence> told) {
        String name = pod.metadata().namespace() + "/" + pod.metadata().name();
        if (before.spec().nodeName().isEmpty() && !pod.spec().nodeName().isEmpty()) {
            String text = "Successfully assigned " + name + " to " + pod.spec().nodeName();
            told.accept(of(pod, PodEvent.normal("Scheduled", "", text), now));
        }
        String why = pod.status().reason();
        boolean nowhere = pod.spec().nodeName().isEmpty() && !why.isEmpty();
        if (nowhere && !why.equals(before.status().reason())) {
            told.accept(of(pod, PodEvent.warning("FailedScheduling", "", why), now));
        }
        if (pod.metadata().deleting() && !before.metadata().deleting()) {
            ofOwner(pod, "SuccessfulDelete", "Deleted pod: " + pod.metadata().name(), REPLICA_SETS, now, told);
        }
    }

    private static Occurrence of(Pod pod, PodEvent event, Instant now) {
        return new Occurrence(Kind.POD, pod.key(), pod.metadata().uid(), event, SCHEDULER, "", now);
    }

    private static void ofOwner(
            LabObject object, String reason, String text, String component, Instant now, Consumer<Occurrence> told) {
        for (OwnerReference owner : object.metadata().ownerReferences()) {
            ObjectKey key = new ObjectKey(object.metadata().namespace(), owner.name());
            PodEvent event = PodEvent.normal(reason, "", text);
            told.accept(new Occurrence(owner.kind(), key, owner.uid(), event, component, "", now));
        }
    }
}
