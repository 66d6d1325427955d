package dev.fairlead.api.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** READY, STATUS and RESTARTS of a pod, by the rules of {@code printPod} in kubernetes {@code pkg/printers}. */
final class PodStatusText {
    private PodStatusText() {}

    static String ready(JsonNode pod) {
        int ready = 0;
        for (JsonNode status : pod.path("status").path("containerStatuses")) {
            ready += status.path("ready").asBoolean() && status.path("state").has("running") ? 1 : 0;
        }
        Set<String> sidecars = sidecars(pod);
        for (JsonNode status : pod.path("status").path("initContainerStatuses")) {
            boolean sidecar = sidecars.contains(status.path("name").asText());
            ready += sidecar && status.path("ready").asBoolean() ? 1 : 0;
        }
        return ready + "/" + (pod.path("spec").path("containers").size() + sidecars.size());
    }

    private static Set<String> sidecars(JsonNode pod) {
        Set<String> names = new HashSet<>();
        for (JsonNode container : pod.path("spec").path("initContainers")) {
            if (container.path("restartPolicy").asText().equals("Always")) {
                names.add(container.path("name").asText());
            }
        }
        return names;
    }

    /** Of init containers while they run; later of the others, and of the sidecars. */
    static String restarts(JsonNode pod, Instant now) {
        boolean initial = !initializing(pod).isEmpty();
        Set<String> sidecars = sidecars(pod);
        int restarts = 0;
        Instant last = Instant.MIN;
        for (String list : List.of("initContainerStatuses", "containerStatuses")) {
            for (JsonNode status : pod.path("status").path(list)) {
                boolean counts = list.startsWith("init")
                        ? initial || sidecars.contains(status.path("name").asText())
                        : !initial;
                JsonNode finished = status.path("lastState").path("terminated").path("finishedAt");
                restarts += counts ? status.path("restartCount").asInt() : 0;
                if (counts
                        && finished.isTextual()
                        && Instant.parse(finished.asText()).isAfter(last)) {
                    last = Instant.parse(finished.asText());
                }
            }
        }
        boolean known = restarts > 0 && !last.equals(Instant.MIN);
        return restarts + (known ? " (" + Age.text(java.time.Duration.between(last, now)) + " ago)" : "");
    }

    static String status(JsonNode pod) {
        JsonNode status = pod.path("status");
        String reason = status.path("reason").asText();
        if (reason.isEmpty()) {
            reason = status.path("phase").asText("Unknown");
        }
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asText().equals("PodScheduled")
                    && condition.path("reason").asText().equals("SchedulingGated")) {
                reason = "SchedulingGated";
            }
        }
        String initial = initializing(pod);
        if (!initial.isEmpty()) {
            reason = initial;
        } else {
            reason = running(status, reason);
        }
        if (pod.path("metadata").has("deletionTimestamp")) {
            return status.path("reason").asText().equals("NodeLost")
                    ? "Unknown"
                    : finished(status) ? reason : "Terminating";
        }
        return reason;
    }

    private static boolean finished(JsonNode status) {
        String phase = status.path("phase").asText();
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private static String running(JsonNode status, String otherwise) {
        String reason = otherwise;
        boolean hasRunning = false;
        JsonNode all = status.path("containerStatuses");
        for (int i = all.size() - 1; i >= 0; i--) {
            JsonNode state = all.get(i).path("state");
            if (!state.path("waiting").path("reason").asText().isEmpty()) {
                reason = state.path("waiting").path("reason").asText();
            } else if (!state.path("terminated").path("reason").asText().isEmpty()) {
                reason = state.path("terminated").path("reason").asText();
            } else if (state.has("terminated")) {
                reason = ended(state.path("terminated"));
            } else if (all.get(i).path("ready").asBoolean() && state.has("running")) {
                hasRunning = true;
            }
        }
        if (reason.equals("Completed") && hasRunning) {
            return holds(status, "Ready") ? "Running" : "NotReady";
        }
        return reason;
    }

    private static boolean holds(JsonNode status, String type) {
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static String ended(JsonNode terminated) {
        int signal = terminated.path("signal").asInt();
        return signal != 0
                ? "Signal:" + signal
                : "ExitCode:" + terminated.path("exitCode").asInt();
    }

    /** {@code Init:1/2} and its kin; empty when no init container keeps the pod. */
    private static String initializing(JsonNode pod) {
        if (holds(pod.path("status"), "Initialized")) {
            return "";
        }
        JsonNode all = pod.path("status").path("initContainerStatuses");
        Set<String> sidecars = sidecars(pod);
        int index = 0;
        for (JsonNode one : all) {
            JsonNode state = one.path("state");
            boolean done = state.has("terminated")
                    && state.path("terminated").path("exitCode").asInt() == 0;
            boolean sidecarUp = sidecars.contains(one.path("name").asText())
                    && one.path("started").asBoolean();
            if (!done && !sidecarUp) {
                if (state.has("terminated")) {
                    String reason = state.path("terminated").path("reason").asText();
                    return "Init:" + (reason.isEmpty() ? ended(state.path("terminated")) : reason);
                }
                String waiting = state.path("waiting").path("reason").asText();
                return "Init:"
                        + (waiting.isEmpty() || waiting.equals("PodInitializing")
                                ? index + "/"
                                        + pod.path("spec")
                                                .path("initContainers")
                                                .size()
                                : waiting);
            }
            index++;
        }
        return "";
    }
}
