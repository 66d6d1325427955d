package dev.fairlead.lab.model;

/** An object that the store keeps. */
public sealed interface LabObject permits Node, Pod, Service, Deployment, ReplicaSet {

    Kind kind();

    ObjectMeta metadata();

    /** The same object with other metadata. */
    LabObject withMetadata(ObjectMeta metadata);

    default ObjectKey key() {
        return metadata().key();
    }

    /** {@code Pod default/web}: how messages name it. */
    default String title() {
        return kind() + " " + key();
    }
}
