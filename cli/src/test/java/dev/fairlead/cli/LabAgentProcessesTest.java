package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Agents in processes of their own die and come back, as on real nodes.
 *
 * <pre>
 *   node-1: client, agent ──┐
 *                           ├ switch
 *   node-2: web, agent ─────┘    ← this agent is killed
 * </pre>
 */
@HostUnchanged
class LabAgentProcessesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CLUSTER = """
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec: {nodeName: node-1, containers: [{name: main, image: host, command: [sleep, infinity]}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            ---
            """;

    private static String web(String name) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, labels: {app: web}}
                spec:
                  nodeName: node-2
                  tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute}]
                  containers: [{name: main, image: fairlead/http}]
                """.formatted(name);
    }

    /** The agent of a node, among the processes of this lab, which all are in its PID namespace. */
    static Optional<ProcessHandle> agent(JsonNode status, String node) {
        Path lab = pidNamespace(status.path("pid").asLong()).orElseThrow();
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process.pid()).contains("--node-name=" + node))
                .filter(process -> commandLine(process.pid()).startsWith("/")) // the JVM, not the shell before it
                .filter(process ->
                        pidNamespace(process.pid()).filter(lab::equals).isPresent())
                .findFirst();
    }

    private static Optional<Path> pidNamespace(long pid) {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/pid")));
        } catch (IOException e) {
            return Optional.empty(); // it has ended, or is somebody else's
        }
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }

    private static ProcessHandle awaitAgent(TestLab lab, String node) {
        JsonNode status = lab.status();
        return Poll.value(
                PATIENCE, () -> agent(status, node), () -> lab.lab("logs").out());
    }

    private static void awaitAnswer(TestLab lab, String... from) {
        Poll.until(
                PATIENCE,
                () -> {
                    String answer = lab.exec("client", "curl", "-sS", "-m", "3", "http://web/hostname")
                            .out();
                    return List.of(from).contains(answer.strip());
                },
                () -> lab.lab("status").out() + lab.lab("logs").out());
    }

    @Test
    void aKilledAgentComesBackAndMeanwhileTrafficGoesOn() throws IOException {
        try (TestLab lab = TestLab.up(CLUSTER + web("web-1"), "--agents=process", "--nodes", "2")) {
            awaitAnswer(lab, "web-1");
            ProcessHandle old = awaitAgent(lab, "node-2");
            assertThat(old.destroyForcibly()).isTrue();
            assertThat(lab.get("client", "http://web/hostname"))
                    .as("what the kernel holds doesn't need the agent")
                    .isEqualTo("web-1");
            // Nobody can attach this pod before the agent is back, and nobody has to ask again.
            lab.labWithInput(web("web-2"), "apply", "-f", "-").ok();
            lab.lab("delete", "pod", "web-1").ok();
            awaitAnswer(lab, "web-2");
            assertThat(awaitAgent(lab, "node-2").pid()).isNotEqualTo(old.pid());
            assertThat(lab.lab("logs").out()).contains("the agent of node-2 has ended and is started again in 1 s");

            Ran.fairlead("lab", "node", "stop", "--name", lab.name(), "node-2").ok();
            assertThat(agent(lab.status(), "node-2")).isEmpty();
            Ran.fairlead("lab", "node", "start", "--name", lab.name(), "node-2").ok();
            awaitAnswer(lab, "web-2");

            String name = lab.name();
            Ran.fairlead("lab", "stop", name).ok();
            Ran.fairlead("lab", "start", name).ok();
            awaitAnswer(lab, "web-2");
            try (Stream<ProcessHandle> agents = Stream.of(awaitAgent(lab, "node-1"), awaitAgent(lab, "node-2"))) {
                assertThat(agents.distinct()).as("agents have processes again").hasSize(2);
            }
        }
    }
}
