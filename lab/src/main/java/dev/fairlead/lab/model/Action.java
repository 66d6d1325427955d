package dev.fairlead.lab.model;

/** What a controller wants done; {@link Store#perform} does it. Objects that are gone by then are left alone. */
public sealed interface Action {

    /** @param pod its uid and versions are the store's to give */
    record CreatePod(Pod pod) implements Action {}

    /** Gracefully when a node has it, at once when none has. */
    record DeletePod(ObjectKey pod) implements Action {}

    record AssignPod(ObjectKey pod, String node) implements Action {}

    /** The pod stays Pending. @param reason one sentence for the user */
    record HoldPod(ObjectKey pod, String reason) implements Action {}

    /** @param replicaSet its uid and versions are the store's to give */
    record CreateReplicaSet(ReplicaSet replicaSet) implements Action {}

    /** Replaces the ReplicaSet of the same key. */
    record UpdateReplicaSet(ReplicaSet replicaSet) implements Action {}

    /** Its pods then have no owner and are deleted by the next round. */
    record DeleteReplicaSet(ObjectKey replicaSet) implements Action {}
}
