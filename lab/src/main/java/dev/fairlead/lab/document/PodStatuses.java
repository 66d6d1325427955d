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
import dev.fairlead.lab.model.PodStatus.Phase;
import dev.fairlead.packet.Ip;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What became of a pod, as {@code status} of a {@code v1 Pod} says it (k8s.io/api {@code core/v1 PodStatus}, {@code
 * pkg/kubelet/status/generate.go}).
 */
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
            boolean after = !pod.spec().initContainers().isEmpty();
            containers(status, "initContainerStatuses", pod, pod.spec().initContainers(), true, from.initContainers());
            containers(status, "containerStatuses", pod, pod.spec().containers(), after, from.containers());
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
        Conditions conditions = new Conditions(before, now);
        if (scheduled) {
            conditions.add("PodReadyToStartContainers", !from.podIps().isEmpty(), "", "");
            List<String> incomplete = incomplete(pod);
            boolean over = from.phase() == Phase.SUCCEEDED;
            conditions.add(
                    "Initialized",
                    incomplete.isEmpty(),
                    over ? "PodCompleted" : incomplete.isEmpty() ? "" : "ContainersNotInitialized",
                    incomplete.isEmpty() ? "" : "containers with incomplete status: [" + join(incomplete) + "]");
            String unready = unready(from);
            String reason = from.ready()
                    ? ""
                    : over ? "PodCompleted" : from.phase() == Phase.FAILED ? "PodFailed" : "ContainersNotReady";
            conditions.add("Ready", from.ready(), reason, unready);
            conditions.add("ContainersReady", from.ready(), reason, unready);
        }
        boolean held = !scheduled && !from.reason().isEmpty();
        conditions.add("PodScheduled", scheduled, held ? "Unschedulable" : "", held ? from.reason() : "");
        return conditions.all();
    }

    /** The init containers that haven't done their work yet. */
    private static List<String> incomplete(Pod pod) {
        List<String> names = new ArrayList<>();
        boolean mainsRan = pod.status().phase() != Phase.PENDING;
        for (Container container : pod.spec().initContainers()) {
            Optional<ContainerStatus> status = find(pod.status().initContainers(), container.name());
            boolean done = status.filter(one -> container.sidecar() ? one.started() || mainsRan : one.ready())
                    .isPresent();
            if (!done) {
                names.add(container.name());
            }
        }
        return names;
    }

    private static String unready(PodStatus status) {
        if (status.ready() || status.phase().over()) {
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
                : names.isEmpty() ? "" : "containers with unready status: [" + join(names) + "]";
    }

    private static String join(List<String> names) {
        return String.join(" ", names);
    }

    private static Optional<ContainerStatus> find(List<ContainerStatus> statuses, String name) {
        return statuses.stream().filter(one -> one.name().equals(name)).findFirst();
    }

    /** @param afterOthers whether they wait for init containers */
    private static void containers(
            ObjectNode status,
            String member,
            Pod pod,
            List<Container> containers,
            boolean afterOthers,
            List<ContainerStatus> statuses) {
        for (Container container : containers) {
            ContainerStatus one = find(statuses, container.name())
                    .orElseGet(() -> new ContainerStatus(
                            container.name(),
                            new State.Waiting(
                                    afterOthers ? "PodInitializing" : "ContainerCreating",
                                    pod.status().reason()),
                            Optional.empty(),
                            false,
                            false,
                            0));
            status.withArrayProperty(member).add(container(pod, container, one));
        }
    }

    private static ObjectNode container(Pod pod, Container container, ContainerStatus status) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("name", container.name())
                .put("image", container.image())
                .put("imageID", "")
                .put("ready", status.ready())
                .put("started", status.started())
                .put("restartCount", status.restartCount());
        String id = "fairlead://" + pod.metadata().uid() + "/" + container.name();
        json.set("state", state(status.state(), id));
        json.set(
                "lastState",
                status.last().map(last -> state(last, id)).orElseGet(JsonNodeFactory.instance::objectNode));
        if (!(status.state() instanceof State.Waiting) || status.last().isPresent()) {
            json.put("containerID", id);
        }
        return json;
    }

    private static ObjectNode state(State state, String id) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        switch (state) {
            case State.Waiting waiting -> {
                ObjectNode why = json.putObject("waiting").put("reason", waiting.reason());
                if (!waiting.message().isEmpty()) {
                    why.put("message", waiting.message());
                }
            }
            case State.Running running -> json.putObject("running").put("startedAt", text(running.startedAt()));
            case State.Terminated terminated -> {
                ObjectNode why = json.putObject("terminated")
                        .put("exitCode", terminated.exitCode())
                        .put("reason", terminated.reason());
                if (!terminated.message().isEmpty()) {
                    why.put("message", terminated.message());
                }
                why.put("startedAt", text(terminated.startedAt()))
                        .put("finishedAt", text(terminated.finishedAt()))
                        .put("containerID", id);
            }
        }
        return json;
    }

    /**
     * What a node that comes back knows of a pod that it had: one that is over stays so, of another no container runs yet, and
     * each that had begun will have been restarted once more.
     */
    static PodStatus afterReboot(JsonNode status) {
        List<ContainerStatus> containers = afterReboot(status, "containerStatuses");
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
        return new PodStatus(
                phase,
                "",
                ips,
                started,
                0,
                "",
                containers,
                ObjectMeta.NEVER,
                afterReboot(status, "initContainerStatuses"));
    }

    private static boolean isOver(JsonNode status) {
        String phase = status.path("phase").asText();
        return phase.equals(PodStatus.Phase.SUCCEEDED.toString()) || phase.equals(PodStatus.Phase.FAILED.toString());
    }

    private static List<ContainerStatus> afterReboot(JsonNode status, String member) {
        List<ContainerStatus> containers = new ArrayList<>();
        status.path(member).forEach(container -> containers.add(afterReboot(container, isOver(status))));
        return containers;
    }

    private static ContainerStatus afterReboot(JsonNode container, boolean over) {
        String name = container.path("name").asText();
        int restarts = container.path("restartCount").asInt();
        Optional<State.Terminated> ended = ended(container.path("state"));
        if (over && ended.isPresent()) {
            return new ContainerStatus(name, ended.get(), Optional.empty(), false, false, restarts);
        }
        JsonNode running = container.path("state").path("running");
        Optional<State.Terminated> last = running.isObject()
                ? Optional.of(lost(instant(running.path("startedAt"))))
                : ended.or(() -> ended(container.path("lastState")));
        State waiting = new State.Waiting("ContainerCreating", "");
        return new ContainerStatus(name, waiting, last, false, false, restarts);
    }

    /** How a kubelet shows the end of a container that it wasn't there to see. */
    private static State.Terminated lost(Instant started) {
        return new State.Terminated(255, "Unknown", "", started, started);
    }

    private static Optional<State.Terminated> ended(JsonNode state) {
        JsonNode ended = state.path("terminated");
        return ended.isObject()
                ? Optional.of(new State.Terminated(
                        ended.path("exitCode").asInt(),
                        ended.path("reason").asText(),
                        ended.path("message").asText(),
                        instant(ended.path("startedAt")),
                        instant(ended.path("finishedAt"))))
                : Optional.empty();
    }

    private static Instant instant(JsonNode time) {
        return time.isTextual() ? Instant.parse(time.asText()) : ObjectMeta.NEVER;
    }

    /** As the API writes times: in whole seconds. */
    static String text(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
