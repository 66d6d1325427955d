package dev.fairlead.natives;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shim with an agent that keeps to the protocol. */
class ShimAgentTest {

    private static final byte[] FINE = FakeAgent.answer(0, "{}", "");

    @TempDir
    private Path dir;

    @Test
    void exactlyTheVariablesOfTheContractTravel() {
        Map<String, String> environment = Shim.environment("ADD");
        environment.put("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=a=b");
        environment.put("CNI_NETNS", "");
        environment.put("TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        environment.put("TRACESTATE", "a=1");
        environment.put("BAGGAGE", "ö=ü");
        List<String> expected = environment.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .toList();
        environment.putAll(
                Map.of("PATH", "/bin", "HOME", "/", "TRACEPARENTS", "1", "XCNI_A", "1", "CNI", "1", "BAGGAG", "1"));

        try (FakeAgent agent = FakeAgent.answering(dir.resolve("s"), FINE)) {
            byte[] configuration = Shim.configuration(agent.socket()).getBytes(StandardCharsets.UTF_8);
            assertThat(Program.run(environment, configuration, Shim.RELEASED).status())
                    .isZero();

            Question question = agent.question();
            assertThat(question.environment()).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(question.stdin()).isEqualTo(configuration);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 100, 255})
    void theAnswerIsCopied(int exitCode) {
        String stdout = "{\"cniVersion\":\"1.1.0\",\"ips\":[]}\n\u20ac";
        try (FakeAgent agent = FakeAgent.answering(dir.resolve("s"), FakeAgent.answer(exitCode, stdout, "log\n"))) {
            Program.Ended ended = Shim.call("ADD", Shim.configuration(agent.socket()));

            assertThat(ended.out()).isEqualTo(stdout);
            assertThat(ended.err()).isEqualTo("log\n");
            assertThat(ended.status()).isEqualTo(exitCode);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEL", "CHECK", "GC", "STATUS"})
    void anEmptyAnswerStaysEmpty(String command) {
        try (FakeAgent agent = FakeAgent.answering(dir.resolve("s"), FakeAgent.answer(0, "", ""))) {
            Program.Ended ended = Shim.call(command, Shim.configuration(agent.socket()));

            assertThat(ended.out()).isEmpty();
            assertThat(ended.err()).isEmpty();
            assertThat(ended.status()).isZero();
        }
    }

    @Test
    void theAgentIsAskedForVersionWhereItCanBe() {
        try (FakeAgent agent = FakeAgent.answering(dir.resolve("s"), FakeAgent.answer(0, "newer", ""))) {
            assertThat(Shim.call("VERSION", Shim.configuration(agent.socket())).out())
                    .isEqualTo("newer");
        }
    }
    /** Both ways far more than the buffers of a pipe or socket, and every byte value. */
    @Test
    void megabytesArriveUnchanged() {
        byte[] noise = new byte[2 << 20];
        new Random(7).nextBytes(noise);
        String text = new String(noise, StandardCharsets.ISO_8859_1);
        try (FakeAgent agent = FakeAgent.answering(dir.resolve("s"), question -> {
            String back = new String(question.stdin(), StandardCharsets.UTF_8);
            return FakeAgent.answer(3, back, back.substring(0, 100_000));
        })) {
            String configuration = Shim.configuration(agent.socket())
                    .replace("}", ",\"noise\":\"" + text.replaceAll("[\\x00-\\x1f\"\\\\]", "_") + "\"}");
            Program.Ended ended = Shim.call("ADD", configuration);

            assertThat(ended.out().equals(configuration))
                    .as("stdout is the same")
                    .isTrue();
            assertThat(ended.err().equals(configuration.substring(0, 100_000)))
                    .as("stderr is the same")
                    .isTrue();
            assertThat(ended.status()).isEqualTo(3);
        }
    }

    @Test
    void anAnswerInSingleBytesIsPutTogether() {
        byte[] answer = FakeAgent.answer(2, "{\"a\":1}", "some log");
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), shim -> {
            Question.read(shim);
            for (byte piece : answer) {
                FakeAgent.write(shim, new byte[] {piece});
                Thread.yield();
            }
        })) {
            Program.Ended ended = Shim.call("ADD", Shim.configuration(agent.socket()));
            assertThat(ended.out() + ended.err()).isEqualTo("{\"a\":1}some log");
            assertThat(ended.status()).isEqualTo(2);
        }
    }
    /** The agent may refuse at the sight of the head, and close with megabytes of the question unread. */
    @Test
    void anAnswerBeforeTheQuestionsEndCounts() {
        byte[] answer = FakeAgent.answer(1, "{\"code\":7}", "");
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), shim -> {
            shim.read(ByteBuffer.allocate(12));
            FakeAgent.write(shim, answer);
        })) {
            String configuration = Shim.configuration(agent.socket()) + " ".repeat(3 << 20);
            Program.Ended ended = Shim.call("ADD", configuration);
            assertThat(ended.out()).isEqualTo("{\"code\":7}");
            assertThat(ended.status()).isEqualTo(1);
        }
    }

    /** With both sides full of what they send, neither waits for the other for ever. */
    @Test
    void anAnswerThatComesBeforeAnythingWasReadIsTaken() {
        byte[] answer = FakeAgent.answer(0, "x".repeat(1 << 20), "");
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), shim -> FakeAgent.write(shim, answer))) {
            Program.Ended ended = Shim.call("ADD", Shim.configuration(agent.socket()) + " ".repeat(3 << 20));
            assertThat(ended.stdout()).hasSize(1 << 20);
            assertThat(ended.status()).isZero();
        }
    }

    @Test
    void aHundredCallsAtOnceGetEachItsOwnAnswer() {
        try (FakeAgent agent = FakeAgent.answering(
                dir.resolve("s"),
                question -> FakeAgent.answer(0, new String(question.stdin(), StandardCharsets.UTF_8), ""))) {
            List<Process> calls = IntStream.range(0, 100)
                    .mapToObj(i -> Program.start(Shim.environment("ADD"), Shim.RELEASED))
                    .toList();
            for (int i = 0; i < calls.size(); i++) {
                Program.feed(calls.get(i).getOutputStream(), numbered(agent, i).getBytes(StandardCharsets.UTF_8));
            }
            for (int i = 0; i < calls.size(); i++) {
                assertThat(Program.awaitEnd(calls.get(i))).isZero();
                assertThat(calls.get(i).inputReader().lines()).containsExactly(numbered(agent, i));
            }
        }
    }

    private static String numbered(FakeAgent agent, int i) {
        return Shim.configuration(agent.socket()).replace("pods", "pods" + i);
    }

    @Test
    void aFileWillDoForStdin() throws IOException {
        try (FakeAgent agent = FakeAgent.answering(dir.resolve("s"), FINE)) {
            Path file = Files.writeString(dir.resolve("conf"), Shim.configuration(agent.socket()));
            String script = "exec \"$0\" <\"$1\"";
            Program.Ended ended = Program.run(
                    Shim.environment("ADD"),
                    new byte[0],
                    Path.of("/bin/sh"),
                    "-c",
                    script,
                    Shim.RELEASED.toString(),
                    file.toString());
            assertThat(ended.out()).isEqualTo("{}");
            assertThat(agent.question().stdin()).isEqualTo(Files.readAllBytes(file));
        }
    }

    @Test
    void aClosedStdinIsAnEmptyConfiguration() {
        Program.Ended ended = Program.run(
                Shim.environment("ADD"),
                new byte[0],
                Path.of("/bin/sh"),
                "-c",
                "exec \"$0\" <&-",
                Shim.FOR_TESTS.toString());
        assertThat(Shim.document(ended).path("details").asText()).contains(Shim.NOBODYS_SOCKET);
    }
}
