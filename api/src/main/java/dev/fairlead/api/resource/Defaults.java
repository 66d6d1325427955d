package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Setting what was left out. */
final class Defaults {
    private Defaults() {}

    static void text(ObjectNode object, String name, String value) {
        if (object.path(name).asText().isEmpty() && !object.path(name).isContainerNode()) {
            object.put(name, value);
        }
    }

    static void number(ObjectNode object, String name, long value) {
        if (!object.has(name)) {
            object.put(name, value);
        }
    }

    static void flag(ObjectNode object, String name, boolean value) {
        if (!object.has(name)) {
            object.put(name, value);
        }
    }

    /** The object under a name, made where it isn't there. */
    static ObjectNode object(ObjectNode parent, String name) {
        return parent.path(name) instanceof ObjectNode there ? there : parent.putObject(name);
    }

    /** {@code protocol: TCP} for each port of a list. */
    static void protocols(JsonNode ports) {
        for (JsonNode port : ports) {
            text((ObjectNode) port, "protocol", "TCP");
        }
    }
}
