package dev.fairlead.lab.model;

/** A fixed address in front of the pods that its selector matches. */
public record Service(ObjectMeta metadata, ServiceSpec spec) implements LabObject {

    @Override
    public Kind kind() {
        return Kind.SERVICE;
    }

    @Override
    public Service withMetadata(ObjectMeta changed) {
        return new Service(changed, spec);
    }
}
