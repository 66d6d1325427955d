package dev.fairlead.lab.model;

/** An object that the store keeps. */
public sealed interface LabObject permits Node, Pod, Service, Deployment, ReplicaSet {

    Kind kind();

    ObjectMeta metadata();

    /** The same object with other metadata. */
    LabObject withMetadata(ObjectMeta metadata);

    /** Whether {@code other}, of the same kind, differs in metadata and status at most. */
    default boolean sameSpec(LabObject other) {
        return withMetadata(other.metadata()).equals(other);
    }

    default ObjectKey key() {
        return metadata().key();
    }

    /** {@code Pod default/web}: how messages name it. */
    default String title() {
        return kind() + " " + key();
    }
}
