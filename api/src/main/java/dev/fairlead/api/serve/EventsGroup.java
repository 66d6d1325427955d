package dev.fairlead.api.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.ApiException;
import dev.fairlead.api.resource.EventForms;
import dev.fairlead.api.resource.Resources;
import java.util.function.UnaryOperator;

/** Requests for Events of {@code events.k8s.io}, as requests for the {@code v1} Events that are kept. */
final class EventsGroup {
    private EventsGroup() {}

    static boolean isOf(Target target) {
        return target.resource().equals(Resources.EVENTS_V1);
    }

    static Target kept(Target target) {
        return new Target(Resources.EVENTS, target.namespace(), target.name(), target.subresource());
    }

    /** With a body in the form that is kept. */
    static ApiRequest kept(ApiRequest request) {
        boolean writes = request.method().equals("POST") || request.method().equals("PUT");
        if (!writes) {
            return request;
        }
        try {
            return new ApiRequest(
                    request.method(),
                    request.path(),
                    request.query(),
                    request.accept(),
                    "application/json",
                    ApiRequest.JSON.writeValueAsBytes(EventForms.kept(request.document())));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw ApiException.badRequest("the body could not be read: " + e.getMessage());
        }
    }

    static UnaryOperator<ObjectNode> kept(UnaryOperator<ObjectNode> change) {
        return before -> EventForms.kept(change.apply(EventForms.shown(Resources.EVENTS_V1, before)));
    }

    static Reply shown(Reply reply) {
        return reply instanceof Reply.Document document
                        && document.body().path("kind").asText().equals("Event")
                ? new Reply.Document(
                        document.status(),
                        EventForms.shown(Resources.EVENTS_V1, (ObjectNode) document.body()),
                        document.warnings())
                : reply;
    }
}
