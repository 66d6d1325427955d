package dev.fairlead.api.types;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.api.types.FieldType.Scalar;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All types that the server knows, with all fields that Kubernetes gives them. {@code types.json} writes a field's type as
 * {@code string}, {@code [string} for a list and <code>{string</code> for a map, behind {@code #} its number in protobuf, and
 * behind {@code @} how a strategic merge patch treats it.
 */
public final class Types {
    private static final Map<String, ApiType> ALL = read();

    private Types() {}

    /** @throws IllegalArgumentException where there is none */
    public static ApiType require(String key) {
        ApiType type = ALL.get(key);
        if (type == null) {
            throw new IllegalArgumentException("there is no type " + key);
        }
        return type;
    }

    public static Map<String, ApiType> all() {
        return ALL;
    }

    /** What the documentation says of types and fields: by type, then by field, where the empty name is the type itself. */
    public static JsonNode descriptions() {
        return json("descriptions.json");
    }

    private static JsonNode json(String resource) {
        try (InputStream in = Types.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + resource + " is missing from the build");
            }
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + resource, e);
        }
    }

    private static Map<String, ApiType> read() {
        Map<String, ApiType> types = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : json("types.json").properties()) {
            JsonNode type = entry.getValue();
            Map<String, ApiField> fields = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> field : type.get("fields").properties()) {
                boolean required = false;
                for (JsonNode name : type.path("required")) {
                    required |= name.asText().equals(field.getKey());
                }
                fields.put(
                        field.getKey(), field(field.getKey(), field.getValue().asText(), required));
            }
            types.put(
                    entry.getKey(),
                    new ApiType(entry.getKey(), type.get("name").asText(), Collections.unmodifiableMap(fields)));
        }
        return Collections.unmodifiableMap(types);
    }

    private static ApiField field(String name, String notation, boolean required) {
        int at = notation.indexOf('@');
        String merge = at < 0 ? "" : notation.substring(at + 1);
        String rest = at < 0 ? notation : notation.substring(0, at);
        int hash = rest.indexOf('#');
        List<Integer> numbers = new ArrayList<>();
        if (hash >= 0) {
            for (String number : rest.substring(hash + 1).split("\\.", -1)) {
                numbers.add(Integer.parseInt(number));
            }
        }
        FieldType type = type(hash < 0 ? rest : rest.substring(0, hash));
        boolean retainKeys = merge.endsWith("!");
        String key = retainKeys ? merge.substring(0, merge.length() - 1) : merge;
        boolean merged = at >= 0 && type instanceof FieldType.ListOf;
        return new ApiField(name, type, required, numbers, merged ? Optional.of(key) : Optional.empty(), retainKeys);
    }

    private static FieldType type(String notation) {
        if (notation.startsWith("[")) {
            return new FieldType.ListOf(type(notation.substring(1)));
        }
        if (notation.startsWith("{")) {
            return new FieldType.MapOf(type(notation.substring(1)));
        }
        return switch (notation) {
            case "string" -> Scalar.STRING;
            case "bytes" -> Scalar.BYTES;
            case "time" -> Scalar.TIME;
            case "microtime" -> Scalar.MICROTIME;
            case "int32" -> Scalar.INT32;
            case "int64" -> Scalar.INT64;
            case "number" -> Scalar.NUMBER;
            case "boolean" -> Scalar.BOOLEAN;
            case "int-or-string" -> Scalar.INT_OR_STRING;
            case "quantity" -> Scalar.QUANTITY;
            case "any" -> Scalar.ANY;
            default -> new FieldType.Ref(notation);
        };
    }
}
