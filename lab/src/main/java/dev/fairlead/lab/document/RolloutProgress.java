package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.control.RolloutStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Whether a Deployment gets on with its change, as its condition {@code Progressing} says it ({@code progress.go} and {@code
 * sync.go} of the Deployment controller): each pod that is replaced or becomes ready moves the deadline, {@code
 * spec.progressDeadlineSeconds} after the condition's {@code lastUpdateTime}.
 */
final class RolloutProgress {
    private static final String COMPLETE = "NewReplicaSetAvailable";
    private static final String CREATED = "NewReplicaSetCreated";
    private static final String UPDATED = "ReplicaSetUpdated";
    private static final String TIMED_OUT = "ProgressDeadlineExceeded";
    private static final String PAUSED = "DeploymentPaused";
    private static final String RESUMED = "DeploymentResumed";

    private final JsonNode document;
    private final RolloutStatus rollout;
    private final Instant now;
    private final JsonNode before;

    private RolloutProgress(JsonNode document, RolloutStatus rollout, Instant now) {
        this.document = document;
        this.rollout = rollout;
        this.now = now;
        this.before = progressing(document);
    }

    private static JsonNode progressing(JsonNode document) {
        for (JsonNode condition : document.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Progressing")) {
                return condition;
            }
        }
        return JsonNodeFactory.instance.missingNode();
    }

    /** A Deployment that sets no deadline has no such condition; the API server sets one where nothing is said. */
    private static boolean hasDeadline(JsonNode document) {
        long seconds = document.path("spec").path("progressDeadlineSeconds").asLong(Integer.MAX_VALUE);
        return seconds != Integer.MAX_VALUE;
    }

    /** @param document the Deployment with its status so far */
    static Optional<ObjectNode> condition(JsonNode document, RolloutStatus rollout, Instant now) {
        return hasDeadline(document)
                ? Optional.of(new RolloutProgress(document, rollout, now).condition())
                : Optional.empty();
    }

    /** When a Deployment will have exceeded its deadline unless something happens. */
    static Optional<Instant> deadline(JsonNode document) {
        JsonNode condition = progressing(document);
        boolean waits = List.of(CREATED, UPDATED, RESUMED)
                .contains(condition.path("reason").asText());
        return hasDeadline(document) && waits && condition.has("lastUpdateTime")
                ? Optional.of(Instant.parse(condition.path("lastUpdateTime").asText())
                        .plus(Duration.ofSeconds(document.path("spec")
                                .path("progressDeadlineSeconds")
                                .asLong())))
                : Optional.empty();
    }

    private ObjectNode condition() {
        String reason = before.path("reason").asText();
        boolean paused = document.path("spec").path("paused").asBoolean();
        if (paused && !reason.equals(TIMED_OUT)) {
            return made("Unknown", PAUSED, "Deployment is paused");
        }
        if (reason.equals(PAUSED) && !paused && !rollout.complete()) {
            return made("Unknown", RESUMED, "Deployment is resumed");
        }
        String set = "ReplicaSet \"" + rollout.current() + "\"";
        if (!paused && !rollout.complete() && isNewRevision()) {
            return fresh("True", CREATED, "Created new replica set \"" + rollout.current() + "\"");
        }
        boolean was = reason.equals(COMPLETE) && rollout.replicas() == rollout.updated();
        if (paused || was) {
            return kept();
        }
        if (rollout.complete()) {
            return made("True", COMPLETE, set + " has successfully progressed.");
        }
        if (before.isMissingNode() || hasProgressed()) {
            return fresh("True", UPDATED, set + " is progressing.");
        }
        if (deadline(document).filter(now::isAfter).isPresent()) {
            return made("False", TIMED_OUT, set + " has timed out progressing.");
        }
        return kept();
    }

    /** Whether what is rolled out is another version than what was: its time begins now. */
    private boolean isNewRevision() {
        String known = document.path("metadata")
                .path("annotations")
                .path(RolloutStatus.REVISION)
                .asText();
        return rollout.revision() > 0 && !known.equals(Long.toString(rollout.revision()));
    }

    /** As {@code DeploymentProgressing} has it. */
    private boolean hasProgressed() {
        JsonNode status = document.path("status");
        int updated = status.path("updatedReplicas").asInt();
        int old = status.path("replicas").asInt() - updated;
        return rollout.updated() > updated
                || rollout.replicas() - rollout.updated() < old
                || rollout.ready() > status.path("readyReplicas").asInt()
                || rollout.available() > status.path("availableReplicas").asInt();
    }

    private ObjectNode kept() {
        return before.deepCopy() instanceof ObjectNode condition
                ? condition
                : fresh("True", UPDATED, "ReplicaSet \"" + rollout.current() + "\" is progressing.");
    }

    /** With the times of before, where it says the same. */
    private ObjectNode made(String status, String reason, String message) {
        boolean same = before.path("status").asText().equals(status)
                && before.path("reason").asText().equals(reason);
        return same ? kept() : fresh(status, reason, message);
    }

    private ObjectNode fresh(String status, String reason, String message) {
        String time = PodStatuses.text(now);
        boolean stays = before.path("status").asText().equals(status);
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "Progressing")
                .put("status", status)
                .put("lastUpdateTime", time)
                .put(
                        "lastTransitionTime",
                        stays ? before.path("lastTransitionTime").asText(time) : time)
                .put("reason", reason)
                .put("message", message);
    }
}
