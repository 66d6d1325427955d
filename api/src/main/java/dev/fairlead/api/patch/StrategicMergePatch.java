package dev.fairlead.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.types.ApiField;
import dev.fairlead.api.types.ApiType;
import dev.fairlead.api.types.FieldType;
import dev.fairlead.api.types.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Kubernetes' strategic merge patch (sig-api-machinery, "Strategic Merge Patch"): as a merge patch, but lists that have a merge
 * key are merged item by item, and directives in the patch say what to leave out and in which order items go.
 */
public final class StrategicMergePatch {
    private static final String PATCH = "$patch";
    private static final String RETAIN_KEYS = "$retainKeys";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";
    private static final String ORDER = "$setElementOrder/";

    private StrategicMergePatch() {}

    /** @param type of the object; it says which lists are merged */
    public static ObjectNode apply(ApiType type, ObjectNode target, JsonNode patch) {
        if (!patch.isObject()) {
            throw PatchException.malformed("a strategic merge patch is an object");
        }
        return object(Optional.of(type), target, patch);
    }

    private static ObjectNode object(Optional<ApiType> type, JsonNode target, JsonNode patch) {
        String directive = patch.path(PATCH).asText();
        if (directive.equals("replace")) {
            ObjectNode replacing = ((ObjectNode) patch).deepCopy();
            replacing.remove(PATCH);
            return replacing;
        }
        if (directive.equals("delete")) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (!directive.isEmpty() && !directive.equals("merge")) {
            throw PatchException.malformed("Unknown patch type: " + directive);
        }
        ObjectNode result =
                target.isObject() ? ((ObjectNode) target).deepCopy() : JsonNodeFactory.instance.objectNode();
        retainKeys(result, patch);
        for (Map.Entry<String, JsonNode> member : patch.properties()) {
            if (!member.getKey().startsWith("$")) {
                member(type, result, patch, member.getKey(), member.getValue());
            }
        }
        for (Map.Entry<String, JsonNode> member : patch.properties()) {
            if (member.getKey().startsWith(DELETE_FROM)) {
                deleteFrom(result, member.getKey().substring(DELETE_FROM.length()), member.getValue());
            } else if (member.getKey().startsWith(ORDER)) {
                String name = member.getKey().substring(ORDER.length());
                if (result.path(name).isArray()) {
                    Optional<String> key = type.flatMap(t -> t.field(name)).flatMap(ApiField::mergeKey);
                    result.set(name, ordered(result.path(name), target.path(name), member.getValue(), key.orElse("")));
                }
            }
        }
        return result;
    }

    private static void retainKeys(ObjectNode result, JsonNode patch) {
        if (patch.has(RETAIN_KEYS)) {
            Set<String> retained = new HashSet<>();
            patch.get(RETAIN_KEYS).forEach(name -> retained.add(name.asText()));
            List<String> names = new ArrayList<>();
            result.fieldNames().forEachRemaining(names::add);
            names.removeAll(retained);
            names.forEach(result::remove);
        }
    }

    private static void member(Optional<ApiType> type, ObjectNode result, JsonNode patch, String name, JsonNode value) {
        if (value.isNull()) {
            result.remove(name);
            return;
        }
        Optional<ApiField> field = type.flatMap(t -> t.field(name));
        JsonNode old = result.path(name);
        if (value.isObject()) {
            if (value.path(PATCH).asText().equals("delete")) {
                result.remove(name);
            } else {
                result.set(name, object(field.flatMap(f -> referred(f.type())), old, value));
            }
        } else if (value.isArray()
                && field.isPresent()
                && field.get().mergeKey().isPresent()) {
            String key = field.get().mergeKey().get();
            result.set(
                    name,
                    key.isEmpty()
                            ? union(old, value)
                            : list(referred(((FieldType.ListOf) field.get().type()).item()), key, old, value));
        } else {
            result.set(name, value.deepCopy());
        }
    }

