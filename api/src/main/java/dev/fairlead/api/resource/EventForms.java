package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * Events in both their forms: kept is {@code v1}, and {@code events.k8s.io/v1} is the same with other names (kubernetes {@code
 * pkg/apis/events/v1/conversion.go}).
 */
public final class EventForms {
    /** From the member of {@code events.k8s.io/v1} to that of {@code v1}. */
    private static final Map<String, String> NAMES = Map.of(
            "note", "message",
            "regarding", "involvedObject",
            "reportingController", "reportingComponent",
            "deprecatedSource", "source",
            "deprecatedFirstTimestamp", "firstTimestamp",
            "deprecatedLastTimestamp", "lastTimestamp",
            "deprecatedCount", "count");

    private EventForms() {}

    /** As a resource shows an object that is kept. */
    public static ObjectNode shown(Resource resource, ObjectNode kept) {
        return resource.equals(Resources.EVENTS_V1) ? renamed(kept, resource, false) : kept;
    }

    /** As an Event of {@code events.k8s.io/v1} is kept. */
    public static ObjectNode kept(JsonNode shown) {
        return renamed(shown, Resources.EVENTS, true);
    }

    private static ObjectNode renamed(JsonNode from, Resource to, boolean toKept) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("kind", to.kind()).put("apiVersion", to.apiVersion());
        for (Map.Entry<String, JsonNode> member : from.properties()) {
            String name = member.getKey();
            if (!name.equals("kind") && !name.equals("apiVersion")) {
                object.set(toKept ? NAMES.getOrDefault(name, name) : shownName(name), member.getValue());
            }
        }
        return object;
    }

    private static String shownName(String kept) {
        for (Map.Entry<String, String> name : NAMES.entrySet()) {
            if (name.getValue().equals(kept)) {
                return name.getKey();
            }
        }
        return kept;
    }
}
