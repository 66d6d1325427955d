package dev.fairlead.lab.manifest;

import java.util.LinkedHashMap;
import java.util.Map;

/** The fields that one part of an object may have, and what the lab makes of each. Built once, then only read. */
final class Schema {

    /** What happens to a field that says something. */
    enum Fate {
        TAKEN,
        /** Accepted without effect, and the user is told. */
        NOTED,
        REFUSED
    }

    /** @param remark for a missing, noted or refused field: how the sentence goes on after the field's path */
    record Field(Shape shape, boolean required, Fate fate, String remark) {}

    private final Map<String, Field> fields = new LinkedHashMap<>();
    private String whenUnknown = "";

    Schema needs(Shape shape, String name, String whenMissing) {
        fields.put(name, new Field(shape, true, Fate.TAKEN, whenMissing));
        return this;
    }

    /** Fields that are read, and fields whose absence of effect surprises nobody. */
    Schema takes(Shape shape, String... names) {
        for (String name : names) {
            fields.put(name, new Field(shape, false, Fate.TAKEN, ""));
        }
        return this;
    }

    Schema notes(Shape shape, String name, String remark) {
        fields.put(name, new Field(shape, false, Fate.NOTED, remark));
        return this;
    }

    Schema refuses(Shape shape, String name, String remark) {
        fields.put(name, new Field(shape, false, Fate.REFUSED, remark));
        return this;
    }

    /** How the sentence about an unknown field ends when no known field is near. */
    Schema otherwise(String hint) {
        whenUnknown = hint;
        return this;
    }

    /** {@code unknown field; did you mean 'image'?} */
    String unknown(String name) {
        return "unknown field"
                + Nearest.to(name, fields.keySet())
                        .map(near -> "; did you mean '" + near + "'?")
                        .orElse(whenUnknown);
    }

    Map<String, Field> fields() {
        return fields;
    }
}
