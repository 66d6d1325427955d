package dev.fairlead.cluster;

import com.fasterxml.jackson.databind.JsonNode;

/** Which object of a kind: prints as {@code namespace/name}, or {@code name} where there is no namespace. */
record ObjectName(String namespace, String name) {

    static ObjectName of(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return new ObjectName(
                metadata.path("namespace").asText(""), metadata.path("name").asText(""));
    }

    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
