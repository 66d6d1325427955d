package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.lab.control.RolloutStatus;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.ReplicaSet;
import java.time.Instant;
import java.util.Optional;

/**
 * What is to be said of objects because of what became of others: how far Deployments and ReplicaSets are, and who is behind
 * Services. Belongs to the lab's loop.
 */
final class Conclusions {
    private Optional<Instant> due = Optional.empty();

    /** Writes what differs from what the documents say. */
    void write(LabPicture picture, ObjectStore.Draft draft, Instant now) {
        due = Optional.empty();
        for (Deployment deployment : picture.deployments().values()) {
            ObjectKey key = Documents.key(deployment);
            draft.find(key)
                    .ifPresent(before -> store(draft, key, before, deployment(picture, deployment, before, now)));
        }
        for (ReplicaSet replicaSet : picture.replicaSets().values()) {
            ObjectKey key = Documents.key(replicaSet);
            draft.find(key).ifPresent(before -> {
                ObjectNode document = before.deepCopy();
                document.set("status", WorkloadStatuses.replicaSet(picture, replicaSet, before, now));
                store(draft, key, before, document);
            });
        }
        EndpointDocuments.conclude(picture, draft, now);
    }

    /** Its status and, as {@code kubectl rollout} wants it, the number of its version. */
    private ObjectNode deployment(LabPicture picture, Deployment deployment, ObjectNode before, Instant now) {
        RolloutStatus rollout = RolloutStatus.of(picture, deployment, now);
        ObjectNode document = before.deepCopy();
        document.set("status", WorkloadStatuses.deployment(rollout, deployment, before, now));
        if (rollout.revision() > 0) {
            document.withObjectProperty("metadata")
                    .withObjectProperty("annotations")
                    .put(RolloutStatus.REVISION, Long.toString(rollout.revision()));
        }
        RolloutProgress.deadline(document).ifPresent(moment -> {
            if (due.filter(moment::isAfter).isEmpty()) {
                due = Optional.of(moment);
            }
        });
        return document;
    }

    /** What manifests don't say of a Deployment stays. */
    static void keep(LabObject object, JsonNode before, ObjectNode document) {
        JsonNode revision = before.path("metadata").path("annotations").path(RolloutStatus.REVISION);
        if (object instanceof Deployment && !revision.isMissingNode()) {
            document.withObjectProperty("metadata")
                    .withObjectProperty("annotations")
                    .set(RolloutStatus.REVISION, revision);
        }
    }

    /** When time alone next makes a difference. */
    Optional<Instant> due() {
        return due;
    }

    /** Stores a document. @return whether it differs from what was there, but for the version */
    static boolean store(ObjectStore.Draft draft, ObjectKey key, ObjectNode before, ObjectNode wanted) {
        ObjectNode document = Documents.copy(wanted);
        if (document.equals(Documents.copy(before))) {
            return false;
        }
        JsonNode generation = before.path("metadata").path("generation");
        if (!generation.isMissingNode() && !document.path("spec").equals(before.path("spec"))) {
            document.withObjectProperty("metadata").put("generation", generation.asLong() + 1);
        }
        draft.put(key, document);
        return true;
    }
}
