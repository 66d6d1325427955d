package dev.fairlead.lab.control;

import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.ReplicaSet;
import java.time.Instant;

/**
 * How far a Deployment is, in the numbers of its {@code status}.
 *
 * @param wanted {@code spec.replicas}
 * @param replicas pods of all versions, without those that are being deleted or are over
 * @param updated those of them made from the present template
 * @param ready those of them, of any version, that answer
 * @param available those that have answered for {@code minReadySeconds}
 * @param current the name of the present version's ReplicaSet; empty while there is none
 * @param revision the number of that version; 0 while there is none
 */
public record RolloutStatus(
        int wanted, int replicas, int updated, int ready, int available, String current, long revision) {

    public static RolloutStatus of(LabPicture picture, Deployment deployment, Instant now) {
        Versions versions = Versions.of(picture, deployment);
        String currentUid =
                versions.current().map(current -> current.metadata().uid()).orElse("");
        int replicas = 0;
        int updated = 0;
        int ready = 0;
        int available = 0;
        for (ReplicaSet replicaSet : versions.all()) {
            boolean isCurrent = replicaSet.metadata().uid().equals(currentUid);
            for (Pod pod : picture.podsOwnedBy(replicaSet.metadata().uid())) {
                if (pod.active()) {
                    replicas++;
                    updated += isCurrent ? 1 : 0;
                    ready += pod.status().ready() ? 1 : 0;
                    available += pod.status().availableAt(now, deployment.spec().minReadySeconds()) ? 1 : 0;
                }
            }
        }
        return new RolloutStatus(
                deployment.spec().replicas(),
                replicas,
                updated,
                ready,
                available,
                versions.current().map(current -> current.metadata().name()).orElse(""),
                versions.current().map(Versions::revision).orElse(0L));
    }

    /** The annotation in which Deployments and ReplicaSets have the number of their version. */
    public static final String REVISION = Versions.REVISION;

    /** Whether all pods are of the present template, and as many as wanted are available. */
    public boolean complete() {
        return updated == wanted && replicas == wanted && available == wanted;
    }

    /** {@code 3/3 ready, 3 up to date, 3 available}. */
    @Override
    public String toString() {
        return ready + "/" + wanted + " ready, " + updated + " up to date, " + available + " available";
    }
}
