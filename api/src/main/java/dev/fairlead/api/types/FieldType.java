package dev.fairlead.api.types;

/** What a field of a Kubernetes type holds. */
public sealed interface FieldType {
    /** A plain value, by the names of the OpenAPI formats that Kubernetes has for it. */
    enum Scalar implements FieldType {
        STRING,
        /** Base64 text. */
        BYTES,
        /** RFC 3339, whole seconds. */
        TIME,
        /** RFC 3339, six digits behind the second. */
        MICROTIME,
        INT32,
        INT64,
        NUMBER,
        BOOLEAN,
        INT_OR_STRING,
        /** A number or a text such as {@code 100m} or {@code 1Gi}. */
        QUANTITY,
        ANY
    }

    /** Another type of ours, by its key in {@link Types}. */
    record Ref(String key) implements FieldType {}

    record ListOf(FieldType item) implements FieldType {}

    /** An object with free keys. */
    record MapOf(FieldType value) implements FieldType {}
}
