package dev.fairlead.api.types;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.types.FieldType.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A document brought into the form of its type, as the real server's decoder does: unknown fields, nulls and empty optional
 * values are left out.
 *
 * @param object the document in that form, not shared with the one it was read from
 * @param unknown the paths of fields that the type doesn't have, such as {@code spec.foo}
 */
public record Decoded(ObjectNode object, List<String> unknown) {

    /** A value that can't be read as its field's type. */
    public static final class WrongTypeException extends RuntimeException {
        private static final long serialVersionUID = 1;

        WrongTypeException(String message) {
            super(message);
        }
    }

    /**
     * Reads a document as a type.
     *
     * @throws WrongTypeException in the words of Go's decoder: {@code json: cannot unmarshal string into Go struct field
     *     ServicePort.spec.ports.port of type int32}
     */
    public static Decoded of(ApiType type, JsonNode document) {
        List<String> unknown = new ArrayList<>();
        if (!document.isObject()) {
            throw new WrongTypeException(
                    "json: cannot unmarshal " + goKind(document) + " into Go value of type v1." + type.key());
        }
        return new Decoded(new Reading(unknown).object(type, document, "", ""), unknown);
    }

    /**
     * One reading.
     *
     * <p>Two paths go along: {@code path} names unknown fields with list indexes, {@code goPath} is what Go's decoder says,
     * which has none.
     */
    private record Reading(List<String> unknown) {
        ObjectNode object(ApiType type, JsonNode from, String path, String goPath) {
            ObjectNode to = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, JsonNode> entry : from.properties()) {
                String name = entry.getKey();
                ApiField field = type.fields().get(name);
                if (field == null) {
                    unknown.add(join(path, name));
                } else if (!entry.getValue().isNull()) {
                    String where = type.key() + "." + join(goPath, name);
                    JsonNode value = value(field.type(), entry.getValue(), join(path, name), join(goPath, name), where);
                    if (field.required() || !isEmpty(field.type(), value)) {
                        to.set(name, value);
                    }
                }
            }
            return to;
        }

        private JsonNode value(FieldType type, JsonNode value, String path, String goPath, String where) {
            return switch (type) {
                case Scalar scalar -> scalar(scalar, value, where);
                case FieldType.Ref ref -> {
                    require(value.isObject(), value, where, "v1." + ref.key());
                    yield object(Types.require(ref.key()), value, path, goPath);
                }
                case FieldType.ListOf list -> {
                    require(value.isArray(), value, where, "[]" + goName(list.item()));
                    ArrayNode items = JsonNodeFactory.instance.arrayNode();
                    int index = 0;
                    for (JsonNode item : value) {
                        if (item.isNull()) {
                            index++;
                            continue;
                        }
                        items.add(value(list.item(), item, path + "[" + index++ + "]", goPath, where));
                    }
                    yield items;
                }
                case FieldType.MapOf map -> {
                    require(value.isObject(), value, where, "map[string]" + goName(map.value()));
                    ObjectNode members = JsonNodeFactory.instance.objectNode();
                    for (Map.Entry<String, JsonNode> member : value.properties()) {
                        boolean isNullText = member.getValue().isNull();
                        members.set(
                                member.getKey(),
                                isNullText && map.value() == Scalar.STRING
                                        ? JsonNodeFactory.instance.textNode("")
                                        : value(
                                                map.value(),
                                                member.getValue(),
                                                path + "." + member.getKey(),
                                                goPath,
                                                where));
                    }
                    yield members;
                }
            };
        }

        private static JsonNode scalar(Scalar type, JsonNode value, String where) {
            boolean fits = switch (type) {
                case STRING, BYTES, TIME, MICROTIME -> value.isTextual();
                case INT32 -> value.isIntegralNumber() && value.canConvertToInt();
                case INT64 -> value.isIntegralNumber() && value.canConvertToLong();
                case NUMBER -> value.isNumber();
                case BOOLEAN -> value.isBoolean();
                case INT_OR_STRING, QUANTITY -> value.isTextual() || value.isNumber();
                case ANY -> true;
            };
            require(fits, value, where, goName(type));
            return type == Scalar.QUANTITY && value.isNumber()
                    ? JsonNodeFactory.instance.textNode(value.asText())
                    : value;
        }

        private static void require(boolean fits, JsonNode value, String where, String wanted) {
            if (!fits) {
                String number = value.isNumber() && !value.isIntegralNumber()
                                || value.isIntegralNumber() && wanted.startsWith("int")
                        ? "number " + value.asText()
                        : goKind(value);
                throw new WrongTypeException(
                        "json: cannot unmarshal " + number + " into Go struct field " + where + " of type " + wanted);
            }
        }
    }

    private static boolean isEmpty(FieldType type, JsonNode value) {
        return switch (type) {
            case FieldType.ListOf _, FieldType.MapOf _ -> value.isEmpty();
            case Scalar scalar -> scalar == Scalar.STRING && value.asText().isEmpty();
            case FieldType.Ref _ -> false; // an empty object says something: emptyDir: {}
        };
    }

    private static String goName(FieldType type) {
        return switch (type) {
            case FieldType.Ref ref -> "v1." + ref.key();
            case FieldType.ListOf list -> "[]" + goName(list.item());
            case FieldType.MapOf map -> "map[string]" + goName(map.value());
            case Scalar scalar ->
                switch (scalar) {
                    case STRING -> "string";
                    case BYTES -> "[]uint8";
                    case TIME -> "v1.Time";
                    case MICROTIME -> "v1.MicroTime";
                    case INT32 -> "int32";
                    case INT64 -> "int64";
                    case NUMBER -> "float64";
                    case BOOLEAN -> "bool";
                    case INT_OR_STRING -> "intstr.IntOrString";
                    case QUANTITY -> "resource.Quantity";
                    case ANY -> "interface {}";
                };
        };
    }

    private static String goKind(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> "number";
            case BOOLEAN -> "bool";
            case OBJECT -> "object";
            case ARRAY -> "array";
            case NULL, MISSING, BINARY, POJO -> "null";
        };
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
