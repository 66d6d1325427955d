package dev.fairlead.cni.plugin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages texts: cut off, bits flipped, pieces doubled, values of the wrong type, too deep, too long. */
final class Mutations {
    private static final List<JsonNode> WRONG = List.of(
            Json.node("null"),
            Json.node("true"),
            Json.node("0"),
            Json.node("-1"),
            Json.node("1.5"),
            Json.node("1e400"),
            Json.node("99999999999999999999"),
            Json.node("2147483648"),
            Json.node("''"),
            Json.node("'x'"),
            Json.node("'\\ud800'"),
            Json.node("'../../etc/passwd'"),
            Json.node("'10.0.0.0/33'"),
            Json.node("'::/129'"),
            Json.node("'\\u0000'"),
            Json.node("[]"),
            Json.node("[[]]"),
            Json.node("[null]"),
            Json.node("{}"),
            Json.node("{'':{}}"),
            Json.node("'1.1.0'"),
            Json.node("'" + "y".repeat(3000) + "'"),
            Json.node("[".repeat(90) + "]".repeat(90)));
    private final Random random;

    Mutations(Random random) {
        this.random = random;
    }

    /** One of many kinds of damage, now and then none. */
    byte[] damage(byte[] text) {
        return switch (random.nextInt(12)) {
            case 0 -> text;
            case 1 -> Arrays.copyOf(text, random.nextInt(text.length + 1));
            case 2, 3 -> flipBits(text);
            case 4 -> doublePiece(text);
            case 5 -> insert(text, random.nextInt(300) == 0 ? 1 << 20 : random.nextInt(200));
            default -> wrongValue(text);
        };
    }

    private byte[] flipBits(byte[] text) {
        byte[] flipped = text.clone();
        for (int i = random.nextInt(4); i >= 0 && flipped.length > 0; i--) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private byte[] doublePiece(byte[] text) {
        int from = random.nextInt(text.length + 1);
        int to = from + random.nextInt(text.length - from + 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(text, 0, to);
        out.write(text, from, text.length - from);
        return out.toByteArray();
    }

    private byte[] insert(byte[] text, int count) {
        int at = random.nextInt(text.length + 1);
        byte[] some = "{}[]\",:0123456789e.\\ \u0000ä".getBytes(StandardCharsets.UTF_8);
        byte one = some[random.nextInt(some.length)];
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(text, 0, at);
        for (int i = 0; i < count; i++) {
            out.write(one);
        }
        out.write(text, at, text.length - at);
        return out.toByteArray();
    }

    /** A value somewhere inside is replaced, or gone, or moved to another name. */
    private byte[] wrongValue(byte[] text) {
        JsonNode tree;
        try {
            tree = CniJson.read(text);
        } catch (RuntimeException e) {
            return flipBits(text);
        }
        for (int i = random.nextInt(2); i >= 0; i--) {
            List<JsonNode> containers = new ArrayList<>();
            collect(tree, containers);
            if (!containers.isEmpty()) {
                replace(containers.get(random.nextInt(containers.size())));
            }
        }
        return CniJson.bytes(tree);
    }

    private void replace(JsonNode container) {
        JsonNode value = WRONG.get(random.nextInt(WRONG.size())).deepCopy();
        if (container instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.get(random.nextInt(names.size()));
            if (random.nextInt(6) == 0) {
                object.remove(name);
            } else {
                object.set(name, value);
            }
        } else if (container instanceof ArrayNode array) {
            array.set(random.nextInt(array.size()), value);
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode() && !node.isEmpty()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }
}
