package dev.fairlead.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/** JSON in tests, written with single quotes. */
public final class Json {
    private Json() {}

    public static byte[] bytes(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    public static JsonNode node(String text) {
        return CniJson.read(bytes(text));
    }

    public static JsonNode node(byte[] text) {
        return CniJson.read(text);
    }

    public static ObjectNode object(String text) {
        return CniJson.object(bytes(text));
    }
}
