package dev.fairlead.lab.model;

/** Containers that share one network namespace and one address. */
public record Pod(ObjectMeta metadata, PodSpec spec, PodStatus status) implements LabObject {

    @Override
    public Kind kind() {
        return Kind.POD;
    }

    @Override
    public Pod withMetadata(ObjectMeta changed) {
        return new Pod(changed, spec, status);
    }

    @Override
    public boolean sameSpec(LabObject other) {
        return other instanceof Pod pod && spec.equals(pod.spec);
    }

    public Pod withSpec(PodSpec changed) {
        return new Pod(metadata, changed, status);
    }

    public Pod withStatus(PodStatus changed) {
        return new Pod(metadata, spec, changed);
    }

    /** Whether it counts for its controller: not being deleted and not over. */
    public boolean active() {
        return !metadata.deleting() && !status.phase().over();
    }
}
