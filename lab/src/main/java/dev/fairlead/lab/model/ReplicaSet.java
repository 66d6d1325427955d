package dev.fairlead.lab.model;

/**
 * Keeps a number of pods of one template running: one version of a Deployment.
 *
 * @param replicas 0 or more
 */
public record ReplicaSet(ObjectMeta metadata, int replicas, LabelSelector selector, PodTemplate template)
        implements LabObject {

    @Override
    public Kind kind() {
        return Kind.REPLICA_SET;
    }

    @Override
    public ReplicaSet withMetadata(ObjectMeta changed) {
        return new ReplicaSet(changed, replicas, selector, template);
    }

    public ReplicaSet withReplicas(int changed) {
        return new ReplicaSet(metadata, changed, selector, template);
    }
}
