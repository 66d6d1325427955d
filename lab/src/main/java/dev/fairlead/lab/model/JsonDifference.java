package dev.fairlead.lab.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Map;
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
            for (String name : names) { // what was only filled in by the server is no difference
                if (after.has(name) && !covers(before.path(name), after.path(name))) {
                    return path(path + "." + name, before.path(name), after.path(name));
                }
            }
            for (String name : names) {
                if (!before.path(name).equals(after.path(name))) {
                    return path(path + "." + name, before.path(name), after.path(name));
                }
            }
        }
        if (before.isArray() && after.isArray() && before.size() == after.size()) {
            for (int i = 0; i < before.size(); i++) {
                if (!covers(before.get(i), after.get(i))) {
                    return path(path + "[" + i + "]", before.get(i), after.get(i));
                }
            }
            for (int i = 0; i < before.size(); i++) {
                if (!before.get(i).equals(after.get(i))) {
                    return path(path + "[" + i + "]", before.get(i), after.get(i));
                }
            }
        }
        return path;
    }

    /** Whether {@code before} has all that {@code after} has, and perhaps more. */
    private static boolean covers(JsonNode before, JsonNode after) {
        if (before.isObject() && after.isObject()) {
            for (Map.Entry<String, JsonNode> member : after.properties()) {
                if (!covers(before.path(member.getKey()), member.getValue())) {
                    return false;
                }
            }
            return true;
        }
        if (before.isArray() && after.isArray() && before.size() == after.size()) {
            for (int i = 0; i < before.size(); i++) {
                if (!covers(before.get(i), after.get(i))) {
                    return false;
                }
            }
            return true;
        }
        return before.equals(after);
    }
}
