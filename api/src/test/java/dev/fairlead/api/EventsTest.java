package dev.fairlead.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.api.serve.ApiRequest;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.api.serve.Query;
import dev.fairlead.api.serve.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One Event, two groups: whichever a client writes or reads by, it is the same object. */
class EventsTest {
    private static final String CORE = "/api/v1/namespaces/default/events";
    private static final String OTHER = "/apis/events.k8s.io/v1/namespaces/default/events";

    private final ApiRouter router = new ApiRouter(
            Api.start().registry(),
            com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode(),
            Map.of());

    private JsonNode ask(String method, String path, Map<String, List<String>> query, String type, String body) {
        Reply reply = router.answer(new ApiRequest(
                method, path, new Query(query), "application/json", type, body.getBytes(StandardCharsets.UTF_8)));
        return ((Reply.Document) reply).body();
    }

    private JsonNode get(String path) {
        return ask("GET", path, Map.of(), "", "");
    }

    private void createByTheOtherGroup() {
        JsonNode created = ask("POST", OTHER, Map.of(), "application/json", """
                {"kind": "Event", "apiVersion": "events.k8s.io/v1", "metadata": {"name": "a", "namespace": "default"},
                 "regarding": {"kind": "Pod", "namespace": "default", "name": "web"}, "note": "it happened",
                 "reason": "Happened", "type": "Normal", "action": "Act", "eventTime": "2026-01-01T00:00:00.000000Z",
                 "reportingController": "me", "reportingInstance": "me-1", "deprecatedCount": 3}
                """);
        assertThat(created.path("apiVersion").asText()).isEqualTo("events.k8s.io/v1");
        assertThat(created.path("note").asText()).isEqualTo("it happened");
    }

    @Test
    void whatOneGroupWritesTheOtherReads() {
        createByTheOtherGroup();
        JsonNode core = get(CORE + "/a");
        assertThat(core.path("apiVersion").asText()).isEqualTo("v1");
        assertThat(core.path("message").asText()).isEqualTo("it happened");
        assertThat(core.path("involvedObject").path("name").asText()).isEqualTo("web");
        assertThat(core.path("reportingComponent").asText()).isEqualTo("me");
        assertThat(core.path("count").asInt()).isEqualTo(3);
        assertThat(core.has("note")).isFalse();
        JsonNode other = get(OTHER + "/a");
        assertThat(other.path("metadata")).isEqualTo(core.path("metadata"));
        assertThat(other.path("regarding")).isEqualTo(core.path("involvedObject"));
        assertThat(other.path("deprecatedCount").asInt()).isEqualTo(3);
    }

    @Test
    void bothAreListedAndChosenByTheirOwnFields() {
        createByTheOtherGroup();
        JsonNode list = ask("GET", OTHER, Map.of("fieldSelector", List.of("regarding.name=web")), "", "");
        assertThat(list.path("kind").asText()).isEqualTo("EventList");
        assertThat(list.path("items")).hasSize(1);
        assertThat(list.path("items").path(0).path("note").asText()).isEqualTo("it happened");
        assertThat(ask("GET", OTHER, Map.of("fieldSelector", List.of("regarding.name=other")), "", "")
                        .path("items"))
                .isEmpty();
        assertThat(ask("GET", CORE, Map.of("fieldSelector", List.of("involvedObject.name=web")), "", "")
                        .path("items"))
                .hasSize(1);
        assertThat(ask("GET", OTHER, Map.of("fieldSelector", List.of("involvedObject.name=web")), "", "")
                        .path("message")
                        .asText())
                .isEqualTo("field label not supported: involvedObject.name");
    }

    @Test
    void patchedAndDeletedByTheOtherGroup() {
        createByTheOtherGroup();
        JsonNode patched =
                ask("PATCH", OTHER + "/a", Map.of(), "application/merge-patch+json", "{\"note\": \"again\"}");
        assertThat(patched.path("note").asText()).isEqualTo("again");
        assertThat(get(CORE + "/a").path("message").asText()).isEqualTo("again");
        assertThat(ask("DELETE", OTHER + "/a", Map.of(), "", "").path("status").asText())
                .isEqualTo("Success");
        assertThat(get(CORE + "/a").path("reason").asText()).isEqualTo("NotFound");
    }
}
