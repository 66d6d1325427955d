package dev.fairlead.cni;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.List;

/**
 * JSON text to tree and back, within bounds, so that no text can exhaust memory or stack. As in Go, which the other plugins
 * and runtimes are written in, the last of two members of one name wins and nothing may follow the document.
 *
 * <p>The tree is built here and not by {@code ObjectMapper}, whose start costs a JVM that serves one call more than the call.
 */
public final class CniJson {

    /** Longest document, in bytes. */
    public static final int MAX_BYTES = 4 << 20;

    /** Deepest nesting of objects and arrays. */
    public static final int MAX_DEPTH = 100;

    /** Most tokens (names, values, brackets); a list of 10,000 attachments takes 60,000. */
    public static final int MAX_TOKENS = 500_000;

    private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);

    /** Names aren't interned: an agent that runs for months must not fill the JVM's table with what strangers sent. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxDocumentLength(MAX_BYTES)
                    .maxNestingDepth(MAX_DEPTH)
                    .maxTokenCount(MAX_TOKENS)
                    .maxStringLength(MAX_BYTES)
                    .maxNameLength(1024)
                    .maxNumberLength(100)
                    .build())
            .build();

    private static final List<String> ADDITIONS = List.of(" (start marker", " (for ", ": was expecting (JSON");

    private CniJson() {}

    /**
     * Reads a document that must be an object.
     *
     * @throws ConfigException code 6 with line and column, when it isn't one object or is over a bound
     */
    public static ObjectNode object(byte[] text) {
        if (read(text) instanceof ObjectNode object) {
            return object;
        }
        throw new ConfigException(ErrorCode.DECODING_FAILURE, "", "should be a JSON object", 1, 1);
    }

    /**
     * Reads a document of any kind.
     *
     * @throws ConfigException code 6 with line and column, when it isn't JSON or is over a bound
     */
    public static JsonNode read(byte[] text) {
        if (text.length > MAX_BYTES) {
            throw new ConfigException(
                    ErrorCode.DECODING_FAILURE, "", "is longer than " + MAX_BYTES + " bytes, which is the limit");
        }
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new ConfigException(ErrorCode.DECODING_FAILURE, "", "is empty and should be JSON", 1, 1);
            }
            JsonNode node = JsonTree.read(parser, NODES);
            if (parser.nextToken() != null) {
                throw notJson(parser, "something follows the document");
            }
            return node;
        } catch (JsonProcessingException e) {
            var place = e.getLocation();
            throw new ConfigException(
                    ErrorCode.DECODING_FAILURE,
                    "",
                    "isn't JSON that can be used: " + firstSentence(e.getOriginalMessage()),
                    place == null ? 0 : place.getLineNr(),
                    place == null ? 0 : place.getColumnNr());
        } catch (CharConversionException e) {
            throw new ConfigException(ErrorCode.DECODING_FAILURE, "", "isn't JSON: its characters aren't UTF-8");
        } catch (ArithmeticException | NumberFormatException e) {
            throw new ConfigException(
                    ErrorCode.DECODING_FAILURE, "", "isn't JSON that can be used: a number is too large");
        } catch (IOException e) {
            throw new ConfigException(
                    ErrorCode.DECODING_FAILURE, "", "isn't JSON: " + Quote.of(String.valueOf(e.getMessage())));
        }
    }

    private static ConfigException notJson(JsonParser parser, String problem) {
        var place = parser.currentTokenLocation();
        return new ConfigException(
                ErrorCode.DECODING_FAILURE, "", "isn't JSON: " + problem, place.getLineNr(), place.getColumnNr());
    }

    /** Jackson appends where an object began, and what else is JSON; people need the first part only. */
    private static String firstSentence(String message) {
        String line = Quote.of(message);
        for (String addition : ADDITIONS) {
            int at = line.indexOf(addition);
            line = at < 0 ? line : line.substring(0, at);
        }
        return line;
    }

    /** The document without white space, UTF-8. Lone surrogates become U+FFFD, as Go writes them. */
    public static byte[] bytes(JsonNode node) {
        return JsonTree.write(node, FACTORY);
    }

    /** An empty object that keeps decimal numbers as they were written. */
    public static ObjectNode newObject() {
        return NODES.objectNode();
    }

    /** An empty array, as {@link #newObject()}. */
    public static ArrayNode newArray() {
        return NODES.arrayNode();
    }

    /** Where {@code field} is in a text that can be read, or else the innermost thing around it that is there. */
    static Place place(byte[] text, String field) {
        Place best = Place.UNKNOWN;
        int bestLength = -1;
        try (JsonParser parser = FACTORY.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME || token.isStructEnd()) {
                    continue;
                }
                String path = JsonTree.path(parser);
                if (path.length() > bestLength && isAround(path, field)) {
                    var location = parser.currentTokenLocation();
                    best = new Place(location.getLineNr(), location.getColumnNr());
                    bestLength = path.length();
                }
            }
        } catch (IOException e) {
            return best;
        }
        return best;
    }

    private static boolean isAround(String path, String field) {
        return path.isEmpty()
                || field.equals(path)
                || field.startsWith(path) && (field.charAt(path.length()) == '.' || field.charAt(path.length()) == '[');
    }
}
