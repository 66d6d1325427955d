package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;

/**
 * What is wrong with a field, in the real server's words (k8s.io/apimachinery, {@code util/validation/field}).
 *
 * @param reason as a {@code Status} cause names it, such as {@code FieldValueInvalid}
 * @param field its path, such as {@code spec.ports[0].port}
 * @param text what comes behind the path
 */
public record FieldError(String reason, String field, String text) {

    public static FieldError invalid(String field, Object value, String detail) {
        return new FieldError("FieldValueInvalid", field, "Invalid value: " + quoted(value) + ": " + detail);
    }

    public static FieldError required(String field, String detail) {
        return new FieldError("FieldValueRequired", field, "Required value" + (detail.isEmpty() ? "" : ": " + detail));
    }

    public static FieldError unsupported(String field, Object value, Collection<String> supported) {
        StringBuilder all = new StringBuilder();
        for (String one : supported.stream().sorted().toList()) {
            all.append(all.isEmpty() ? "" : ", ").append(quoted(one));
        }
        return new FieldError(
                "FieldValueNotSupported", field, "Unsupported value: " + quoted(value) + ": supported values: " + all);
    }

    public static FieldError duplicate(String field, Object value) {
        return new FieldError("FieldValueDuplicate", field, "Duplicate value: " + quoted(value));
    }

    public static FieldError forbidden(String field, String detail) {
        return new FieldError("FieldValueForbidden", field, "Forbidden: " + detail);
    }

    public static FieldError tooLong(String field, int most) {
        return new FieldError("FieldValueTooLong", field, "Too long: may not be more than " + most + " bytes");
    }

    public static FieldError notFound(String field, Object value) {
        return new FieldError("FieldValueNotFound", field, "Not found: " + quoted(value));
    }

    /** As Go's {@code %q} and {@code %v} write a value. */
    private static String quoted(Object value) {
        if (value instanceof JsonNode node) {
            return node.isTextual() ? quoted(node.asText()) : node.toString();
        }
        if (value instanceof String text) {
            return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
        }
        return String.valueOf(value);
    }

    @Override
    public String toString() {
        return field + ": " + text;
    }
}
