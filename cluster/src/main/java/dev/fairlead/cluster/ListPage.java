package dev.fairlead.cluster;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * A page of a list. Objects are read one by one and not kept.
 *
 * @param version the list's {@code resourceVersion}
 * @param next what to continue with, empty behind the last page
 */
record ListPage(String version, String next) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads an answer, and hands out its objects. @throws IOException when it is no list */
    static ListPage read(byte[] body, Consumer<JsonNode> items) throws IOException {
        String version = "";
        String next = "";
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the server's list is no JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (field.equals("metadata")) {
                    JsonNode metadata = JSON.readTree(parser);
                    version = metadata.path("resourceVersion").asText("");
                    next = metadata.path("continue").asText("");
                } else if (field.equals("items") && value == JsonToken.START_ARRAY) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        items.accept(JSON.readTree(parser));
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }
        if (version.isEmpty()) {
            throw new IOException("the server's list has no resourceVersion");
        }
        return new ListPage(version, next);
    }
}
