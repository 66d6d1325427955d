package dev.fairlead.natives;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A call ends by itself: tried with a shim that was compiled to allow 2100 ms, and 300 ms for STATUS and VERSION. */
class ShimDeadlineTest {

    private static final Duration LONG = Duration.ofMillis(2100);
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    private Path dir;

    private record Timed(Program.Ended ended, Duration took) {

        static Timed call(String command, String configuration) {
            long start = System.nanoTime();
            Program.Ended ended = Shim.call(Shim.FOR_TESTS, command, configuration);
            return new Timed(ended, Duration.ofNanos(System.nanoTime() - start));
        }

        JsonNode refusedAfter(Duration allowed, int code) {
            assertThat(took).isGreaterThanOrEqualTo(allowed).isLessThan(allowed.plusSeconds(5));
            assertThat(ended.status()).isEqualTo(1);
            JsonNode error = Shim.document(ended);
            assertThat(error.path("code").asInt()).isEqualTo(code);
            return error;
        }
    }

    @ParameterizedTest
    @CsvSource({"ADD, 2100, 11", "DEL, 2100, 11", "CHECK, 2100, 11", "GC, 2100, 11", "STATUS, 300, 50"})
    void anAgentThatHangsIsGivenUp(String command, int milliseconds, int code) {
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), ShimDeadlineTest::readToTheEnd)) {
            JsonNode error = Timed.call(command, Shim.configuration(agent.socket()))
                    .refusedAfter(Duration.ofMillis(milliseconds), code);
            assertThat(error.path("msg").asText()).contains("did not answer in time", command);
            assertThat(error.path("details").asText()).contains(milliseconds + " ms", "got 0 bytes");
        }
    }

    @Test
    void versionIsAnsweredWhenTheAgentHangs() {
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), ShimDeadlineTest::readToTheEnd)) {
            Timed timed = Timed.call("VERSION", Shim.configuration(agent.socket()));
            assertThat(timed.took()).isGreaterThanOrEqualTo(SHORT);
            assertThat(timed.ended().status()).isZero();
            assertThat(Shim.document(timed.ended()).has("supportedVersions")).isTrue();
        }
    }

    @Test
    void anAgentThatReadsNothingIsGivenUpWithMegabytesUnsent() {
        CountDownLatch over = new CountDownLatch(1);
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), shim -> over.await())) {
            Timed.call("ADD", Shim.configuration(agent.socket()) + " ".repeat(3 << 20))
                    .refusedAfter(LONG, 11);
            over.countDown();
        }
    }

    /** The time is for the call, not for each wait. */
    @Test
    void anAgentThatTricklesIsGivenUp() {
        byte[] answer = FakeAgent.answer(0, "x".repeat(1_000_000), "");
        try (FakeAgent agent = FakeAgent.doing(dir.resolve("s"), shim -> {
            Question.read(shim);
            try {
                for (byte piece : answer) {
                    FakeAgent.write(shim, new byte[] {piece});
                    LockSupport.parkNanos(5_000_000); // being slow is what this agent is for
                }
            } catch (IOException e) {
                // EPIPE: the shim gave up, as it should
            }
        })) {
            JsonNode error =
                    Timed.call("ADD", Shim.configuration(agent.socket())).refusedAfter(LONG, 11);
            assertThat(error.path("details").asText()).contains("got ").doesNotContain("got 0 bytes");
        }
    }

    /** With a full backlog connect itself waits; on a unix socket that can't be polled for. */
    @Test
    void anAgentThatDoesNotAcceptIsGivenUp() throws IOException {
        Path socket = dir.resolve("s");
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocketChannel listening = FakeAgent.listen(socket, 1)) {
            assertThat(listening.isOpen()).isTrue();
            fill(socket, waiting);
            JsonNode error = Timed.call("ADD", Shim.configuration(socket)).refusedAfter(LONG, 11);
            assertThat(error.path("msg").asText()).contains("can't be reached");
            assertThat(error.path("details").asText()).contains("takes no more calls");
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    private static void fill(Path socket, List<SocketChannel> waiting) throws IOException {
        while (true) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            waiting.add(channel);
            channel.configureBlocking(false);
            try {
                if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
                    return;
                }
            } catch (IOException full) {
                return;
            }
        }
    }

    @Test
    void stdinThatNobodyClosesIsGivenUp() throws IOException {
        Process shim = Program.start(Shim.environment("ADD"), Shim.FOR_TESTS);
        try {
            shim.getOutputStream().write("{".getBytes(StandardCharsets.UTF_8));
            shim.getOutputStream().flush();
            assertThat(Program.awaitEnd(shim)).isEqualTo(1);
            assertThat(shim.inputReader().readLine()).contains("\"code\":11", "2100 ms", "close its stdin");
        } finally {
            shim.destroyForcibly();
        }
    }

    @Test
    void withoutACommandASilentStdinIsNotWaitedForLong() {
        Process shim = Program.start(Map.of(), Shim.FOR_TESTS);
        try {
            assertThat(Program.awaitEnd(shim)).isEqualTo(1);
            assertThat(shim.inputReader().lines()).singleElement().asString().contains("\"code\":4");
        } finally {
            shim.destroyForcibly();
        }
    }

    @Test
    void aRuntimeThatDoesNotReadIsGivenUp() {
        try (FakeAgent agent = FakeAgent.answering(dir.resolve("s"), FakeAgent.answer(0, "x".repeat(1 << 20), ""))) {
            Process shim = Program.start(Shim.environment("ADD"), Shim.FOR_TESTS);
            byte[] configuration = Shim.configuration(agent.socket()).getBytes(StandardCharsets.UTF_8);
            Program.feed(shim.getOutputStream(), configuration);
            assertThat(Program.awaitEnd(shim)).isEqualTo(1);
            assertThat(shim.errorReader().lines()).singleElement().asString().contains("time allowed");
        }
    }

    private static void readToTheEnd(SocketChannel shim) throws IOException {
        Question.read(shim);
        assertThat(shim.read(ByteBuffer.allocate(1))).as("the shim hangs up").isEqualTo(-1);
    }
}
