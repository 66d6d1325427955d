package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** The {@code conditions} of a status; one that is as before keeps the moment of its last transition. */
final class Conditions {
    private final JsonNode before;
    private final String now;
    private final ArrayNode all = JsonNodeFactory.instance.arrayNode();

    Conditions(JsonNode before, Instant now) {
        this.before = before;
        this.now = PodStatuses.text(now);
    }

    /** @param reason one word; it and the sentence may be empty */
    ObjectNode add(String type, boolean holds, String reason, String message) {
        return add(type, holds ? "True" : "False", reason, message);
    }

    /** As {@link #add(String, boolean, String, String)}, of something that nobody can say. */
    ObjectNode addUnknown(String type, String reason, String message) {
        return add(type, "Unknown", reason, message);
    }

    private ObjectNode add(String type, String status, String reason, String message) {
        ObjectNode condition = all.addObject().put("type", type).put("status", status);
        String since = now;
        for (JsonNode old : before) {
            if (old.path("type").asText().equals(type)
                    && old.path("status").asText().equals(status)) {
                since = old.path("lastTransitionTime").asText(now);
            }
        }
        condition.put("lastTransitionTime", since);
        if (!reason.isEmpty()) {
            condition.put("reason", reason);
        }
        if (!message.isEmpty()) {
            condition.put("message", message);
        }
        return condition;
    }

    /** As {@link #add}, with a time of the last update, which is new when the status or the reason is. */
    void addUpdated(String type, boolean holds, String reason, String message) {
        ObjectNode condition = add(type, holds, reason, message);
        String updated = now;
        for (JsonNode old : before) {
            if (old.path("type").asText().equals(type)
                    && old.path("status").equals(condition.path("status"))
                    && old.path("reason").equals(condition.path("reason"))
                    && old.path("message").equals(condition.path("message"))) {
                updated = old.path("lastUpdateTime").asText(now);
            }
        }
        condition.put("lastUpdateTime", updated);
    }

    ArrayNode all() {
        return all;
    }
}
