package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RunningProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A lab that a test started by {@code ./fairlead lab up}, driven by the commands that a user has. Closing it takes it down and
 * fails where anything of it is left.
 */
final class TestLab implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String name;
    private Traces traces;

    private TestLab(String name, Traces traces) {
        this.name = name;
        this.traces = traces;
    }

    /** A name that no other lab of this machine has. */
    static String freshName() {
        return "test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    }

    /** Starts one with a manifest, given on standard input, and waits until its pods are ready. */
    static TestLab up(String manifest, String... options) {
        String name = freshName();
        Ran up = start(name, manifest, options);
        if (up.exitCode()
                != 0) { // it may be up all the same, without some of its pods, and nobody else would take it down
            var unused = Ran.fairlead("lab", "down", "--name", name);
        }
        up.ok();
        return running(name);
    }

    /** {@code lab up}, whatever comes of it. */
    static Ran start(String name, String manifest, String... options) {
        List<String> arguments = new ArrayList<>(List.of("lab", "up", "--name", name));
        if (!manifest.isEmpty()) {
            arguments.addAll(List.of("-f", "-"));
        }
        arguments.addAll(List.of(options));
        return Ran.fairlead(Map.of(), manifest, arguments);
    }

    /** One that is up already. */
    static TestLab running(String name) {
        TestLab lab = new TestLab(name, new Traces(java.util.Set.of(), java.util.Set.of()));
        lab.traces = lab.traces();
        return lab;
    }

    String name() {
        return name;
    }

    /** {@code ./fairlead lab COMMAND --name NAME ARGUMENT...}. */
    Ran lab(String command, String... arguments) {
        return labWithInput("", command, arguments);
    }

    Ran labWithInput(String stdin, String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of("lab", command, "--name", name));
        all.addAll(List.of(arguments));
        return Ran.fairlead(Map.of(), stdin, all);
    }

    /** {@code lab exec POD -- COMMAND...}. */
    Ran exec(String pod, String... command) {
        List<String> arguments = new ArrayList<>(List.of(pod, "--"));
        arguments.addAll(List.of(command));
        return lab("exec", arguments.toArray(String[]::new));
    }

    /** What {@code lab exec POD -- COMMAND...} printed, without white space around it. */
    String in(String pod, String... command) {
        return exec(pod, command).ok().strip();
    }

    /** What a URL answers to a pod; the pod's {@code curl} must succeed within 3 s. */
    String get(String pod, String url) {
        return in(pod, "curl", "-sS", "-m", "3", url);
    }

    // ---- what it says of itself

    JsonNode status() {
        String json = lab("status", "--json").ok();
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("lab status --json printed no JSON: " + json, e);
        }
    }

    static Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    static JsonNode named(JsonNode list, String name) {
        return stream(list)
                .filter(entry -> entry.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + list.toPrettyString()));
    }

    JsonNode node(String node) {
        return named(status().path("nodes"), node);
    }

    JsonNode pod(String pod) {
        return named(status().path("pods"), pod);
    }

    JsonNode service(String service) {
        return named(status().path("services"), service);
    }

    String podIp(String pod) {
        return pod(pod).path("ip").asText();
    }

    String serviceIp(String service) {
        return service(service).path("ip").asText();
    }

    /** Pods whose name begins so and that aren't on their way out. */
    List<JsonNode> podsOf(String deployment) {
        return stream(status().path("pods"))
                .filter(pod -> pod.path("name").asText().startsWith(deployment + "-"))
                .filter(pod -> !pod.path("phase").asText().equals("Terminating"))
                .toList();
    }

    /** Waits until the status is as wanted, and returns it. */
    JsonNode await(Predicate<JsonNode> wanted) {
        JsonNode[] last = {JSON.nullNode()};
        Poll.until(
                PATIENCE,
                () -> {
                    last[0] = status();
                    return wanted.test(last[0]);
                },
                () -> last[0].toPrettyString());
        return last[0];
    }

    /** Waits until all pods are ready and none is on its way out. */
    JsonNode awaitSettled() {
        return await(status -> stream(status.path("pods"))
                .allMatch(pod -> pod.path("ready").asBoolean()
                        && !pod.path("phase").asText().equals("Terminating")));
    }

    // ---- independent witnesses

    /**
     * Runs a tool in the network namespace that a node or pod of the status names. For root the path must do as it is; an
     * ordinary user has no rights there but from within the lab's user namespace.
     */
    static String witness(JsonNode nodeOrPod, String... command) {
        Oracle.assumeInstalled(command[0]);
        return Ran.program(Map.of(), "", inside(nodeOrPod, command)).ok();
    }

    /** As {@link #witness}, a program that goes on; it must be closed. */
    static RunningProgram beside(JsonNode nodeOrPod, String... command) {
        Oracle.assumeInstalled(command[0]);
        return RunningProgram.start(inside(nodeOrPod, command));
    }

    /** {@code ./fairlead ARGUMENT...} that goes on; it must be closed. */
    static RunningProgram fairleadBeside(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                "env", "FAIRLEAD_NO_BUILD=1", Started.HOME.resolve("fairlead").toString()));
        command.addAll(List.of(arguments));
        return RunningProgram.start(command);
    }

    private static List<String> inside(JsonNode nodeOrPod, String... command) {
        String netns = nodeOrPod.path("netns").asText();
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + netns));
        if (!isRoot()) {
            all.addAll(List.of("--user=" + netns.replace("/ns/net", "/ns/user"), "--preserve-credentials"));
        }
        all.addAll(List.of(command));
        return all;
    }

    static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            throw new UncheckedIOException("asking who this is", e);
        }
    }

    /** As {@link #witness}, of a tool that prints JSON. */
    static JsonNode jsonWitness(JsonNode nodeOrPod, String... command) {
        return json(witness(nodeOrPod, command), command);
    }

    static JsonNode json(String json, String... command) {
        try {
            return json.isBlank() ? JSON.createArrayNode() : JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(String.join(" ", command) + " printed no JSON: " + json, e);
        }
    }

    /** The lab's own process and everything that it occupies now. */
    Traces traces() {
        return Traces.of(pid());
    }

    long pid() {
        return status().path("pid").asLong();
    }

    /** Whether the abstract socket on which it takes commands is there, by the kernel's own list. */
    boolean hasDoor() {
        try {
            String suffix = "/" + name;
            return Files.readAllLines(Path.of("/proc/net/unix")).stream()
                    .anyMatch(line -> line.contains(" @fairlead/") && line.endsWith(suffix));
        } catch (IOException e) {
            throw new UncheckedIOException("reading /proc/net/unix", e);
        }
    }

    @Override
    public void close() {
        if (hasDoor()) {
            traces = traces();
            assertThat(lab("down").ok()).isEqualTo("lab '" + name + "' is down\n");
        }
        assertGone();
    }

    void assertGone() {
        Objects.requireNonNull(traces).assertGone();
        Poll.until(PATIENCE, () -> !hasDoor(), () -> "the abstract socket of " + name + " is still there");
    }
}
