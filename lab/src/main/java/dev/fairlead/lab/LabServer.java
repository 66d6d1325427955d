package dev.fairlead.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.door.LabDoor;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.kubeconfig.UserKubeconfig;
import dev.fairlead.lab.log.LogOptions;
import dev.fairlead.lab.log.LogReader;
import dev.fairlead.lab.model.Deletion;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.Manifest;
import dev.fairlead.lab.model.ManifestException;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.node.HostView;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.RunningContainer;
import dev.fairlead.lab.node.RunningPod;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Answers what commands ask of a running lab: {@code status}, {@code apply}, {@code delete}, {@code exec} (which tells the
 * command where to run), {@code logs}, {@code kubeconfig}, {@code page}, {@code context}, {@code files}, {@code
 * link}, {@code trace}, {@code explain}, {@code drops}, {@code flows}, {@code node-stop}, {@code node-start}, {@code stop} and {@code down}.
 */
public final class LabServer implements LabDoor.Answering {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Duration CHANGE_PATIENCE = Duration.ofSeconds(5);

    private final Lab lab;
    private final FlowsQuestion flows;
    private final CountDownLatch down = new CountDownLatch(1);

    public LabServer(Lab lab) {
        this.lab = lab;
        this.flows = new FlowsQuestion(lab);
    }

    /** Returns when somebody has asked the lab to go down. */
    public void awaitDown() throws InterruptedException {
        down.await();
    }

    @Override
    public ObjectNode answer(JsonNode request, LabDoor.Caller caller) {
        try {
            return switch (request.path("command").asText()) {
                case "status" -> StatusReport.of(lab);
                case "apply" -> apply(request);
                case "delete" -> delete(request);
                case "exec" -> exec(request);
                case "logs" -> logs(request);
                case "kubeconfig" -> kubeconfig();
                case "page" -> JSON.objectNode().put("link", lab.page.awaitOpen());
                case "context" -> {
                    lab.putContext(
                            new UserKubeconfig(Path.of(request.path("file").asText())));
                    yield JSON.objectNode();
                }
                case "files" ->
                    JSON.objectNode()
                            .put(
                                    "directory",
                                    lab.memory().requireFiles().directory().toString());
                case "trace", "explain" -> TraceQuestion.answer(lab, request, caller::isGone);
                case "drops" -> lab.drops.answer(request, caller);
                case "flows" -> flows.answer(request);
                case "link" -> LinkQuestion.answer(node(request.path("name").asText()), request);
                case "node-stop" -> {
                    lab.stopNode(request.path("name").asText());
                    yield JSON.objectNode();
                }
                case "node-start" -> {
                    lab.startNode(request.path("name").asText());
                    yield JSON.objectNode();
                }
                case "stop" -> {
                    lab.beginEnd();
                    down.countDown();
                    yield JSON.objectNode();
                }
                case "down" -> {
                    lab.memory().forgetAtEnd();
                    lab.beginEnd();
                    down.countDown();
                    yield JSON.objectNode();
                }
                default ->
                    throw new LabRefusal("this lab does not know the command '"
                            + request.path("command").asText() + "'; it was started by another version of Fairlead");
            };
        } catch (ManifestException e) {
            throw new LabRefusal(String.valueOf(e.getMessage()));
        }
    }

    /** Its path as the lab sees it, once the API is served. */
    private ObjectNode kubeconfig() {
        var unused = lab.awaitApi();
        return JSON.objectNode().put("path", LabApi.KUBECONFIG.toString());
    }

    private ObjectNode apply(JsonNode request) {
        List<Manifest> manifests = manifests(request);
        ObjectNode answer = JSON.objectNode();
        ArrayNode lines = answer.putArray("lines");
        lab.apply(manifests).forEach(change -> lines.add(change.toString()));
        notes(manifests).forEach(lines::add);
        lab.nodes().forEach(node -> {
            if (!lab.awaitFollowed(node, CHANGE_PATIENCE)) {
                lines.add("note: " + node.slot().name() + " has not followed yet; see lab logs");
            }
        });
        return answer;
    }

    private static List<Manifest> manifests(JsonNode request) {
        List<Manifest> manifests = new ArrayList<>();
        for (JsonNode file : request.path("files")) {
            manifests.add(
                    Lab.read(file.path("source").asText(), file.path("text").asText()));
        }
        return manifests;
    }

    /** What a user would otherwise wonder about. */
    static List<String> notes(List<Manifest> manifests) {
        List<String> lines = new ArrayList<>();
        for (Manifest manifest : manifests) {
            manifest.notes().forEach(note -> lines.add("note: " + note));
        }
        return lines;
    }

