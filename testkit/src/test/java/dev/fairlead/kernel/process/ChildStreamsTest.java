package dev.fairlead.kernel.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.FdLeaks;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Children on pipes and on a terminal: a shell and the usual programs tell what they read. */
@RealKernel
class ChildStreamsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The thread that waits for children, and its pipe, last as long as the JVM. */
    @BeforeAll
    static void startTheFirstChild() {
        assertThat(Spawn.of(Path.of("/bin/true"), List.of()).run(PATIENCE)).contains(0);
    }

    private static Spawn shell(String script) {
        return Spawn.of(Path.of("/bin/sh"), List.of("-c", script))
                .withEnvironment(java.util.Map.of("PATH", "/usr/bin:/bin"));
    }

    /** Keeps what it hears. */
    private static final class Heard implements ChildStreams.Listener {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        private final CompletableFuture<Integer> exit = new CompletableFuture<>();

        @Override
        public synchronized void printed(int stream, byte[] bytes) {
            (stream == 1 ? out : err).writeBytes(bytes);
        }

        @Override
        public void ended(int exitCode) {
            exit.complete(exitCode);
        }

        int exit() {
            return exit.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        }

        synchronized String out() {
            return out.toString(StandardCharsets.UTF_8);
        }

        synchronized String err() {
            return err.toString(StandardCharsets.UTF_8);
        }
    }

    private static ChildStreams piped(boolean input, String script, Heard heard) {
        return ChildStreams.piped(
                input,
                (in, out, err) ->
                        shell(script).withSession().withStreams(in, out, err).start(),
                heard);
    }

    private static ChildStreams onTerminal(String script, Heard heard) {
        return ChildStreams.onTerminal(path -> shell(script).withTerminal(path).start(), heard);
    }

    @Test
    void bothStreamsAndTheExitCodeAreHeardAndNothingStaysOpen() {
        FdLeaks leaks = FdLeaks.watch();
        Heard heard = new Heard();
        piped(false, "echo out; echo err >&2; cat; exit 7", heard);
        assertThat(heard.exit()).isEqualTo(7);
        assertThat(heard.out()).isEqualTo("out\n");
        assertThat(heard.err()).isEqualTo("err\n");
        awaitNone(leaks);
    }

    @Test
    void tenMegabytesComeBackAsTheyWere() throws InterruptedException {
        byte[] all = new byte[10 << 20];
        new Random(1).nextBytes(all);
        Heard heard = new Heard();
        ChildStreams streams = piped(true, "exec cat", heard);
        for (int at = 0; at < all.length; at += 30_000) {
            streams.feed(Arrays.copyOfRange(all, at, Math.min(all.length, at + 30_000)));
        }
        streams.endFeed();
        assertThat(heard.exit()).isZero();
        assertThat(heard.out.toByteArray()).isEqualTo(all);
    }

    @Test
    void whoeverFeedsAProcessThatDoesNotReadWaitsAndIsLetGoByItsEnd() throws Exception {
        Heard heard = new Heard();
        ChildStreams streams = piped(true, "exec sleep 1000", heard);
        CompletableFuture<Void> feeding = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < 100; i++) {
                    streams.feed(new byte[30_000]);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(feeding.orTimeout(100, TimeUnit.MILLISECONDS)
                        .handle((_, failure) -> failure instanceof java.util.concurrent.TimeoutException)
                        .get())
                .as("waits")
                .isTrue();
        streams.child().signal(Child.SIGTERM);
        assertThat(heard.exit()).isEqualTo(128 + Child.SIGTERM);
        streams.feed(new byte[300_000]);
        streams.feed(new byte[300_000]);
    }

    @Test
    void aChildOfTheChildThatKeepsTheStreamsDoesNotKeepTheEndBack() {
        Heard heard = new Heard();
        piped(false, "sleep 1000 & echo $!; exit 3", heard);
        assertThat(heard.exit()).isEqualTo(3);
        assertThat(heard.out()).matches("[0-9]+\n");
        Stranger sleeping = Stranger.hold(Integer.parseInt(heard.out().strip()));
        sleeping.signal(Child.SIGKILL);
        assertThat(sleeping.awaitEnd(PATIENCE)).isTrue();
        sleeping.close();
    }

    @Test
    void closingEndsWhatReadsAndWhatWrites() throws InterruptedException {
        FdLeaks leaks = FdLeaks.watch();
        ChildStreams reader = piped(true, "exec cat", new Heard());
        ChildStreams writer = piped(false, "exec yes", new Heard());
        reader.close();
        writer.close();
        assertThat(reader.child().await(PATIENCE)).contains(0);
        assertThat(writer.child().await(PATIENCE)).contains(128 + 13 /* SIGPIPE */);
        awaitNone(leaks);
    }

    /** The descriptor of a child that has ended is closed by whoever notices, which may be a moment later. */
    private static void awaitNone(FdLeaks leaks) {
        Poll.until(PATIENCE, () -> isClosed(leaks), () -> "descriptors are open still");
    }

    private static boolean isClosed(FdLeaks leaks) {
        try {
            leaks.assertNone();
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    @Test
    void aTerminalIsATerminalAndHasTheSizeOfTheWindow() throws InterruptedException {
        FdLeaks leaks = FdLeaks.watch();
        Heard heard = new Heard();
        ChildStreams streams = onTerminal("tty; read x; stty size; echo got $x; echo err >&2; exit 4", heard);
        Poll.until(PATIENCE, () -> heard.out().contains("\n"), heard::out);
        assertThat(heard.out()).matches("/dev/pts/[0-9]+\r\n");
        streams.resize(101, 33);
        streams.feed("line\n".getBytes(StandardCharsets.UTF_8));
        assertThat(heard.exit()).isEqualTo(4);
        assertThat(heard.out()).endsWith("line\r\n33 101\r\ngot line\r\nerr\r\n");
        awaitNone(leaks);
    }

    @Test
    void controlCReachesTheForegroundOfATerminal() throws InterruptedException {
        Heard heard = new Heard();
        ChildStreams streams =
                onTerminal("trap 'echo interrupted; exit 5' INT; echo ready; while :; do sleep 1; done", heard);
        Poll.until(PATIENCE, () -> heard.out().contains("ready"), heard::out);
        streams.feed(new byte[] {3});
        assertThat(heard.exit()).isEqualTo(5);
        assertThat(heard.out()).contains("interrupted");
    }

    @Test
    void aTerminalHangsUpWhenItIsClosed() {
        Heard heard = new Heard();
        ChildStreams streams = onTerminal("echo ready; read x", heard);
        Poll.until(PATIENCE, () -> heard.out().contains("ready"), heard::out);
        streams.close();
        assertThat(streams.child().await(PATIENCE)).contains(128 + 1 /* SIGHUP */);
        assertThat(heard.exit.isDone()).isFalse();
    }

    @Test
    void aProgramThatIsNotThereLeavesNothingOpen() {
        FdLeaks leaks = FdLeaks.watch();
        Spawn missing = Spawn.of(Path.of("/nowhere"), List.of());
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> ChildStreams.piped(
                        true,
                        (in, out, err) -> missing.withStreams(in, out, err).start(),
                        new Heard()))
                .hasMessageContaining("/nowhere");
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> ChildStreams.onTerminal(
                        path -> missing.withTerminal(path).start(), new Heard()))
                .hasMessageContaining("/nowhere");
        leaks.assertNone();
        assertThat(Files.exists(Path.of("/nowhere"))).isFalse();
    }
}
