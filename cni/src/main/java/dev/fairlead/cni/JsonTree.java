package dev.fairlead.cni;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Trees from and to Jackson's streams. The recursion is bounded by the parser's limit on depth. */
final class JsonTree {
    private JsonTree() {}

    /** The value at the parser's current token, leaving the parser at that value's last token. */
    static JsonNode read(JsonParser parser, JsonNodeFactory nodes) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = nodes.objectNode();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.set(name, read(parser, nodes));
                }
                yield object;
            }
            case START_ARRAY -> {
                ArrayNode array = nodes.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(read(parser, nodes));
                }
                yield array;
            }
            case VALUE_STRING -> nodes.textNode(parser.getText());
            case VALUE_NUMBER_INT -> integer(parser, nodes);
            case VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDecimalValue());
            case VALUE_TRUE -> nodes.booleanNode(true);
            case VALUE_FALSE -> nodes.booleanNode(false);
            case VALUE_NULL -> nodes.nullNode();
            default -> throw new IOException("a value was expected, not " + parser.currentToken());
        };
    }

    private static JsonNode integer(JsonParser parser, JsonNodeFactory nodes) throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> nodes.numberNode(parser.getIntValue());
            case LONG -> nodes.numberNode(parser.getLongValue());
            default -> nodes.numberNode(parser.getBigIntegerValue());
        };
    }

    static byte[] write(JsonNode node, JsonFactory factory) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = factory.createGenerator(bytes)) {
            write(node, json);
        } catch (IOException e) {
            throw new UncheckedIOException("a JSON tree could not be written to memory", e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonNode node, JsonGenerator json) throws IOException {
        switch (node.getNodeType()) {
            case OBJECT -> {
                json.writeStartObject();
                for (var member : node.properties()) {
                    json.writeFieldName(wellFormed(member.getKey()));
                    write(member.getValue(), json);
                }
                json.writeEndObject();
            }
            case ARRAY -> {
                json.writeStartArray();
                for (JsonNode element : node) {
                    write(element, json);
                }
                json.writeEndArray();
            }
            case NUMBER -> json.writeNumber(node.asText());
            case BOOLEAN -> json.writeBoolean(node.booleanValue());
            case NULL, MISSING -> json.writeNull();
            case STRING, BINARY, POJO -> json.writeString(wellFormed(node.asText()));
        }
    }

    /** Text whose lone surrogates are replaced, as they have no form in UTF-8. */
    private static String wellFormed(String text) {
        int i = 0;
        while (i < text.length() && !isLone(text, i)) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        StringBuilder fixed = new StringBuilder(text);
        for (; i < fixed.length(); i++) {
            if (isLone(fixed, i)) {
                fixed.setCharAt(i, '\uFFFD');
            }
        }
        return fixed.toString();
    }

    private static boolean isLone(CharSequence text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    /** The path of the parser's current value, such as {@code plugins[1].type}; empty for the document itself. */
    static String path(JsonParser parser) {
        JsonStreamContext context = parser.getParsingContext();
        JsonToken token = parser.currentToken();
        StringBuilder path = new StringBuilder();
        prepend(path, token != null && token.isStructStart() ? context.getParent() : context);
        return path.toString();
    }

    private static void prepend(StringBuilder path, JsonStreamContext innermost) {
        for (JsonStreamContext c = innermost; c != null && !c.inRoot(); c = c.getParent()) {
            String step = c.inArray() ? "[" + c.getCurrentIndex() + "]" : c.getCurrentName();
            if (step != null) {
                boolean dot = !path.isEmpty() && path.charAt(0) != '[';
                path.insert(0, dot ? step + "." : step);
            }
        }
    }
}
