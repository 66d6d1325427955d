package dev.fairlead.lab.model;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An object's {@code metadata}. The first four components are the user's, the rest are the store's.
 *
 * @param namespace empty for a Node
 * @param uid empty until the store has taken the object in; never used twice
 * @param resourceVersion the store's counter at the last change of any part; 0 before the store
 * @param generation counts changes of the spec, from 1; 0 before the store
 * @param creationTimestamp {@link Instant#EPOCH} before the store
 * @param deletionTimestamp when its deletion was asked for, or {@link #NEVER}
 * @param ownerReferences empty, or the one controller that made it
 */
public record ObjectMeta(
        String namespace,
        String name,
        Map<String, String> labels,
        Map<String, String> annotations,
        String uid,
        long resourceVersion,
        long generation,
        Instant creationTimestamp,
        Instant deletionTimestamp,
        List<OwnerReference> ownerReferences) {

    /** Stands for "no such moment". */
    public static final Instant NEVER = Instant.MAX;

    /** Where kubectl keeps what it applied, to know at the next time what has been taken out. */
    private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    public ObjectMeta {
        labels = Ordered.copy(labels);
        annotations = Ordered.copy(annotations);
        ownerReferences = List.copyOf(ownerReferences);
    }

    /** The part that a user writes. */
    public static ObjectMeta of(
            String namespace, String name, Map<String, String> labels, Map<String, String> annotations) {
        return new ObjectMeta(
                namespace, name, labels, annotations, "", 0, 0, Instant.EPOCH, NEVER, List.<OwnerReference>of());
    }

    public ObjectKey key() {
        return new ObjectKey(namespace, name);
    }

    /** Whether its deletion was asked for and isn't finished. */
    public boolean deleting() {
        return !deletionTimestamp.equals(NEVER);
    }

    /** Whether the controller with this uid made the object. */
    public boolean isOwnedBy(String ownerUid) {
        for (OwnerReference owner : ownerReferences) {
            if (owner.uid().equals(ownerUid)) {
                return true;
            }
        }
        return false;
    }

    public ObjectMeta withOwner(OwnerReference owner) {
        return new ObjectMeta(
                namespace,
                name,
                labels,
                annotations,
                uid,
                resourceVersion,
                generation,
                creationTimestamp,
                deletionTimestamp,
                List.of(owner));
    }

    public ObjectMeta withAnnotations(Map<String, String> changed) {
        return new ObjectMeta(
                namespace,
                name,
                labels,
                changed,
                uid,
                resourceVersion,
                generation,
                creationTimestamp,
                deletionTimestamp,
                ownerReferences);
    }

    /** The store's parts of {@code this} with the user's parts of {@code written}, and what kubectl needs for its next apply. */
    ObjectMeta rewritten(ObjectMeta written) {
        Map<String, String> newAnnotations = written.annotations;
        if (annotations.containsKey(LAST_APPLIED) && !newAnnotations.containsKey(LAST_APPLIED)) {
            newAnnotations = new LinkedHashMap<>(newAnnotations);
            newAnnotations.put(LAST_APPLIED, annotations.getOrDefault(LAST_APPLIED, ""));
        }
        return new ObjectMeta(
                namespace,
                name,
                written.labels,
                newAnnotations,
                uid,
                resourceVersion,
                generation,
                creationTimestamp,
                deletionTimestamp,
                ownerReferences);
    }

    ObjectMeta created(String newUid, Instant now) {
        return new ObjectMeta(
                namespace, name, labels, annotations, newUid, 0, 1, now, deletionTimestamp, ownerReferences);
    }

    ObjectMeta versioned(long newResourceVersion, long newGeneration) {
        return new ObjectMeta(
                namespace,
                name,
                labels,
                annotations,
                uid,
                newResourceVersion,
                newGeneration,
                creationTimestamp,
                deletionTimestamp,
                ownerReferences);
    }

    ObjectMeta deletedAt(Instant when) {
        return new ObjectMeta(
                namespace,
                name,
                labels,
                annotations,
                uid,
                resourceVersion,
                generation,
                creationTimestamp,
                when,
                ownerReferences);
    }
}
