package dev.fairlead.trace.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.packet.Flow;
import dev.fairlead.trace.observe.ClockReading;
import dev.fairlead.trace.observe.Eyes;
import dev.fairlead.trace.observe.EyesException;
import dev.fairlead.trace.observe.Findings;
import dev.fairlead.trace.observe.Sight;
import dev.fairlead.trace.observe.Step;
import dev.fairlead.trace.observe.Taken;
import dev.fairlead.trace.observe.Watch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Both ends of a connection, with eyes whose answers are known. */
class EyesConversationTest {
    private final RandomValues values = new RandomValues(new SplittableRandom(4));
    private final Watch watch = values.watch();
    private final List<Sight> sights = values.sights(watch);
    private final Findings findings = values.findings(watch);

    /** How many are open. */
    private final AtomicInteger open = new AtomicInteger();

    private final class Known implements Eyes {
        Known(Watch asked) {
            assertThat(asked).isEqualTo(watch);
            open.incrementAndGet();
        }

        @Override
        public List<Sight> await(Duration patience) {
            return sights;
        }

        @Override
        public Findings finish(Flow asked) {
            assertThat(asked).isEqualTo(watch.flow());
            return findings;
        }

        @Override
        public Optional<Taken> route(Flow packet, String in) {
            return in.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new Taken("via " + in, in, packet.destination().ip()));
        }

        @Override
        public Optional<String> ownRoute(Flow packet, String pod) {
            return Optional.of(packet.destination().ip() + " mtu 1300, of " + pod);
        }

        @Override
        public Optional<String> unanswered(Taken route) {
            return Optional.of(route.next() + " dev " + route.device() + " FAILED");
        }

        @Override
        public Optional<String> rule(Step step) {
            throw new EyesException("no rules here");
        }

        @Override
        public ClockReading clock() {
            throw new AssertionError("the other end reads it off the answers");
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    private static PipedInputStream pipe(PipedOutputStream from) {
        try {
            return new PipedInputStream(from, 1 << 16);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyQuestionGetsItsAnswer() throws InterruptedException, IOException {
        PipedOutputStream asking = new PipedOutputStream();
        PipedOutputStream answering = new PipedOutputStream();
        PipedInputStream questions = pipe(asking);
        PipedInputStream answers = pipe(answering);
        Thread server = Thread.ofPlatform().start(() -> {
            EyesServer.serve(questions, answering, Known::new);
            end(answering);
        });
        try (Eyes eyes = RemoteEyes.open(
                watch,
                "the agent of node-1",
                new RemoteEyes.Connection(answers, asking, () -> end(asking), () -> end(asking)))) {
            assertThat(open).hasValue(1);
            assertThat(eyes.await(Duration.ofSeconds(50))).isEqualTo(sights);
            assertThat(eyes.finish(watch.flow())).isEqualTo(findings);
            Taken route =
                    new Taken("via uplink", "uplink", watch.flow().destination().ip());
            assertThat(eyes.route(watch.flow(), "uplink")).contains(route);
            assertThat(eyes.ownRoute(watch.flow(), "default/a")).contains(route.next() + " mtu 1300, of default/a");
            assertThat(eyes.unanswered(route)).contains(route.next() + " dev uplink FAILED");
            assertThat(eyes.route(watch.flow(), "")).isEmpty();
            assertThatThrownBy(() -> eyes.rule(values.step()))
                    .isInstanceOf(EyesException.class)
                    .hasMessage("the agent of node-1 refused: no rules here");
            assertThat(eyes.await(Duration.ZERO)).as("a refusal ends nothing").isEqualTo(sights);
            assertThat(eyes.clock().leastNs()).isLessThanOrEqualTo(0);
            assertThat(eyes.clock().mostNs()).isGreaterThanOrEqualTo(0);
        }
        assertThat(open)
                .as("closed at the other end too, before this one goes on")
                .hasValue(0);
        assertThat(server.join(Duration.ofSeconds(20))).isTrue();
    }

    private static void end(PipedOutputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> served(String... lines) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] in = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        EyesServer.serve(new ByteArrayInputStream(in), out, Known::new);
        assertThat(open).hasValue(0);
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceFirst("\\{\"clock\":\\d+,", "{"))
                .toList();
    }

    @Test
    void whatIsAskedOutOfOrderIsRefused() {
        String arm = new Question.Arm(watch).line();
        assertThat(served("{\"ask\":\"await\",\"millis\":1}"))
                .containsExactly("{\"refused\":\"nothing is armed yet, so there is nothing to be asked\"}");
        assertThat(served("nonsense")).singleElement().asString().startsWith("{\"refused\":\"question can't be read:");
        assertThat(served(arm, arm, "{\"ask\":\"rule\"}"))
                .hasSize(3)
                .startsWith("{\"armed\":true}", "{\"refused\":\"this connection is armed already; make another one\"}");
    }

    @Test
    void anAnswerThatIsNoneIsAFailureOfThatNode() {
        for (String answer :
                List.of("", "hello\n", "{\"clock\":1}\n", "{\"clock\":1,\"armed\"", "{\"armed\":true}\n")) {
            AtomicInteger ended = new AtomicInteger();
            RemoteEyes.Connection connection = new RemoteEyes.Connection(
                    new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)),
                    new ByteArrayOutputStream(),
                    () -> {},
                    ended::incrementAndGet);
            assertThatThrownBy(() -> RemoteEyes.open(watch, "the agent of node-1", connection))
                    .as(answer)
                    .isInstanceOf(EyesException.class);
            assertThat(ended).hasValue(1);
        }
    }

    /** An answer that comes too late isn't taken for that to the next question. */
    @Test
    void anAnswerThatComesTooLate() {
        String late = new Answer.Sights(sights).line(watch) + "\n";
        InputStream answers = new SequenceInputStream(Collections.enumeration(List.of(
                new ByteArrayInputStream((new Answer.Armed().line(watch) + "\n").getBytes(StandardCharsets.UTF_8)),
                new InputStream() {
                    private boolean waited;

                    @Override
                    public int read() throws IOException {
                        if (waited) {
                            return -1;
                        }
                        waited = true;
                        throw new SocketTimeoutException("nothing came in time");
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        return read();
                    }
                },
                new ByteArrayInputStream((late + late).getBytes(StandardCharsets.UTF_8)))));
        AtomicInteger ended = new AtomicInteger();
        try (Eyes eyes = RemoteEyes.open(
                watch,
                "the agent of node-1",
                new RemoteEyes.Connection(answers, new ByteArrayOutputStream(), () -> {}, ended::incrementAndGet))) {
            assertThatThrownBy(() -> eyes.await(Duration.ZERO))
                    .isInstanceOf(EyesException.class)
                    .hasMessageContaining("nothing came in time");
            assertThatThrownBy(() -> eyes.await(Duration.ZERO))
                    .isInstanceOf(EyesException.class)
                    .hasMessage("the agent of node-1 does not answer any more");
        }
        assertThat(ended).hasValue(1);
    }

    /** Neither side lets the other one fill its memory. */
    @Test
    void aLineWithoutEnd() {
        byte[] much = new byte[2 << 20];
        Arrays.fill(much, (byte) 'x');
        assertThatThrownBy(
                        () -> EyesServer.serve(new ByteArrayInputStream(much), new ByteArrayOutputStream(), Known::new))
                .isInstanceOf(EyesException.class)
                .hasMessage("a line is longer than 1048576 bytes");
    }
}
