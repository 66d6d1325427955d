package dev.fairlead.lab.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.lab.model.ManifestException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One object of a manifest, checked against its schema: after construction every field is known, has the right shape, and
 * is there if it must be. A field that is null counts as absent, as in Kubernetes.
 */
final class Fields {
    private final JsonNode node;
    private final String path;
    private final Scope scope;

    /** @throws ManifestException for the first field that breaks the schema */
    Fields(JsonNode node, Schema schema, String path, Scope scope) {
        this.node = node;
        this.path = path;
        this.scope = scope;
        if (!node.isObject()) {
            throw scope.wrong(path, Shape.OBJECT.refusal(node));
        }
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            check(field.getKey(), field.getValue(), schema);
        }
        schema.fields().forEach((name, field) -> {
            if (field.required() && !has(name)) {
                throw wrong(name, field.remark());
            }
        });
    }

    private void check(String name, JsonNode value, Schema schema) {
        Schema.Field field = schema.fields().get(name);
        if (field == null) {
            throw wrong(name, schema.unknown(name));
        }
        if (value.isNull()) {
            return;
        }
        if (!field.shape().fits(value)) {
            throw wrong(name, field.shape().refusal(value));
        }
        if (saysSomething(value)) {
            switch (field.fate()) {
                case TAKEN -> {}
                case NOTED -> scope.note(path(name), field.remark());
                case REFUSED -> throw wrong(name, field.remark());
            }
        }
        if (field.shape() == Shape.TEXTS) {
            int index = 0;
            for (JsonNode item : value) {
                checkText(path(name) + "[" + index++ + "]", item);
            }
        }
        if (field.shape() == Shape.TEXT_MAP) {
            for (Map.Entry<String, JsonNode> entry : value.properties()) {
                checkText(path(name) + "[" + Text.brief(entry.getKey()) + "]", entry.getValue());
            }
        }
    }

    private void checkText(String itemPath, JsonNode item) {
        // a null in a map of strings is the empty string for Kubernetes: "labels: {app: }"
        if (!item.isTextual() && !item.isNull()) {
            throw scope.wrong(itemPath, Shape.TEXT.refusal(item));
        }
    }

    /** {@code hostNetwork: false} or {@code volumes: []} asks for nothing. */
    private static boolean saysSomething(JsonNode value) {
        return switch (value.getNodeType()) {
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> value.doubleValue() != 0;
            case STRING -> !value.asText().isEmpty();
            case OBJECT, ARRAY -> !value.isEmpty();
            case NULL, MISSING, BINARY, POJO -> false;
        };
    }

    /** The path of a field, as Kubernetes writes it. */
    String path(String name) {
        return path.isEmpty() ? Text.brief(name) : path + "." + Text.brief(name);
    }

    Scope scope() {
        return scope;
    }

    JsonNode node() {
        return node;
    }

    ManifestException wrong(String name, String problem) {
        return scope.wrong(path(name), problem);
    }

    /** About the object itself. */
    ManifestException wrong(String problem) {
        return scope.wrong(path, problem);
    }

    boolean has(String name) {
        return !node.path(name).isMissingNode() && !node.path(name).isNull();
    }

    JsonNode value(String name) {
        return node.path(name);
    }

    /** Empty when absent. */
    String text(String name) {
        return has(name) ? node.path(name).asText() : "";
    }

    /** A text that follows {@code rule}; empty when absent or empty. */
    String name(String name, NameRule rule) {
        String text = text(name);
        if (!text.isEmpty() && !rule.allows(text)) {
            throw wrong(name, "'" + Text.brief(text) + "' is not a valid name; " + rule.wanted());
        }
        return text;
    }

    boolean truth(String name) {
        return has(name) && node.path(name).booleanValue();
    }

    /** A number of 0 or more. */
    int count(String name, int whenAbsent) {
        if (!has(name)) {
            return whenAbsent;
        }
        JsonNode number = node.path(name);
        if (!number.canConvertToInt() || number.intValue() < 0) {
            throw wrong(name, number.asText() + " is out of range; use 0 to " + Integer.MAX_VALUE);
        }
        return number.intValue();
    }

    /** A port, 1 to 65535. The field must be there. */
    int port(String name) {
        JsonNode number = node.path(name);
        if (!number.canConvertToInt() || number.intValue() < 1 || number.intValue() > 65535) {
            throw wrong(name, number.asText() + " is not a port; use 1 to 65535");
        }
        return number.intValue();
    }

    /** The object in a field; one without fields when absent. */
    Fields object(String name, Schema schema) {
        JsonNode value = has(name) ? node.path(name) : JsonNodeFactory.instance.objectNode();
        return new Fields(value, schema, path(name), scope);
    }

    List<Fields> list(String name, Schema schema) {
        List<Fields> items = new ArrayList<>();
        for (JsonNode item : node.path(name)) {
            items.add(new Fields(item, schema, path(name) + "[" + items.size() + "]", scope));
        }
        return items;
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : node.path(name)) {
            texts.add(item.isNull() ? "" : item.asText());
        }
        return texts;
    }

    Map<String, String> textMap(String name) {
        Map<String, String> map = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.path(name).properties()) {
            map.put(
                    entry.getKey(),
                    entry.getValue().isNull() ? "" : entry.getValue().asText());
        }
        return map;
    }

    /** A map whose keys and values may be labels. */
    Map<String, String> labels(String name) {
        Map<String, String> labels = textMap(name);
        labels.forEach((key, value) -> {
            if (!NameRule.LABEL_KEY.allows(key)) {
                throw wrong(name, "'" + Text.brief(key) + "' is not a label key; " + NameRule.LABEL_KEY.wanted());
            }
            if (!NameRule.LABEL_VALUE.allows(value)) {
                throw scope.wrong(
                        path(name) + "[" + key + "]",
                        "'" + Text.brief(value) + "' is not a label value; " + NameRule.LABEL_VALUE.wanted());
            }
        });
        return labels;
    }
}
