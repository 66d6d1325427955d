package dev.fairlead.api.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** JSON patch, RFC 6902, with pointers of RFC 6901. */
public final class JsonPatch {
    private JsonPatch() {}

    public static ObjectNode apply(ObjectNode target, JsonNode patch) {
        if (!patch.isArray()) {
            throw PatchException.malformed("a JSON patch is a list of operations");
        }
        JsonNode document = target.deepCopy();
        for (JsonNode operation : patch) {
            document = apply(document, operation);
        }
        if (!(document instanceof ObjectNode object)) {
            throw PatchException.misfit("the patch leaves no object");
        }
        return object;
    }

    private static JsonNode apply(JsonNode document, JsonNode operation) {
        String op = operation.path("op").asText();
        List<String> path = pointer(operation, "path");
        return switch (op) {
            case "add" -> add(document, path, value(operation));
            case "remove" -> remove(document, path);
            case "replace" -> {
                require(document, path, op);
                yield path.isEmpty() ? value(operation) : add(remove(document, path), path, value(operation));
            }
            case "move" -> {
                List<String> from = pointer(operation, "from");
                JsonNode moved = require(document, from, op);
                yield add(remove(document, from), path, moved);
            }
            case "copy" ->
                add(
                        document,
                        path,
                        require(document, pointer(operation, "from"), op).deepCopy());
            case "test" -> {
                if (!require(document, path, op).equals(value(operation))) {
                    throw PatchException.misfit("testing value " + text(path) + " failed: test failed");
                }
                yield document;
            }
            default -> throw PatchException.malformed("Unexpected kind: " + op);
        };
    }

    private static JsonNode value(JsonNode operation) {
        if (!operation.has("value")) {
            throw PatchException.malformed(
                    "the operation " + operation.path("op").asText() + " has no value");
        }
        return operation.get("value");
    }

    private static List<String> pointer(JsonNode operation, String member) {
        JsonNode text = operation.path(member);
        if (!text.isTextual() || !text.asText().isEmpty() && !text.asText().startsWith("/")) {
            throw PatchException.malformed("the operation's " + member + " is not a JSON pointer: " + text);
        }
        List<String> parts = new ArrayList<>();
        if (!text.asText().isEmpty()) {
            for (String part : text.asText().substring(1).split("/", -1)) {
                parts.add(part.replace("~1", "/").replace("~0", "~"));
            }
        }
        return parts;
    }

    private static JsonNode find(JsonNode document, List<String> path) {
        JsonNode at = document;
        for (String part : path) {
            at = at.isArray() ? at.path(index(part, at.size())) : at.path(part);
        }
        return at;
    }

    private static JsonNode require(JsonNode document, List<String> path, String op) {
        JsonNode found = find(document, path);
        if (found.isMissingNode()) {
            throw PatchException.misfit(
                    op + " operation does not apply: doc is missing path: " + text(path) + ": missing value");
        }
        return found;
    }

    private static JsonNode add(JsonNode document, List<String> path, JsonNode value) {
        if (path.isEmpty()) {
            return value;
        }
        JsonNode parent = require(document, path.subList(0, path.size() - 1), "add");
        String last = path.getLast();
        if (parent instanceof ObjectNode object) {
            object.set(last, value);
        } else if (parent instanceof ArrayNode array) {
            int at = last.equals("-") ? array.size() : index(last, array.size() + 1);
            if (at < 0 || at > array.size()) {
                throw PatchException.misfit("add operation does not apply: " + text(path)
                        + ": Unable to access invalid index: " + last + ": invalid index referenced");
            }
            array.insert(at, value);
        } else {
            throw PatchException.misfit("add operation does not apply: " + text(path) + " is in no object and no list");
        }
        return document;
    }

    private static JsonNode remove(JsonNode document, List<String> path) {
        require(document, path, "remove");
        if (path.isEmpty()) {
            throw PatchException.malformed("the whole object can't be removed by a patch");
        }
        JsonNode parent = find(document, path.subList(0, path.size() - 1));
        if (parent instanceof ObjectNode object) {
            object.remove(path.getLast());
        } else if (parent instanceof ArrayNode array) {
            array.remove(index(path.getLast(), array.size()));
        }
        return document;
    }

    /** -1 for what is no index. */
    private static int index(String part, int below) {
        if (!part.matches("0|[1-9][0-9]{0,8}")) {
            return -1;
        }
        int index = Integer.parseInt(part);
        return index < below ? index : -1;
    }

    private static String text(List<String> path) {
        return "/" + String.join("/", path);
    }
}
