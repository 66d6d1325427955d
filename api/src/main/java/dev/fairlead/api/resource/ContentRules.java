package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** ConfigMaps and Secrets. */
record ContentRules(String kind) implements Rules {
    private static final Pattern KEY = Pattern.compile("[-._a-zA-Z0-9]+");
    private static final int MOST_BYTES = 1024 * 1024;

    @Override
    public void defaults(ObjectNode object) {
        if (!kind.equals("Secret")) {
            return;
        }
        Defaults.text(object, "type", "Opaque");
        if (object.remove("stringData") instanceof ObjectNode texts) {
            ObjectNode data = Defaults.object(object, "data");
            for (Map.Entry<String, JsonNode> text : texts.properties()) {
                byte[] bytes = text.getValue().asText().getBytes(StandardCharsets.UTF_8);
                data.put(text.getKey(), Base64.getEncoder().encodeToString(bytes));
            }
        }
    }

    @Override
    public void validate(ObjectNode object, List<FieldError> errors) {
        long bytes = 0;
        for (String member : List.of("data", "binaryData")) {
            for (Map.Entry<String, JsonNode> entry : object.path(member).properties()) {
                String path = member + "[" + entry.getKey() + "]";
                if (entry.getKey().length() > 253
                        || !KEY.matcher(entry.getKey()).matches()) {
                    errors.add(FieldError.invalid(
                            path,
                            entry.getKey(),
                            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or"
                                    + " 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
                }
                if (member.equals("binaryData") && object.path("data").has(entry.getKey())) {
                    errors.add(FieldError.invalid(path, entry.getKey(), "duplicate of key present in data"));
                }
                bytes += entry.getValue().asText().length();
            }
        }
        if (bytes > MOST_BYTES) {
            errors.add(FieldError.tooLong(kind.equals("Secret") ? "data" : "", MOST_BYTES));
        }
    }

    @Override
    public void validateUpdate(ObjectNode object, ObjectNode before, List<FieldError> errors) {
        if (!object.path("type").equals(before.path("type"))) {
            errors.add(FieldError.invalid("type", object.path("type"), "field is immutable"));
        }
        if (before.path("immutable").asBoolean()) {
            if (!object.path("immutable").asBoolean()) {
                errors.add(FieldError.forbidden("immutable", "field is immutable when `immutable` is set"));
            }
            for (String member : List.of("data", "binaryData")) {
                if (!object.path(member).equals(before.path(member))) {
                    errors.add(FieldError.forbidden(member, "field is immutable when `immutable` is set"));
                }
            }
        }
    }
}
