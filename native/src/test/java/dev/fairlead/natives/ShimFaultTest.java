package dev.fairlead.natives;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shim where the agent, the runtime or the shim itself fails in the middle of a call. */
class ShimFaultTest {

    @TempDir
    private Path dir;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17})
    void anAgentThatClosesEarlyIsAnError(int afterBytes) {
        byte[] piece = Arrays.copyOf(FakeAgent.answer(0, "{}", ""), afterBytes);
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), shim -> {
            Question.read(shim);
            FakeAgent.write(shim, piece);
        })) {
            JsonNode error = Shim.document(Shim.call("ADD", Shim.configuration("1.0.0", agent.socket())));
            assertThat(error.path("code").asInt()).isEqualTo(11);
            assertThat(error.path("cniVersion").asText()).isEqualTo("1.0.0");
            assertThat(error.path("msg").asText()).contains("closed the connection");
            assertThat(error.path("details").asText()).contains("got " + afterBytes + " bytes", "DEL is always safe");

            JsonNode status = Shim.document(Shim.call("STATUS", Shim.configuration(agent.socket())));
            assertThat(status.path("code").asInt()).isEqualTo(50);
        }
    }

    @Test
    void anAgentThatClosesAtOnceIsAnError() {
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), shim -> {})) {
            for (int i = 0; i < 20; i++) {
                Program.Ended ended = Shim.call("DEL", Shim.configuration(agent.socket()) + " ".repeat(i * 100_000));
                assertThat(Shim.document(ended).path("code").asInt()).isEqualTo(11);
                assertThat(ended.status()).isEqualTo(1);
            }
        }
    }

    @Test
    void rubbishIsNotPassedOn() {
        byte[] wrongMagic = FakeAgent.answer(0, "SECRET", "");
        wrongMagic[3] = '2';
        byte[] wrongExit = FakeAgent.answer(256, "SECRET", "");
        byte[] tooLong = FakeAgent.answer(0, "SECRET", "");
        tooLong[8] = 1;
        byte[] wrapsAround = FakeAgent.answer(0, "SECRET", "");
        Arrays.fill(wrapsAround, 8, 12, (byte) 0xff); // 2^32 - 1 + 7 would be the 6 that follow
        wrapsAround[15] = 7;
        byte[] web = "HTTP/1.1 400 Bad Request\r\n\r\nSECRET".getBytes(StandardCharsets.US_ASCII);
        for (byte[] rubbish : List.of(wrongMagic, wrongExit, tooLong, wrapsAround, web)) {
            try (FakeAgent agent = FakeAgent.answering(dir.resolve("s" + Arrays.hashCode(rubbish)), rubbish)) {
                Program.Ended ended = Shim.call("ADD", Shim.configuration(agent.socket()));
                JsonNode error = Shim.document(ended);
                assertThat(error.path("code").asInt()).isEqualTo(11);
                assertThat(error.path("msg").asText()).contains("no readable answer");
                assertThat(ended.out()).doesNotContain("SECRET");
                assertThat(ended.status()).isEqualTo(1);
            }
        }
    }
    /** With stdout closed, the connection must not become descriptor 1 and receive the answer. */
    @Test
    void aClosedStdoutIsToldOnStderrAndToNobodyElse() throws InterruptedException {
        CountDownLatch silence = new CountDownLatch(1);
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), shim -> {
            Question.read(shim);
            FakeAgent.write(shim, FakeAgent.answer(0, "answer", ""));
            if (shim.read(ByteBuffer.allocate(1)) == -1) {
                silence.countDown();
            }
        })) {
            Program.Ended ended = Program.run(
                    Shim.environment("ADD"),
                    Shim.configuration(agent.socket()).getBytes(StandardCharsets.UTF_8),
                    Path.of("/bin/sh"),
                    "-c",
                    "exec \"$0\" >&-",
                    Shim.RELEASED.toString());
            assertThat(ended.status()).isEqualTo(1);
            assertThat(ended.err()).contains("stdout", "EBADF");
            assertThat(silence.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aRuntimeThatStoppedReadingIsNoCrash() throws IOException {
        CountDownLatch gone = new CountDownLatch(1);
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), shim -> {
            Question.read(shim);
            gone.await();
            FakeAgent.write(shim, FakeAgent.answer(0, "answer", ""));
        })) {
            Process shim = Program.start(Shim.environment("ADD"), Shim.RELEASED);
            Program.feed(
                    shim.getOutputStream(), Shim.configuration(agent.socket()).getBytes(StandardCharsets.UTF_8));
            shim.getInputStream().close();
            gone.countDown();
            assertThat(Program.awaitEnd(shim)).as("not 128 + SIGPIPE").isEqualTo(1);
            assertThat(shim.errorReader().lines()).singleElement().asString().contains("EPIPE");
        }
    }
    /** Killed while the agent thinks: the agent sees the end of the stream, and no file or process is left. */
    @Test
    void aKilledShimIsSeenByTheAgentAndLeavesNothing() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), connection -> {
            Question.read(connection);
            asked.countDown();
            if (connection.read(ByteBuffer.allocate(1)) == -1) {
                seen.countDown();
            }
        })) {
            Process shim = Program.start(Shim.environment("ADD"), Shim.RELEASED);
            Program.feed(
                    shim.getOutputStream(), Shim.configuration(agent.socket()).getBytes(StandardCharsets.UTF_8));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(Proc.children(shim.pid())).isEmpty();
            shim.destroyForcibly();
            assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(Program.awaitEnd(shim)).isEqualTo(128 + 9);
            assertThat(dir.toFile().list()).containsExactly("s");
        }
    }

    @Test
    void beingStoppedForAWhileChangesNothing() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), connection -> {
            Question.read(connection);
            asked.countDown();
            go.await();
            FakeAgent.write(connection, FakeAgent.answer(0, "answer", ""));
        })) {
            Process shim = Program.start(Shim.environment("ADD"), Shim.RELEASED);
            Program.feed(
                    shim.getOutputStream(), Shim.configuration(agent.socket()).getBytes(StandardCharsets.UTF_8));
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 3; i++) {
                signal("STOP", shim);
                Proc.await("stopped", () -> Proc.stat(shim.pid()).filter(stat -> stat.state() == 'T'));
                signal("CONT", shim);
                Proc.await("asleep", () -> Proc.stat(shim.pid()).filter(stat -> stat.state() == 'S'));
            }
            go.countDown();
            assertThat(Program.awaitEnd(shim)).isZero();
            assertThat(shim.inputReader().lines()).containsExactly("answer");
        }
    }

    private static void signal(String name, Process process) {
        Program.run(Map.of(), new byte[0], Path.of("/bin/kill"), "-" + name, Long.toString(process.pid()));
    }
}
