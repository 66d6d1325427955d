package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.Finding;
import dev.fairlead.lab.model.ManifestException;
import java.util.List;

/**
 * The object that is being read, for messages about its fields.
 *
 * @param object {@code Pod default/web}, or {@code document 2} while that isn't known
 * @param notes collects what is accepted without effect
 */
record Scope(String source, String object, List<Finding> notes) {

    ManifestException wrong(String field, String problem) {
        return new ManifestException(new Finding(source, object, Text.oneLine(field), Text.oneLine(problem)));
    }

    void note(String field, String text) {
        notes.add(new Finding(source, object, field, text));
    }

    Scope of(String otherObject) {
        return new Scope(source, otherObject, notes);
    }
}