    private ObjectNode delete(JsonNode request) {
        List<Deletion> deletions = new ArrayList<>();
        for (Manifest manifest : manifests(request)) {
            deletions.add(lab.delete(manifest));
        }
        if (request.has("kind")) {
            deletions.add(lab.delete(kind(request), key(request)));
        }
        ObjectNode answer = JSON.objectNode();
        ArrayNode lines = answer.putArray("lines");
        ArrayNode missing = answer.putArray("missing");
        for (Deletion deletion : deletions) {
            deletion.deleted()
                    .forEach(object -> lines.add(object.kind().resourceName() + "/"
                            + object.metadata().name() + " deleted"));
            deletion.missing().forEach(finding -> missing.add(finding.toString()));
            lab.await(
                    picture -> deletion.deleted().stream()
                            .noneMatch(object -> picture.find(object.kind(), object.key())
                                    .filter(found -> found.metadata()
                                            .uid()
                                            .equals(object.metadata().uid()))
                                    .isPresent()),
                    Duration.ofSeconds(35)); // the usual grace period and a little
        }
        return answer;
    }

    private static Kind kind(JsonNode request) {
        String wanted = request.path("kind").asText();
        for (Kind kind : Kind.values()) {
            if (kind.toString().equalsIgnoreCase(wanted)
                    || kind.resourceName().startsWith(wanted + ".")
                    || kind.resourceName().equals(wanted)) {
                return kind;
            }
        }
        throw new LabRefusal("'" + wanted + "' is not a kind that can be deleted; use pod, service or deployment");
    }

    private static ObjectKey key(JsonNode request) {
        return new ObjectKey(
                request.path("namespace").asText("default"),
                request.path("name").asText());
    }

    private Pod pod(JsonNode request) {
        ObjectKey key = key(request);
        Pod pod = lab.picture().pods().get(key);
        if (pod == null) {
            throw new LabRefusal("there is no pod " + key.namespace() + "/" + key.name() + "; lab status lists them");
        }
        return pod;
    }

    private RunningContainer container(Pod pod, JsonNode request) {
        RunningPod running = lab.running(pod);
        String wanted = request.path("container").asText();
        List<String> names = new ArrayList<>();
        for (RunningContainer container : running.containers()) {
            boolean main = pod.spec().containers().contains(container.container());
            if (wanted.isEmpty() ? main : container.name().equals(wanted)) {
                return container;
            }
            names.add(container.name());
        }
        throw new LabRefusal(
                names.isEmpty()
                        ? "pod " + pod.key() + " has no running container yet"
                        : "pod " + pod.key() + " has no container '" + wanted + "'; it has "
                                + String.join(", ", names));
    }

    /** The pid whose namespaces are the pod's, as the host sees it, and the container's environment. */
    private ObjectNode exec(JsonNode request) {
        if (request.has("node")) {
            return execOnNode(request.path("node").asText());
        }
        Pod pod = pod(request);
        RunningContainer container = container(pod, request);
        ObjectNode answer = JSON.objectNode()
                .put("pid", container.viewPid().orElse(pod.status().pausePid()))
                .put("labPid", HostView.ownPid());
        ObjectNode environment = answer.putObject("environment");
        for (Map.Entry<String, String> variable : container.environment().entrySet()) {
            environment.put(variable.getKey(), variable.getValue());
        }
        return answer;
    }

    /** A node has no container: what runs there sees this machine's files and the node's root network namespace. */
    private ObjectNode execOnNode(String name) {
        ObjectNode answer = JSON.objectNode()
                .put("pid", HostView.pid(node(name).sandbox().pause()))
                .put("labPid", HostView.ownPid());
        answer.putObject("environment").put("PATH", ProgramCheck.SEARCH_PATH).put("HOSTNAME", name);
        return answer;
    }

    private LabNode node(String name) {
        for (LabNode node : lab.nodes()) {
            if (node.slot().name().equals(name)) {
                return node;
            }
        }
        throw new LabRefusal(
                lab.picture().node(name).isPresent()
                        ? "node " + name + " is stopped; ./fairlead lab node start " + name + " starts it"
                        : "there is no node " + name + "; lab status lists them");
    }

    private ObjectNode logs(JsonNode request) {
        if (request.path("name").asText().isEmpty()) {
            return JSON.objectNode().put("text", read(LabHost.LOG));
        }
        RunningContainer container = container(pod(request), request);
        String summary = container.summary();
        return JSON.objectNode().put("text", summary.isEmpty() ? printed(container) : summary + "\n");
    }

    private static String printed(RunningContainer container) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        container.log().ifPresent(log -> {
            try {
                LogReader.read(log, LogOptions.WHOLE, LogReader.Sink.to(all));
            } catch (IOException e) {
                throw new LabRefusal("could not read what " + container.name() + " printed: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return all.toString(StandardCharsets.UTF_8);
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new LabRefusal("could not read " + file + ": " + e.getMessage());
        }
    }
}
