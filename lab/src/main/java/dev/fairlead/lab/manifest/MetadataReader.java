package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.ObjectMeta;
import java.util.Map;

/** Reads {@code metadata}. */
final class MetadataReader {
    private static final String DEFAULT_NAMESPACE = "default";
    private static final int MOST_ANNOTATION_CHARACTERS = 256 * 1024;

    private MetadataReader() {}

    static ObjectMeta read(Fields metadata, NameRule rule) {
        String name = metadata.name("name", rule);
        if (name.isEmpty()) {
            throw metadata.wrong("name", "is missing; every object needs a name of its own");
        }
        String namespace = metadata.name("namespace", NameRule.LABEL);
        return ObjectMeta.of(
                namespace.isEmpty() ? DEFAULT_NAMESPACE : namespace,
                name,
                metadata.labels("labels"),
                annotations(metadata));
    }

    static Map<String, String> annotations(Fields metadata) {
        Map<String, String> annotations = metadata.textMap("annotations");
        long size = 0;
        for (Map.Entry<String, String> annotation : annotations.entrySet()) {
            if (!NameRule.LABEL_KEY.allows(annotation.getKey())) {
                throw metadata.wrong(
                        "annotations",
                        "'" + Text.brief(annotation.getKey()) + "' is not an annotation key; "
                                + NameRule.LABEL_KEY.wanted());
            }
            size += annotation.getKey().length() + annotation.getValue().length();
        }
        if (size > MOST_ANNOTATION_CHARACTERS) {
            throw metadata.wrong("annotations", "are " + size + " characters; at most 262144 are allowed");
        }
        return annotations;
    }
}
