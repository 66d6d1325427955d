package dev.fairlead.api;

/**
 * How a write is to be made.
 *
 * @param dryRun everything is checked and answered, and nothing stored
 * @param unknownFields what becomes of fields that the type doesn't have ({@code fieldValidation})
 */
public record WriteOptions(boolean dryRun, UnknownFields unknownFields) {
    /** As a component of ours writes: a field that isn't there is a fault of ours. */
    public static final WriteOptions STRICT = new WriteOptions(false, UnknownFields.STRICT);

    /** {@code fieldValidation}, k8s.io/apimachinery {@code meta/v1}. */
    public enum UnknownFields {
        IGNORE,
        WARN,
        STRICT
    }
}
