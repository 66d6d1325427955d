package dev.fairlead.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the shim says by itself, without an agent: CNI specification 1.1.0, section 5. */
class ShimErrorTest {

    @TempDir
    private Path dir;

    @ParameterizedTest
    @CsvSource({
        "ADD, 1.1.0, 11",
        "ADD, 0.3.1, 11",
        "DEL, 0.4.0, 11",
        "CHECK, 1.0.0, 11",
        "GC, 1.1.0, 11",
        "STATUS, 1.1.0, 50"
    })
    void anAgentThatIsNotThereIsAnErrorInTheConfigurationsVersion(String command, String version, int code) {
        Path socket = dir.resolve("cni.sock");
        Program.Ended ended = Shim.call(command, Shim.configuration(version, socket));

        JsonNode error = refused(ended, code);
        assertThat(error.path("cniVersion").asText()).isEqualTo(version);
        assertThat(error.path("msg").asText()).contains(command);
        assertThat(error.path("details").asText()).contains(socket.toString(), "ENOENT", "\"socket\"");
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void aSocketThatAnAgentLeftBehindIsToldApart() throws IOException {
        Path socket = dir.resolve("cni.sock");
        FakeAgent.listen(socket, 1).close();
        assertThat(socket).exists();

        JsonNode error = refused(Shim.call("ADD", Shim.configuration(socket)), 11);
        assertThat(error.path("details").asText()).contains(socket.toString(), "ECONNREFUSED", "Start it");
    }

    @Test
    void versionIsAnsweredWithoutAnAgent() throws IOException {
        Program.Ended ended = Shim.call("VERSION", Shim.configuration("0.4.0", dir.resolve("cni.sock")));

        assertThat(ended.status()).isZero();
        JsonNode expected = new ObjectMapper()
                .readTree("{\"cniVersion\":\"0.4.0\","
                        + "\"supportedVersions\":[\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}");
        assertThat(Shim.document(ended)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"cniVersion\":\"1.0.0\",\"socket\":\"relative\"}", "{\"cniVersion\":"})
    void versionIsAnsweredWhateverTheConfiguration(String configuration) {
        Program.Ended ended = Shim.call(Shim.FOR_TESTS, "VERSION", configuration);

        assertThat(ended.status()).isZero();
        assertThat(Shim.document(ended).path("supportedVersions").size()).isEqualTo(5);
    }

    @Test
    void theDefaultSocketIsTheOneTheAgentServes() throws IOException {
        String program = new String(Files.readAllBytes(Shim.RELEASED), StandardCharsets.ISO_8859_1);
        assertThat(program).contains("/run/fairlead/cni.sock").doesNotContain(Shim.NOBODYS_SOCKET);

        JsonNode error = refused(Shim.call(Shim.FOR_TESTS, "ADD", "{\"cniVersion\":\"1.0.0\"}"), 11);
        assertThat(error.path("details").asText()).contains(Shim.NOBODYS_SOCKET, "default");
    }

    @Test
    void withoutACommandTheVariableIsNamed() {
        byte[] stdin = Shim.configuration("0.3.1", dir.resolve("cni.sock")).getBytes(StandardCharsets.UTF_8);
        for (Map<String, String> environment :
                List.of(Map.<String, String>of(), Map.of("CNI_COMMAND", ""), Map.of("CNI_COMMANDS", "ADD"))) {
            JsonNode error = refused(Program.run(environment, stdin, Shim.RELEASED), 4);
            assertThat(error.path("msg").asText()).contains("CNI_COMMAND");
            assertThat(error.path("cniVersion").asText()).isEqualTo("0.3.1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-v", "--version"})
    void aPersonGetsTheVersions(String argument) {
        Program.Ended ended = Program.run(Map.of(), new byte[0], Shim.RELEASED, argument);

        assertThat(ended.out())
                .isEqualTo("fairlead-cni " + Program.VERSION + "\nCNI versions: 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0\n");
        assertThat(ended.status()).isZero();
    }

    @Test
    void aPersonOnATerminalIsNotAskedForAConfiguration() throws IOException {
        Path script = Path.of("/usr/bin/script");
        assumeTrue(Files.isExecutable(script), "no /usr/bin/script (package bsdutils), so no terminal to try this on");
        long start = System.nanoTime();
        Process terminal =
                Program.start(Map.of("SHELL", "/bin/sh"), script, "-qec", Shim.RELEASED.toString(), "/dev/null");
        try {
            assertThat(Program.awaitEnd(terminal)).isEqualTo(1);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("a shim that read this stdin, open and silent, would give up after 5 s")
                    .isLessThan(Duration.ofSeconds(4));
            assertThat(terminal.inputReader().readLine()).contains("\"code\":4", "CNI_COMMAND");
        } finally {
            terminal.destroyForcibly();
        }
    }

    @Test
    void moreThanFourMegabytesOfConfigurationAreRefused() {
        String start = Shim.configuration("1.0.0", dir.resolve("cni.sock"));
        JsonNode largest = refused(Shim.call("GC", start + " ".repeat(4 * 1024 * 1024 - start.length())), 11);
        assertThat(largest.path("cniVersion").asText()).isEqualTo("1.0.0");

        JsonNode error = refused(Shim.call("GC", start + " ".repeat(4 * 1024 * 1024 + 1 - start.length())), 7);
        assertThat(error.path("msg").asText()).contains("too large");
        assertThat(error.path("details").asText()).contains("4194304");
    }

    @Test
    void aConfigurationThatCanNotBeReadIsAnInputError() {
        Program.Ended ended = Program.run(
                Shim.environment("ADD"),
                new byte[0],
                Path.of("/bin/sh"),
                "-c",
                "exec \"$0\" </",
                Shim.RELEASED.toString());
        assertThat(refused(ended, 5).path("details").asText()).contains("EISDIR");
    }

    @Test
    void aSocketPathThatCanNotBeUsedIsAConfigurationError() {
        assertThat(refusedSocket("\"" + dir.resolve("x".repeat(108)) + "\"")).contains("too long");
        assertThat(refusedSocket("\"/" + "x".repeat(107) + "\"")).contains("too long");
        assertThat(refusedSocket("\"/" + "x".repeat(5000) + "\"")).contains("too long");
        assertThat(refusedSocket("\"run/cni.sock\"")).contains("not an absolute path");
        assertThat(refusedSocket("\"\"")).contains("not an absolute path");
        assertThat(refusedSocket("\"/run/\\u0000/cni.sock\"")).contains("NUL");
        assertThat(refusedSocket("7")).contains("not a string");
        assertThat(refusedSocket("[\"/run\"]")).contains("not a string");

        String longest = "/nonexistent/" + "x".repeat(94);
        String reached = "{\"socket\":\"" + longest + "\"}";
        assertThat(refused(Shim.call("ADD", reached), 11).path("details").asText())
                .contains("Connecting to " + longest + " (");
    }

    private static String refusedSocket(String value) {
        return refused(Shim.call("ADD", "{\"socket\":" + value + "}"), 7)
                .path("msg")
                .asText();
    }

    /** Hostile values stay inside the strings they are shown in. */
    @Test
    void whatIsQuotedInAnErrorIsEscaped() {
        Map<String, String> environment = Shim.environment("AD\"D\\\n");
        environment.put("CNI_CONTAINERID", "ä".repeat(100) + "\u0001");
        String configuration =
                "{\"cniVersion\":\"1.\\\"\\u0000\\ud800,\",\"socket\":\"/nonexistent/\\\"\\\\\\t\u20ac\"}";
        Program.Ended ended = Program.run(environment, configuration.getBytes(StandardCharsets.UTF_8), Shim.RELEASED);

        JsonNode error = refused(ended, 11);
        assertThat(error.path("cniVersion").asText()).isEqualTo("1.\"\u0000\ufffd,");
        assertThat(error.path("msg").asText()).contains("AD\"D\\\n", "ä".repeat(32) + "...");
        assertThat(error.path("details").asText()).contains("/nonexistent/\"\\\t\u20ac (");
    }

    /** Variables may hold any bytes; Java can't set such ones, a shell can. */
    @Test
    void bytesThatAreNotTextAreReplacedInAnError() {
        String script = "CNI_CONTAINERID=$(printf 'a\\377\\303b\\342\\202'); export CNI_CONTAINERID; exec \"$0\"";
        Program.Ended ended = Program.run(
                Shim.environment("ADD"), new byte[0], Path.of("/bin/sh"), "-c", script, Shim.FOR_TESTS.toString());
        assertThat(refused(ended, 11).path("msg").asText()).endsWith("ADD of container a\ufffd\ufffdb\ufffd\ufffd");
    }

    @Test
    void tooLittleMemoryIsAnErrorLikeAnyOther() {
        String configuration = Shim.configuration(dir.resolve("cni.sock")) + " ".repeat(2 << 20);
        Program.Ended ended = Program.run(
                Shim.environment("ADD"),
                configuration.getBytes(StandardCharsets.UTF_8),
                Path.of("/bin/sh"),
                "-c",
                "ulimit -v 1024; exec \"$0\"",
                Shim.RELEASED.toString());
        assertThat(refused(ended, 11).path("details").asText()).contains("ENOMEM");
    }

    private static JsonNode refused(Program.Ended ended, int code) {
        JsonNode error = Shim.document(ended);
        assertThat(error.path("code").asInt()).as(ended.out()).isEqualTo(code);
        assertThat(error.size()).isEqualTo(4);
        assertThat(error.path("msg").asText()).isNotBlank();
        assertThat(error.path("details").asText()).isNotBlank();
        assertThat(ended.err()).isEmpty();
        assertThat(ended.status()).isEqualTo(1);
        return error;
    }
}
