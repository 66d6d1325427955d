package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Commands inside pods: {@code lab exec} and {@code lab logs}.
 *
 * <pre>
 *   node-1: client (http on 8080, shell), plain (shell)
 * </pre>
 */
@HostUnchanged
class LabExecTest {
    private static final String MANIFEST = """
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec:
              hostname: desk
              containers:
              - {name: http, image: fairlead/http, ports: [{containerPort: 8080}]}
              - name: shell
                image: host
                workingDir: /usr
                command: [sh, -c]
                args: ['echo "$GREETING from $(pwd)"; echo complaint >&2; exec sleep 1000000']
                env: [{name: GREETING, value: "hello world"}, {name: TWICE, value: "$(GREETING), $(GREETING)"}]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: plain, namespace: shop}
            spec:
              containers: [{name: shell, image: host, command: [sleep, "1000000"]}]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: brief}
            spec:
              restartPolicy: Never
              containers: [{name: job, image: host, command: [sh, -c, "echo done; exit 3"]}]
            """;

    private static TestLab lab;

    @BeforeAll
    static void start() {
        String name = TestLab.freshName();
        // One of its pods ends at once, which is no success of a pod that should run.
        var unused = TestLab.start(name, MANIFEST, "--nodes", "1");
        lab = TestLab.running(name);
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void theExitCodeIsTheCommands() {
        assertThat(lab.exec("client", "sh", "-c", "exit 7").exitCode()).isEqualTo(7);
        assertThat(lab.exec("client", "true").exitCode()).isZero();
        assertThat(lab.exec("client", "sh", "-c", "kill -TERM $$").exitCode()).isEqualTo(128 + 15);
    }

    @Test
    void standardInputIsPassedOnToItsEnd() {
        String much = "0123456789abcdef".repeat(65_536);
        CRC32 sum = new CRC32();
        sum.update(much.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        Ran back = lab.labWithInput(much, "exec", "client", "--", "cat");
        assertThat(back.ok()).hasSize(much.length());
        CRC32 sumBack = new CRC32();
        sumBack.update(back.out().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThat(sumBack.getValue()).isEqualTo(sum.getValue());
    }

    @Test
    void outputAndErrorsStayApart() {
        Ran ran = lab.exec("client", "sh", "-c", "echo good; echo bad >&2");
        assertThat(ran.out()).isEqualTo("good\n");
        assertThat(ran.err()).isEqualTo("bad\n");
    }

    @Test
    void thePodHasItsOwnViewOfProcessesAndPauseIsTheFirst() {
        // A container is ready once its shell runs, and that becomes what the shell executes.
        Poll.until(
                Duration.ofSeconds(10),
                () -> processes().stream().anyMatch(line -> line.endsWith(" sleep")),
                () -> processes().toString());
        List<String> processes = processes();
        assertThat(processes).first().isEqualTo("1 pause");
        assertThat(processes)
                .hasSize(3)
                .anyMatch(line -> line.endsWith(" sleep"))
                .anyMatch(line -> line.endsWith(" ps"));
    }

    private static List<String> processes() {
        return lab.exec("client", "ps", "-e", "-o", "pid=,comm=").lines().stream()
                .map(String::strip)
                .toList();
    }

    @Test
    void itSeesTheHostsFilesAndThePodsDevices() {
        assertThat(lab.in("client", "cat", Started.HOME.resolve("LICENSE").toString()))
                .startsWith(firstLine(Started.HOME.resolve("LICENSE")));
        assertThat(lab.in("client", "ls", "/sys/class/net").split("\n", -1)).containsExactlyInAnyOrder("eth0", "lo");
    }

    private static String firstLine(Path file) {
        try {
            return Files.readAllLines(file).getFirst().strip();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    /** {@code tcpdump} gives up root's rights for those of a user of its own, which has to be there. */
    @Test
    void programsCanBecomeAnotherUser() {
        assumeTrue(TestLab.isRoot(), "an ordinary user's lab has other users only with /etc/subuid and newuidmap");
        assertThat(lab.in("client", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "id", "-u"))
                .isEqualTo("65534");
        Oracle.assumeInstalled("tcpdump");
        String capture = "timeout 20 tcpdump -nni lo -c 2 tcp port 8080 & tcpdump=$!; "
                + "while kill -0 $tcpdump 2>/dev/null; do curl -sS -o /dev/null http://127.0.0.1:8080/hostname; done; "
                + "wait $tcpdump";
        assertThat(lab.exec("client", "bash", "-c", capture).ok()).contains("IP 127.0.0.1.");
    }

    @Test
    void theHostNameIsThePods() {
        assertThat(lab.in("client", "hostname")).isEqualTo("desk");
        assertThat(lab.in("client", "sh", "-c", "echo $HOSTNAME")).isEqualTo("desk");
        assertThat(lab.in("shop/plain", "hostname")).isEqualTo("plain");
    }

    @Test
    void theEnvironmentIsTheManifestsAndNotTheCallers() {
        Ran ran = Ran.fairlead(
                Map.of("FAIRLEAD_TEST_SECRET", "1"),
                "",
                List.of("lab", "exec", "--name", lab.name(), "client", "-c", "shell", "--", "env"));
        assertThat(ran.lines())
                .contains("GREETING=hello world", "TWICE=hello world, hello world", "HOSTNAME=desk")
                .noneMatch(line -> line.startsWith("FAIRLEAD"));
        assertThat(lab.lab("exec", "client", "-c", "http", "--", "env").lines())
                .noneMatch(line -> line.startsWith("GREETING="));
    }

    @Test
    void aPodIsFoundInEveryWayThatKubectlKnows() {
        for (List<String> pod :
                List.of(List.of("shop/plain"), List.of("plain", "-n", "shop"), List.of("pod/plain", "-n", "shop"))) {
            List<String> arguments = new java.util.ArrayList<>(pod);
            arguments.addAll(List.of("--", "hostname"));
            assertThat(lab.lab("exec", arguments.toArray(String[]::new)).ok()).isEqualTo("plain\n");
        }
    }

    @Test
    void logsAreWhatTheContainerPrinted() {
        Optional<String> printed = Optional.of("hello world from /usr\ncomplaint\n");
        Poll.until(
                Duration.ofSeconds(10),
                () -> Optional.of(lab.lab("logs", "client", "-c", "shell").ok()).equals(printed),
                () -> lab.lab("logs", "client", "-c", "shell").ok());
        assertThat(lab.lab("logs", "client").ok()).contains("http on port 8080");
    }

    @Test
    void aPodThatHasEndedSaysHow() {
        var brief = TestLab.named(
                lab.await(status -> TestLab.named(status.path("pods"), "brief")
                                .path("phase")
                                .asText()
                                .equals("Failed"))
                        .path("pods"),
                "brief");
        assertThat(brief.path("containers").path(0).path("exitCode").asInt()).isEqualTo(3);
        assertThat(lab.lab("logs", "brief").ok()).isEqualTo("done\n");
    }
}
