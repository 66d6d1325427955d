package dev.fairlead.lab.model;

/**
 * An environment variable of a container.
 *
 * @param name empty for all variables that a ConfigMap or Secret gives under names of its own ({@code envFrom})
 */
public record EnvVar(String name, Source source) {

    /** Where the value comes from ({@code core/v1 EnvVarSource}). */
    public sealed interface Source {

        /** Written out; it may contain {@code $(OTHER)}. */
        record Text(String value) implements Source {}

        /** A field of the pod itself, such as {@code metadata.name}. */
        record Field(String path) implements Source {}

        /** One key of a ConfigMap or Secret of the pod's namespace. @param optional whether it may be missing */
        record Key(Content.Kind kind, String object, String key, boolean optional) implements Source {}

        /** Every key, with something in front of its name. */
        record AllKeys(Content.Kind kind, String object, String prefix, boolean optional) implements Source {}
    }

    /** One whose value is written out. */
    public EnvVar(String name, String value) {
        this(name, new Source.Text(value));
    }

    /** The value as far as it is known before the pod runs; empty when it comes from elsewhere. */
    public String text() {
        return source instanceof Source.Text text ? text.value() : "";
    }

    /** Whether its value is only known when the container starts. */
    public boolean isLate() {
        return !(source instanceof Source.Text);
    }
}
