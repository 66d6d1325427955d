package dev.fairlead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * A client library that others wrote, doing what kubectl's commands do. Objects go through the library's own classes, so that
 * what those don't take shows.
 */
interface Witness extends AutoCloseable {
    /** Somebody refused. */
    final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final transient JsonNode status;

        /** @param status as the library has read it */
        Refused(JsonNode status) {
            super(status.path("message").asText());
            this.status = status;
        }

        JsonNode status() {
            return status;
        }
    }

    /** What a command ended with. */
    record Ended(String out, int exitCode) {}

    JsonNode create(StoryKind kind, String namespace, JsonNode document) throws Refused;

    JsonNode replace(StoryKind kind, String namespace, JsonNode document) throws Refused;

    JsonNode get(StoryKind kind, String namespace, String name) throws Refused;

    /** @param namespace empty for all */
    List<JsonNode> list(StoryKind kind, String namespace, String labels, String fields) throws Refused;

    /** @param type {@code json}, {@code merge} or {@code strategic} */
    JsonNode patch(StoryKind kind, String namespace, String name, String type, String patch) throws Refused;

    /** @param cascade {@code Background}, {@code Foreground} or {@code Orphan} */
    void delete(StoryKind kind, String namespace, String name, String cascade) throws Refused;

    void scale(String namespace, String deployment, int replicas) throws Refused;

    /** Waits, by a watch, until an object is as wanted. Nothing stands for an object that is gone. */
    void await(StoryKind kind, String namespace, String name, java.util.function.Predicate<Optional<JsonNode>> wanted)
            throws Exception;

    String logs(String namespace, String pod) throws Refused;

    Ended exec(String namespace, String pod, List<String> command) throws Exception;

    @Override
    void close();
}
