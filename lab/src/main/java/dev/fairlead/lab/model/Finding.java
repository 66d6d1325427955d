package dev.fairlead.lab.model;

/**
 * Something to tell a user about a manifest, with its place. Parts that don't apply are empty.
 *
 * @param source the file's name as the user gave it, or {@code stdin}
 * @param object {@code Pod default/web}
 * @param field as Kubernetes writes it, {@code spec.containers[0].image}; or line and column of a syntax error
 * @param problem what is wrong and what to do
 */
public record Finding(String source, String object, String field, String problem) {

    /** One sentence: {@code web.yaml: Pod default/web: spec.containers[0].image: 'nginx' is not …}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (String part : new String[] {source, object, field, problem}) {
            text.append(text.isEmpty() || part.isEmpty() ? "" : ": ").append(part);
        }
        return text.toString();
    }
}
