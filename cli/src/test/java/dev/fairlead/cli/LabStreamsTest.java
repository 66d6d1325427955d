package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import io.kubernetes.client.PortForward;
import io.kubernetes.client.openapi.ApiException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Streams into pods by the real kubectl: exec, attach, cp, logs and port-forward. Skipped where no kubectl is installed.
 *
 * <pre>
 *   kubectl ══ WebSocket in TLS ══ the lab ── pipes, a terminal ── shell       (programs of this machine)
 *                                          ── 127.0.0.1 of the pod ── web, echo (built in)
 * </pre>
 *
 * <p>Over 300 lines: one lab serves all of it, and a second one would cost more than the length.
 */
class LabStreamsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MEGABYTES = 10;
    private static final String PODS = """
            apiVersion: v1
            kind: Pod
            metadata: {name: shell}
            spec:
              containers:
                - {name: first, image: host, command: [sh, -c, "echo first; exec sleep 1000000"]}
                - {name: second, image: host, command: [sh, -c, "echo second; exec sleep 1000000"], workingDir: /usr}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: answering}
            spec:
              containers:
                - {name: shell, image: host, stdin: true, command: [sh, -c, "while read x; do echo got $x; done"]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: echo}
            spec: {containers: [{name: echo, image: fairlead/echo, ports: [{containerPort: 7}]}]}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: http, image: fairlead/http, ports: [{name: web, containerPort: 8080}]}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80, targetPort: web}]}
            """;

    @TempDir
    static Path home;

    private static TestLab lab;
    private static List<Kubectl> all = List.of();
    private static Kubectl kubectl;

    @BeforeAll
    static void start() {
        List<String> programs = Kubectl.installed();
        assumeTrue(!programs.isEmpty(), "no kubectl on this machine");
        lab = TestLab.up(PODS);
        all = programs.stream().map(program -> Kubectl.of(program, lab, home)).toList();
        kubectl = all.getFirst();
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            lab.close();
        }
    }

    // ---- exec

    @Test
    void everyKubectlRunsACommandOrIsToldWhatToDo() {
        for (Kubectl program : all) {
            Ran ran = program.run("exec", "echo", "--", "sh", "-c", "echo out; echo err >&2; exit 7");
            if (program.minor() < 30) {
                assertThat(ran.exitCode()).isEqualTo(1);
                assertThat(ran.err())
                        .as(program.toString())
                        .startsWith("Error from server (BadRequest): exec is served over WebSockets only")
                        .contains("use kubectl 1.30 or newer");
            } else {
                assertThat(ran.exitCode()).as(ran.toString()).isEqualTo(7);
                assertThat(ran.out()).isEqualTo("out\n");
                assertThat(ran.err()).isEqualTo("err\ncommand terminated with exit code 7\n");
            }
        }
        assertThat(kubectl.shell("KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false kubectl exec echo -- true")
                        .err())
                .contains("without KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false");
    }

    @Test
    void aCommandRunsWhereItsContainerRuns() {
        assertThat(kubectl.run("exec", "shell", "-c", "second", "--", "sh", "-c", "pwd; hostname; cat /proc/1/comm")
                        .lines())
                .containsExactly("/usr", "shell", "pause");
        Ran defaulted = kubectl.run("exec", "shell", "--", "pwd");
        assertThat(defaulted.lines()).containsExactly("/");
        assertThat(defaulted.err()).contains("Defaulted container \"first\" out of: first, second");
        assertThat(kubectl.run("exec", "deployment/web", "--", "hostname").ok()).startsWith("web-");
        assertThat(kubectl.run("exec", "echo", "--", "cat").ok())
                .as("without -i there is nothing to read")
                .isEmpty();
    }

    @Test
    void whatCanNotBeIsToldInTheRealServersWords() {
        assertThat(kubectl.run("exec", "echo", "--", "no-such-program"))
                .satisfies(ran -> assertThat(ran.exitCode()).isEqualTo(1))
                .extracting(Ran::err)
                .asString()
                .startsWith(
                        "error: Internal error occurred: error executing command in container: failed to exec in container")
                .contains("exec: \"no-such-program\": executable file not found in $PATH");
        assertThat(kubectl.run("exec", "echo", "--", "/etc/passwd").err())
                .contains("exec: \"/etc/passwd\": permission denied");
        assertThat(kubectl.run("exec", "echo", "--", "/no/such").err())
                .contains("exec: \"/no/such\": stat /no/such: no such file or directory");
        assertThat(kubectl.run("exec", "nobody", "--", "true").err())
                .isEqualTo("Error from server (NotFound): pods \"nobody\" not found\n");
        assertThat(kubectl.run("exec", "shell", "-c", "third", "--", "true").err())
                .isEqualTo("Error from server (BadRequest): container third is not valid for pod shell\n");
        assertThat(kubectl.run("attach", "echo").err()).contains("no process, so there is nothing to attach to");
    }

    @Test
    void bytesAreTheSameOnTheOtherSide() throws IOException {
        Path file = random();
        String sum = sha256(Files.readAllBytes(file));
        assertThat(kubectl.shell("kubectl exec -i echo -- sha256sum < " + file).ok())
                .startsWith(sum);
        assertThat(kubectl.shell("kubectl exec -i echo -- cat < " + file + " | sha256sum")
                        .ok())
                .startsWith(sum);
        Path there = home.resolve("there");
        Path back = home.resolve("back");
        kubectl.run("cp", file.toString(), "echo:" + there).ok();
        kubectl.run("cp", "echo:" + there, back.toString()).ok();
        assertThat(sha256(Files.readAllBytes(back))).isEqualTo(sum);
    }

    /** The window's size comes by a channel of its own, and may be a moment later than the first line that is typed. */
    @Test
    void aTerminalIsATerminal() {
        Oracle.assumeInstalled("script");
        String typed = "tty\nuntil [ \"$(stty size)\" = '33 101' ]; do sleep 0.02; done; echo sized $TERM\nexit 5\n";
        Ran ran = Ran.program(
                kubectl.environment(),
                typed,
                List.of(
                        "script",
                        "-qec",
                        "stty rows 33 cols 101; " + kubectl.program() + " exec -it echo -- sh",
                        "/dev/null"));
        assertThat(ran.exitCode()).as(ran.toString()).isEqualTo(5);
        assertThat(ran.out()).contains("/dev/pts/", "sized xterm");
    }

    @Test
    void whenKubectlIsKilledWhatReadsAndWritesEndsAndTheRestGoesOnAsOnAnyCluster() throws Exception {
        Oracle.assumeInstalled("ps");
        try (Started reader = kubectl.start("exec", "-i", "echo", "--", "cat", "-", "/dev/null");
                Started writer = kubectl.start("exec", "echo", "--", "yes", "over and over");
                Started neither = kubectl.start("exec", "echo", "--", "sleep", "54321")) {
            awaitProcesses("cat - /dev/null", "yes over and over", "sleep 54321");
            for (Started program : List.of(reader, writer, neither)) {
                Started.signal("KILL", program.pid());
            }
        }
        Poll.until(
                PATIENCE,
                () -> !processes().contains("cat - /dev/null") && !processes().contains("yes over and over"),
                LabStreamsTest::processes);
        assertThat(processes()).contains("sleep 54321");
    }

    private static void awaitProcesses(String... wanted) {
        Poll.until(PATIENCE, () -> Arrays.stream(wanted).allMatch(processes()::contains), LabStreamsTest::processes);
    }

    private static String processes() {
        return lab.exec("echo", "ps", "-eo", "args").ok();
    }

    // ---- attach, logs

    @Test
    void whoAttachesTypesIntoTheContainerAndWhoFollowsSeesIt() throws Exception {
        Path typed = Files.writeString(home.resolve("typed"), "hello\n");
        try (Started following = kubectl.start("logs", "-f", "answering");
                Started attached = kubectl.startWithInput(typed, "attach", "-i", "answering")) {
            assertThat(attached.line()).isEqualTo("got hello");
            assertThat(following.line()).isEqualTo("got hello");
            Started.signal("KILL", attached.pid());
            try (Started again = kubectl.startWithInput(typed, "attach", "-i", "answering")) {
                assertThat(again.line())
                        .as("the container's input outlives who feeds it")
                        .isEqualTo("got hello");
            }
            assertThat(following.line()).isEqualTo("got hello");
        }
    }

    @Test
    void aPodIsRunAttachedToAndRemoved() {
        Ran ran = kubectl.withInput(
                "hello\n",
                List.of(
                        "run",
                        "once",
                        "--image=host",
                        "--restart=Never",
                        "-i",
                        "--rm",
                        "--command",
                        "--",
                        "sh",
                        "-c",
                        "read x; echo \"got $x\"; cat; exit 4"));
        assertThat(ran.exitCode()).as(ran.toString()).isEqualTo(4);
        assertThat(ran.out()).contains("got hello", "pod \"once\" deleted");
    }

    @Test
    void logsAreFollowedToTheEndOfTheContainer() {
        kubectl.withInput(
                        pod("counting", "Never", "for i in 1 2 3 4 5; do echo line $i; sleep 0.1; done; printf end"),
                        List.of("apply", "-f", "-"))
                .ok();
        Poll.until(
                PATIENCE,
                () -> kubectl.run("logs", "counting").exitCode() == 0,
                () -> kubectl.run("logs", "counting").err());
        assertThat(kubectl.run("logs", "-f", "counting").ok()).isEqualTo("line 1\nline 2\nline 3\nline 4\nline 5\nend");
        assertThat(kubectl.run("logs", "--tail=2", "counting").ok()).isEqualTo("line 5\nend");
        assertThat(kubectl.run("logs", "--limit-bytes=3", "counting").ok()).isEqualTo("lin");
        assertThat(kubectl.run("logs", "--since=1h", "--timestamps", "counting").lines())
                .hasSize(6)
                .allSatisfy(line -> assertThat(line).matches("20[0-9-]{8}T[0-9:]{8}\\.[0-9]{9}Z (line [1-5]|end)"));
        assertThat(kubectl.run("logs", "--since-time=2999-01-01T00:00:00Z", "counting")
                        .ok())
                .isEmpty();
        assertThat(kubectl.run("logs", "--previous", "counting").err())
                .contains("previous terminated container \"shell\" in pod \"counting\" not found");
        kubectl.run("delete", "pod", "counting", "--grace-period=1").ok();
    }

    @Test
    void everyContainerHasItsLogAndARestartedOneItsLast() {
        for (Kubectl program : all) {
            assertThat(program.run("logs", "shell", "--all-containers").lines())
                    .containsExactlyInAnyOrder("first", "second");
            assertThat(program.run("logs", "shell", "-c", "second").ok()).isEqualTo("second\n");
        }
        kubectl.withInput(pod("again", "Always", "echo run $(date +%N); exit 3"), List.of("apply", "-f", "-"))
                .ok();
        Poll.until(
                PATIENCE,
                () -> kubectl.run("logs", "--previous", "again").out().startsWith("run "),
                () -> kubectl.run("get", "pod", "again").out());
        kubectl.run("delete", "pod", "again", "--grace-period=1").ok();
    }

    private static String pod(String name, String restartPolicy, String script) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  restartPolicy: %s
                  containers: [{name: shell, image: host, command: [sh, -c, '%s']}]
                """.formatted(name, restartPolicy, script);
    }

    /** Whoever is gone is not written to: the lab must not keep a connection for each. */
    @Test
    void aFollowerThatIsKilledIsForgotten() throws Exception {
        long before = openConnections();
        for (int i = 0; i < 3; i++) {
            try (Started following = kubectl.start("logs", "-f", "shell", "-c", "first")) {
                assertThat(following.line()).isEqualTo("first");
                Started.signal("KILL", following.pid());
            }
        }
        Poll.until(PATIENCE, () -> openConnections() <= before, () -> openConnections() + ", before " + before);
    }

    private static long openConnections() {
        return kubectl.shell("ls -l /proc/" + lab.pid() + "/fd | grep -c socket:")
                .ok()
                .strip()
                .transform(Long::parseLong);
    }

    // ---- port-forward

    @Test
    void everyKubectlForwardsOrIsToldWhatToDo() throws Exception {
        for (Kubectl program : all) {
            if (program.minor() < 31) {
                assertThat(program.run("port-forward", "deployment/web", ":8080")
                                .err())
                        .as(program.toString())
                        .contains("port-forward is served over WebSockets only", "use kubectl 1.31 or newer");
            } else {
                try (Started forward = program.start("port-forward", "deployment/web", ":8080")) {
                    assertThat(get(port(forward))).as(program.toString()).contains("web-");
                }
            }
        }
    }

    @Test
    void servicesAndSeveralPortsAreForwarded() throws Exception {
        try (Started service = kubectl.start("port-forward", "service/web", ":80");
                Started both = kubectl.start("port-forward", "deployment/web", ":web", ":7777")) {
            assertThat(get(port(service))).contains("web-");
            assertThat(get(port(both))).contains("web-");
            assertThat(get(port(both))).as("nobody listens on the second").isEmpty();
            assertThat(both.exitCode()).as("kubectl gives up then").isEqualTo(1);
            assertThat(both.err())
                    .contains(
                            "error forwarding port 7777 to pod web-",
                            "failed to connect to localhost:7777 inside namespace, IPv4: dial tcp4 127.0.0.1:7777: connect:"
                                    + " connection refused",
                            "lost connection to pod");
        }
        assertThat(kubectl.run("port-forward", "nobody", ":80").err()).contains("pods \"nobody\" not found");
    }

    @Test
    void manyConnectionsCarryWhatTheyAreGiven() throws Exception {
        byte[] bytes = Files.readAllBytes(random());
        String sum = sha256(bytes);
        try (Started forward = kubectl.start("port-forward", "echo", ":7")) {
            int port = port(forward);
            List<CompletableFuture<String>> answers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                answers.add(CompletableFuture.supplyAsync(() -> echo(port, bytes)));
            }
            for (CompletableFuture<String> answer : answers) {
                assertThat(answer.get()).isEqualTo(sum);
            }
        }
    }

    /** The official client asks for channels, where kubectl asks for SPDY inside. */
    @Test
    void aClientLibraryForwardsAPort() throws Exception {
        String kubeconfig = Files.readString(Path.of(lab.lab("kubeconfig").ok().strip()));
        byte[] sent = Arrays.copyOf(Files.readAllBytes(random()), 3 << 20); // the library's pipes are slow
        try (OfficialWitness witness = new OfficialWitness(kubeconfig)) {
            PortForward forward = new PortForward(witness.client());
            PortForward.PortForwardResult echo = forward.forward("default", "echo", List.of(7));
            try (OutputStream out = echo.getOutboundStream(7)) {
                CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                    try {
                        out.write(sent);
                        out.flush();
                    } catch (IOException e) {
                        throw new UncheckedIOException("writing to the forwarded port", e);
                    }
                });
                assertThat(sha256(echo.getInputStream(7).readNBytes(sent.length)))
                        .isEqualTo(sha256(sent));
                writing.join();
            }
            String error =
                    Poll.value(PATIENCE, () -> refusal(forward), () -> "the connection was always closed too soon");
            assertThat(error).contains("error forwarding port 7777 to pod echo").contains("connection refused");
        }
    }

    /**
     * The library asks for its streams when the connection is open, and throws where it has been closed by then: as a kubelet does,
     * the lab closes it as soon as it has told the error.
     */
    private static Optional<String> refusal(PortForward forward) {
        try {
            PortForward.PortForwardResult nobody = forward.forward("default", "echo", List.of(7777));
            return Optional.of(new String(nobody.getErrorStream(7777).readAllBytes(), StandardCharsets.UTF_8));
        } catch (IllegalStateException e) {
            return Optional.empty();
        } catch (ApiException | IOException e) {
            throw new IllegalStateException("could not ask for a port", e);
        }
    }

    /** The local port of the next line that says one. */
    private static int port(Started forward) throws IOException {
        Pattern line = Pattern.compile("Forwarding from 127\\.0\\.0\\.1:([0-9]+) -> .*");
        while (true) {
            Matcher matcher = line.matcher(forward.line());
            if (matcher.matches()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
    }

    /** What {@code /hostname} answers; empty when the connection just ends. */
    private static String get(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            socket.getOutputStream().write("GET /hostname HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (java.net.SocketException reset) {
            return "";
        }
    }

    private static String echo(int port, byte[] bytes) {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(
                    () -> {
                        try {
                            socket.getOutputStream().write(bytes);
                            socket.shutdownOutput();
                        } catch (IOException e) {
                            throw new AssertionError("writing to port " + port, e);
                        }
                    },
                    work -> Thread.ofVirtual().start(work));
            String sum = sha256(socket.getInputStream());
            writing.join();
            return sum;
        } catch (IOException e) {
            throw new AssertionError("talking to port " + port, e);
        }
    }

    // ---- bytes

    private static Path random() throws IOException {
        byte[] bytes = new byte[MEGABYTES << 20];
        new Random(1).nextBytes(bytes);
        return Files.write(home.resolve("random"), bytes);
    }

    private static String sha256(byte[] bytes) throws IOException {
        return sha256(new java.io.ByteArrayInputStream(bytes));
    }

    private static String sha256(InputStream in) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[64 * 1024];
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                digest.update(buffer, 0, got);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
