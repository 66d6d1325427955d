package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.Quote;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * The members of one JSON object, read with their types. As in Go, {@code null} is the same as missing. A wrong type is code
 * 6, a wrong value code 7; both name the field by its full path.
 */
record Fields(ObjectNode node, String path) {

    /** {@code value}, which must be an object. */
    static Fields of(JsonNode value, String path) {
        if (value instanceof ObjectNode object) {
            return new Fields(object, path);
        }
        throw wrongType(path, "an object", value);
    }

    private String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    boolean has(String key) {
        JsonNode value = node.get(key);
        return value != null && !value.isNull();
    }

    /** The raw value; a missing node when there is none. */
    JsonNode raw(String key) {
        return node.path(key);
    }

    /** Empty when missing. */
    String text(String key) {
        return has(key) ? asText(node.path(key), pathOf(key)) : "";
    }

    String requiredText(String key) {
        String text = text(key);
        if (text.isEmpty()) {
            throw invalid(key, "is missing");
        }
        return text;
    }

    /** False when missing. */
    boolean flag(String key) {
        if (!has(key)) {
            return false;
        }
        if (!node.path(key).isBoolean()) {
            throw wrongType(pathOf(key), "true or false", node.path(key));
        }
        return node.path(key).booleanValue();
    }

    /** As {@link #flag}, and the strings "true" and "false" in any case will do too, as for the reference library. */
    boolean lenientFlag(String key) {
        if (!node.path(key).isTextual()) {
            return flag(key);
        }
        return switch (node.path(key).textValue().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrongType(pathOf(key), "true or false", node.path(key));
        };
    }

    /** A whole number from {@code least} to {@code most}. */
    OptionalLong number(String key, long least, long most) {
        if (!has(key)) {
            return OptionalLong.empty();
        }
        JsonNode value = node.path(key);
        if (!value.isIntegralNumber()) {
            throw wrongType(pathOf(key), "a whole number", value);
        }
        if (!value.canConvertToLong() || value.longValue() < least || value.longValue() > most) {
            throw invalid(key, "should be from " + least + " to " + most + ", is " + Quote.of(value.asText()));
        }
        return OptionalLong.of(value.longValue());
    }

    Optional<Fields> object(String key) {
        return has(key) ? Optional.of(of(node.path(key), pathOf(key))) : Optional.empty();
    }

    /** The elements of a list, each read by {@code read}; empty when missing. */
    <T> List<T> list(String key, Function<Fields, T> read) {
        return elements(key, (value, place) -> read.apply(of(value, place)));
    }

    /** A list of strings; empty when missing. */
    List<String> texts(String key) {
        return elements(key, Fields::asText);
    }

    /** The elements of a list, each read by {@code read} from value and path; empty when missing. */
    <T> List<T> elements(String key, Element<T> read) {
        return has(key) ? elements(node.path(key), pathOf(key), read) : List.of();
    }

    static <T> List<T> elements(JsonNode list, String path, Element<T> read) {
        if (!list.isArray()) {
            throw wrongType(path, "a list", list);
        }
        List<T> values = new ArrayList<>(list.size());
        for (JsonNode element : list) {
            values.add(read.read(element, path + "[" + values.size() + "]"));
        }
        return List.copyOf(values);
    }

    /** Reads one element of a list. */
    @FunctionalInterface
    interface Element<T> {
        T read(JsonNode value, String path);
    }

    /** An address; empty when missing or the empty string. */
    Optional<Ip> ip(String key) {
        String text = text(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                Ip.parse(text).orElseThrow(() -> invalid(key, "should be an IP address, is '" + Quote.of(text) + "'")));
    }

    Prefix requiredPrefix(String key) {
        String text = requiredText(key);
        return Prefix.parse(text)
                .orElseThrow(() -> invalid(
                        key,
                        "should be an address with a prefix length, such as 10.1.0.5/16, is '" + Quote.of(text) + "'"));
    }

    /** The members that {@code known} doesn't name. */
    Map<String, JsonNode> others(List<String> known) {
        Map<String, JsonNode> others = LinkedHashMap.newLinkedHashMap(0);
        for (var member : node.properties()) {
            if (!known.contains(member.getKey())) {
                others.put(member.getKey(), member.getValue());
            }
        }
        return others;
    }

    /** Code 7 about one field. */
    ConfigException invalid(String key, String problem) {
        return new ConfigException(ErrorCode.INVALID_CONFIG, pathOf(key), problem);
    }

    static String asText(JsonNode value, String path) {
        if (!value.isTextual()) {
            throw wrongType(path, "a string", value);
        }
        return value.textValue();
    }

    static ConfigException wrongType(String path, String wanted, JsonNode value) {
        return new ConfigException(
                ErrorCode.DECODING_FAILURE,
                path.isEmpty() ? "the document" : path,
                "should be " + wanted + ", is " + describe(value));
    }

    private static String describe(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            case STRING -> "the string '" + Quote.of(value.textValue()) + "'";
            default -> Quote.of(value.asText());
        };
    }
}