    private static Optional<ApiType> referred(FieldType type) {
        return type instanceof FieldType.Ref ref ? Optional.of(Types.require(ref.key())) : Optional.empty();
    }

    private static ArrayNode union(JsonNode old, JsonNode added) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        Set<JsonNode> seen = new HashSet<>();
        for (JsonNode list : List.of(old, added)) {
            for (JsonNode value : list) {
                if (seen.add(value)) {
                    all.add(value);
                }
            }
        }
        return all;
    }

    private static ArrayNode list(Optional<ApiType> type, String key, JsonNode old, JsonNode patch) {
        boolean replaces = false;
        for (JsonNode item : patch) {
            replaces |= item.path(PATCH).asText().equals("replace") && !item.has(key);
        }
        List<JsonNode> items = new ArrayList<>();
        if (!replaces) {
            old.forEach(items::add);
        }
        for (JsonNode item : patch) {
            if (!item.isObject()) {
                throw PatchException.malformed("an item of a list that is merged by " + key + " is no object");
            }
            if (item.path(PATCH).asText().equals("replace") && !item.has(key)) {
                continue;
            }
            if (!item.has(key)) {
                throw PatchException.malformed("map: " + item + " does not contain declared merge key: " + key);
            }
            int at = find(items, key, item.get(key));
            if (item.path(PATCH).asText().equals("delete")) {
                items.removeIf(one -> one.path(key).equals(item.get(key)));
            } else if (at >= 0) {
                items.set(at, object(type, items.get(at), item));
            } else {
                items.add(object(type, JsonNodeFactory.instance.objectNode(), item));
            }
        }
        ArrayNode result = JsonNodeFactory.instance.arrayNode();
        items.forEach(result::add);
        return result;
    }

    private static int find(List<JsonNode> items, String key, JsonNode value) {
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i).path(key).equals(value)) {
                return i;
            }
        }
        return -1;
    }

    private static void deleteFrom(ObjectNode result, String name, JsonNode values) {
        if (result.path(name) instanceof ArrayNode list) {
            Set<JsonNode> gone = new HashSet<>();
            values.forEach(gone::add);
            ArrayNode left = JsonNodeFactory.instance.arrayNode();
            list.forEach(value -> {
                if (!gone.contains(value)) {
                    left.add(value);
                }
            });
            result.set(name, left);
        }
    }

    /**
     * Items that the patch orders, in that order; the others go between them where they stood in the live list, as far as
     * that is possible.
     */
    private static ArrayNode ordered(JsonNode list, JsonNode live, JsonNode order, String key) {
        List<JsonNode> wanted = identities(order, key);
        List<JsonNode> liveOrder = identities(live, key);
        List<JsonNode> inPatch = new ArrayList<>();
        List<JsonNode> others = new ArrayList<>();
        for (JsonNode item : list) {
            (wanted.contains(identity(item, key)) ? inPatch : others).add(item);
        }
        inPatch.sort((a, b) -> wanted.indexOf(identity(a, key)) - wanted.indexOf(identity(b, key)));
        ArrayNode result = JsonNodeFactory.instance.arrayNode();
        int next = 0;
        for (JsonNode other : others) {
            int place = liveOrder.indexOf(identity(other, key));
            while (next < inPatch.size() && !isBehind(liveOrder, inPatch.get(next), place, key)) {
                result.add(inPatch.get(next++));
            }
            result.add(other);
        }
        while (next < inPatch.size()) {
            result.add(inPatch.get(next++));
        }
        return result;
    }

    private static boolean isBehind(List<JsonNode> liveOrder, JsonNode item, int place, String key) {
        int own = liveOrder.indexOf(identity(item, key));
        return place >= 0 && own > place;
    }

    private static List<JsonNode> identities(JsonNode list, String key) {
        List<JsonNode> all = new ArrayList<>();
        list.forEach(item -> all.add(identity(item, key)));
        return all;
    }

    private static JsonNode identity(JsonNode item, String key) {
        return key.isEmpty() || !item.isObject() ? item : item.path(key);
    }
}
