package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerStatus;
import dev.fairlead.lab.model.ContainerStatus.State;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodStatus;
import dev.fairlead.packet.Ip;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** What became of a pod, as {@code status} of a {@code v1 Pod} says it (k8s.io/api {@code core/v1 PodStatus}). */
final class PodStatuses {
    private PodStatuses() {}

    /**
     * @param before the status so far; what it says of unchanged conditions stays
     * @param hostIps of its node
     */
    static ObjectNode of(Pod pod, JsonNode before, List<Ip> hostIps, Instant now) {
        PodStatus from = pod.status();
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("phase", from.phase().toString());
        if (before.has("qosClass")) {
            status.set("qosClass", before.get("qosClass"));
        }
        status.set("conditions", conditions(pod, before.path("conditions"), now));
        addresses(status, "hostIP", "hostIPs", hostIps);
        addresses(status, "podIP", "podIPs", from.podIps());
        if (!from.startTime().equals(ObjectMeta.NEVER)) {
            status.put("startTime", text(from.startTime()));
        }
        if (!pod.spec().nodeName().isEmpty()) {
            ArrayNode all = status.putArray("containerStatuses");
            for (Container container : pod.spec().containers()) {
                all.add(container(pod, container));
            }
        }
        return status;
    }

    private static void addresses(ObjectNode status, String one, String all, List<Ip> ips) {
        if (!ips.isEmpty()) {
            status.put(one, ips.getFirst().toString());
            ips.forEach(ip -> status.withArrayProperty(all).addObject().put("ip", ip.toString()));
        }
    }

    private static ArrayNode conditions(Pod pod, JsonNode before, Instant now) {
        PodStatus from = pod.status();
        boolean scheduled = !pod.spec().nodeName().isEmpty();
        boolean over = from.phase() == PodStatus.Phase.SUCCEEDED;
        Conditions conditions = new Conditions(before, now);
        if (scheduled) {
            conditions.add("PodReadyToStartContainers", !from.podIps().isEmpty(), "", "");
            conditions.add("Initialized", true, over ? "PodCompleted" : "", "");
            String unready = unready(from);
            String reason = from.ready() ? "" : over ? "PodCompleted" : "ContainersNotReady";
            conditions.add("Ready", from.ready(), reason, unready);
            conditions.add("ContainersReady", from.ready(), reason, unready);
        }
        boolean held = !scheduled && !from.reason().isEmpty();
        conditions.add("PodScheduled", scheduled, held ? "Unschedulable" : "", held ? from.reason() : "");
        return conditions.all();
    }

    private static String unready(PodStatus status) {
        if (status.ready() || status.phase() == PodStatus.Phase.SUCCEEDED) {
            return "";
        }
        List<String> names = new ArrayList<>();
        for (ContainerStatus container : status.containers()) {
            if (!container.ready()) {
                names.add(container.name());
            }
        }
        return !status.reason().isEmpty()
                ? status.reason()
                : names.isEmpty() ? "" : "containers with unready status: [" + String.join(" ", names) + "]";
    }

    private static ObjectNode container(Pod pod, Container container) {
        ContainerStatus status = pod.status().containers().stream()
                .filter(one -> one.name().equals(container.name()))
                .findFirst()
                .orElse(new ContainerStatus(
                        container.name(),
                        new State.Waiting("ContainerCreating", pod.status().reason()),
                        false,
                        0));
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("name", container.name())
                .put("image", container.image())
                .put("imageID", "")
                .put("ready", status.ready())
                .put("started", status.state() instanceof State.Running)
                .put("restartCount", status.restartCount());
        String id = "fairlead://" + pod.metadata().uid() + "/" + container.name();
        ObjectNode state = json.putObject("state");
        switch (status.state()) {
            case State.Waiting waiting -> {
                ObjectNode why = state.putObject("waiting").put("reason", waiting.reason());
                if (!waiting.message().isEmpty()) {
                    why.put("message", waiting.message());
                }
            }
            case State.Running running -> {
                state.putObject("running").put("startedAt", text(running.startedAt()));
                json.put("containerID", id);
            }
            case State.Terminated terminated -> {
                state.putObject("terminated")
                        .put("exitCode", terminated.exitCode())
                        .put("reason", terminated.reason())
                        .put("finishedAt", text(terminated.finishedAt()))
                        .put("containerID", id);
                json.put("containerID", id);
            }
        }
        json.putObject("lastState");
        return json;
    }

    /**
     * What a node that comes back knows of a pod that it had: one that is over stays so, of another no container runs yet, and
     * each that had begun will have been restarted once more.
     */
    static PodStatus afterReboot(JsonNode status) {
        List<ContainerStatus> containers = new ArrayList<>();
        for (JsonNode container : status.path("containerStatuses")) {
            containers.add(afterReboot(container, isOver(status)));
        }
        List<Ip> ips = new ArrayList<>();
        if (isOver(status)) {
            status.path("podIPs").forEach(ip -> Ip.parse(ip.path("ip").asText()).ifPresent(ips::add));
        }
        PodStatus.Phase phase = PodStatus.Phase.PENDING;
        for (PodStatus.Phase one : PodStatus.Phase.values()) {
            phase = one.toString().equals(status.path("phase").asText()) ? one : phase;
        }
        Instant started =
                status.has("startTime") ? Instant.parse(status.path("startTime").asText()) : ObjectMeta.NEVER;
        return new PodStatus(phase, "", ips, started, 0, "", containers, ObjectMeta.NEVER);
    }

    private static boolean isOver(JsonNode status) {
        String phase = status.path("phase").asText();
        return phase.equals(PodStatus.Phase.SUCCEEDED.toString()) || phase.equals(PodStatus.Phase.FAILED.toString());
    }

    private static ContainerStatus afterReboot(JsonNode container, boolean over) {
        String name = container.path("name").asText();
        int restarts = container.path("restartCount").asInt();
        JsonNode ended = container.path("state").path("terminated");
        if (over && ended.isObject()) {
            State.Terminated state = new State.Terminated(
                    ended.path("exitCode").asInt(),
                    ended.path("reason").asText(),
                    Instant.parse(ended.path("finishedAt").asText()));
            return new ContainerStatus(name, state, false, restarts);
        }
        boolean begun = container.path("state").has("running") || ended.isObject() || restarts > 0;
        return new ContainerStatus(
                name, new State.Waiting("ContainerCreating", ""), false, begun ? restarts + 1 : restarts);
    }

    /** As the API writes times: in whole seconds. */
    static String text(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
