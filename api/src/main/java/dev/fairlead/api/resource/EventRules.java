package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Events: an Event lies in the namespace of what it is about ({@code pkg/apis/core/validation/events.go}). */
final class EventRules implements Rules {
    @Override
    public void validate(ObjectNode event, List<FieldError> errors) {
        String namespace = event.path("metadata").path("namespace").asText();
        String about = event.path("involvedObject").path("namespace").asText();
        boolean fits = about.isEmpty() ? namespace.equals("default") : about.equals(namespace);
        if (!fits) {
            errors.add(FieldError.invalid("involvedObject.namespace", about, "does not match event.namespace"));
        }
    }
}
