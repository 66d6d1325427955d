package dev.fairlead.lab.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Set;

/** Where two JSON trees part. */
final class JsonDifference {
    private JsonDifference() {}

    /** The path of the first difference, written as Kubernetes does; {@code path} itself when they are equal. */
    static String path(String path, JsonNode before, JsonNode after) {
        if (before.isObject() && after.isObject()) {
            Set<String> names = new LinkedHashSet<>();
            after.fieldNames().forEachRemaining(names::add);
            before.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                if (!before.path(name).equals(after.path(name))) {
                    return path(path + "." + name, before.path(name), after.path(name));
                }
            }
        }
        if (before.isArray() && after.isArray() && before.size() == after.size()) {
            for (int i = 0; i < before.size(); i++) {
                if (!before.get(i).equals(after.get(i))) {
                    return path(path + "[" + i + "]", before.get(i), after.get(i));
                }
            }
        }
        return path;
    }
}
