package dev.fairlead.lab.model;

/** Keeps a number of equal pods running, and changes them gradually when the template changes. */
public record Deployment(ObjectMeta metadata, DeploymentSpec spec) implements LabObject {

    @Override
    public Kind kind() {
        return Kind.DEPLOYMENT;
    }

    @Override
    public Deployment withMetadata(ObjectMeta changed) {
        return new Deployment(changed, spec);
    }
}
