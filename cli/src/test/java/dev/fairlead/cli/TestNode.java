package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A machine of a test: user, mount and network namespace without any link to the host, held by one process and gone with it.
 * Programs are started inside by {@code nsenter}, which becomes them, so that their ids are right.
 */
final class TestNode implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final Process holder;
    private final List<Process> started = new ArrayList<>();

    private TestNode(Process holder) {
        this.holder = holder;
    }

    /** How a program ended. */
    record Ended(int exitCode, String out, String err) {
        JsonNode json() throws IOException {
            assertThat(exitCode).as(out + err).isZero();
            return JSON.readTree(out);
        }
    }

    static TestNode start() throws Exception {
        Process holder = new ProcessBuilder(
                        "unshare", "-Urmn", "sh", "-c", "ip link set lo up; echo ready; exec sleep 600")
                .redirectErrorStream(true)
                .start();
        byte[] said = holder.getInputStream().readNBytes("ready\n".length());
        if (!new String(said, StandardCharsets.UTF_8).equals("ready\n")) {
            holder.destroyForcibly();
            Assumptions.abort("SKIPPED: no namespaces here: " + new String(said, StandardCharsets.UTF_8));
        }
        return new TestNode(holder);
    }

    private List<String> inside(List<String> command) {
        List<String> full = new ArrayList<>(
                List.of("nsenter", "-t", String.valueOf(holder.pid()), "-U", "-m", "-n", "--preserve-credentials"));
        full.addAll(command);
        return full;
    }

    /** Leaves a program running; ended by {@link #close} at the latest. */
    Started begin(String... command) throws IOException {
        return Started.program(Path.of("/"), Map.of(), inside(List.of(command)));
    }

    /** A pod's network namespace, as a runtime names it. */
    Path pod() throws Exception {
        Process pod =
                new ProcessBuilder(inside(List.of("unshare", "-n", "sh", "-c", "echo ready; exec sleep 600"))).start();
        started.add(pod);
        assertThat(pod.getInputStream().readNBytes("ready\n".length())).hasSize("ready\n".length());
        return Path.of("/proc/" + pod.pid() + "/ns/net");
    }

    Ended run(Map<String, String> environment, byte[] stdin, String... command) throws Exception {
        Path err = Files.createTempFile("node", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(inside(List.of(command))).redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            try (var in = process.getOutputStream()) {
                in.write(stdin);
            }
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Ended(process.exitValue(), out, Files.readString(err));
        } finally {
            Files.delete(err);
        }
    }

    Ended run(String... command) throws Exception {
        return run(Map.of(), new byte[0], command);
    }

    /** What {@code ip -j} says in the node. */
    JsonNode ip(String... arguments) throws Exception {
        return json(List.of("ip", "-j"), arguments);
    }

    /** What {@code ip -j} says in a pod. */
    JsonNode ipIn(Path pod, String... arguments) throws Exception {
        return json(List.of("nsenter", "--net=" + pod, "ip", "-j"), arguments);
    }

    private JsonNode json(List<String> tool, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(tool);
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new)).json();
    }

    @Override
    public void close() {
        for (Process process : started) {
            process.destroyForcibly();
        }
        holder.destroyForcibly();
    }
}
