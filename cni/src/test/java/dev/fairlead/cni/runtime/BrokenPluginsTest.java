package dev.fairlead.cni.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cni.Json;
import dev.fairlead.cni.PluginException;
import dev.fairlead.cni.PluginException.Failure;
import dev.fairlead.cni.protocol.NetConfList;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plugins that are real files and do everything wrong: each gets one sentence that names file, network, plugin and verb. */
@Timeout(60)
class BrokenPluginsTest {
    private static final NetConfList LIST =
            NetConfList.read(Json.bytes("{'name':'net','cniVersion':'1.0.0','plugins':[{'type':'bad'}]}"));
    private static final AttachmentParameters C1 = AttachmentParameters.of("c1", "/n", "eth0");

    @TempDir
    Path directory;

    private CniRuntime runtime(PluginExec exec, Duration timeout) {
        return new CniRuntime(
                exec, List.of(directory), directory.resolve("cache"), Map.of("PATH", "/usr/bin:/bin"), timeout);
    }

    private CniRuntime runtime() {
        return runtime(new ProcessExec(), Duration.ofSeconds(30));
    }

    private Path script(String body) throws IOException {
        Path file = directory.resolve("bad");
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void assertFails(Failure failure, String message) {
        assertThatThrownBy(() -> runtime().add(LIST, C1))
                .isInstanceOfSatisfying(
                        PluginException.class, e -> assertThat(e.failure()).isEqualTo(failure))
                .hasMessage(message.replace("BAD", "plugin 'bad' (" + directory.resolve("bad") + ")"));
    }

    @Test
    void thatIsNotThere() {
        assertFails(
                Failure.NOT_FOUND,
                "plugin 'bad' is needed for ADD in network 'net', and no directory of CNI_PATH has such a file; searched ["
                        + directory + "]");
    }

    @Test
    void thatIsADirectory() throws IOException {
        Files.createDirectory(directory.resolve("bad"));
        thatIsNotThere();
    }

    @Test
    void thatMayNotBeExecuted() throws IOException {
        Files.setPosixFilePermissions(script("exit 0"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> runtime().add(LIST, C1))
                .isInstanceOfSatisfying(
                        PluginException.class, e -> assertThat(e.failure()).isEqualTo(Failure.NOT_STARTED))
                .hasMessageContaining("can't be executed for ADD in network 'net': ")
                .hasMessageContaining("Permission denied");
    }

    @Test
    void thatHangs() throws IOException {
        script("echo thinking >&2; sleep 600 & echo $! >" + directory + "/child; wait");
        CniRuntime impatient = runtime(new ProcessExec(), Duration.ofMillis(3100));
        assertThatThrownBy(() -> impatient.add(LIST, C1))
                .isInstanceOfSatisfying(
                        PluginException.class, e -> assertThat(e.isTimeout()).isTrue())
                .hasMessage(
                        "plugin 'bad' (" + directory.resolve("bad")
                                + ") didn't answer ADD in network 'net' within 3100 ms and was ended; on standard error 'thinking'");
        long child = Long.parseLong(Files.readString(directory.resolve("child")).strip());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (isRunning(child) && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
        }
        assertThat(isRunning(child)).isFalse();
    }

    /** A killed process that nobody has waited for yet isn't running either. */
    private static boolean isRunning(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return !stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void thatPrintsRubbish() throws IOException {
        script("cat >/dev/null; echo 'OK: all good'");
        assertFails(
                Failure.BAD_RESULT,
                "BAD succeeded with ADD in network 'net', but its answer isn't a result: line 1, column 1: isn't JSON that "
                        + "can be used: Unrecognized token 'OK'; it printed 'OK: all good'");
    }

    @Test
    void thatPrintsNothing() throws IOException {
        script("exit 0");
        assertFails(
                Failure.BAD_RESULT,
                "BAD succeeded with ADD in network 'net', but its answer isn't a result: line 1, column 1: is empty and "
                        + "should be JSON; it printed nothing at all");
    }

    @Test
    void thatAnswersInAVersionNobodyKnows() throws IOException {
        script("echo '{\"cniVersion\":\"0.2.0\",\"ip4\":{}}'");
        assertThatThrownBy(() -> runtime().add(LIST, C1))
                .hasMessageContaining("cniVersion should be one of [0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0], is '0.2.0'");
    }

    @Test
    void thatAnswersWithAWrongField() throws IOException {
        script("echo '{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"10.0.0.1\"}]}'");
        assertThatThrownBy(() -> runtime().add(LIST, C1)).hasMessageContaining("ips[0].address should be");
    }

    @Test
    void thatFailsWithoutAWord() throws IOException {
        script("exit 3");
        assertFails(
                Failure.FAILED,
                "BAD failed ADD in network 'net' with exit code 3 and no CNI error document; it printed nothing at all");
    }

    @Test
    void thatFailsOnStandardErrorOnly() throws IOException {
        script("echo 'no such device' >&2; exit 1");
        assertFails(
                Failure.FAILED,
                "BAD failed ADD in network 'net' with exit code 1 and no CNI error document; on standard error "
                        + "'no such device'");
    }

    @Test
    void thatFailsWithRubbish() throws IOException {
        script("printf 'panic:\\n\\tgoroutine 1\\n'; echo more >&2; exit 2");
        assertFails(
                Failure.FAILED,
                "BAD failed ADD in network 'net' with exit code 2 and no CNI error document; it printed "
                        + "'panic: goroutine 1', on standard error 'more'");
    }

    @Test
    void thatFailsWithADocument() throws IOException {
        script(
                "echo '{\"cniVersion\":\"1.0.0\",\"code\":7,\"msg\":\"Invalid Configuration\",\"details\":\"too small\"}'; exit 1");
        assertFails(Failure.REFUSED, "BAD failed ADD in network 'net': Invalid Configuration; too small");
    }

    @Test
    void thatDoesNotReadItsInput() throws IOException {
        script("exec <&-; echo '{\"cniVersion\":\"1.0.0\"}'");
        NetConfList large = NetConfList.read(Json.bytes(
                "{'name':'net','cniVersion':'1.0.0','plugins':[{'type':'bad','x':'" + "y".repeat(1 << 20) + "'}]}"));
        assertThat(runtime().add(large, C1).ips()).isEmpty();
    }

    /** As libcni: a plugin that is just being replaced is tried again. */
    @Test
    void thatIsBeingWritten() throws IOException {
        Path file = directory.resolve("bad");
        Files.copy(Path.of("/bin/true"), file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch busy = new CountDownLatch(2);
        ProcessExec real = new ProcessExec();
        PluginExec counting = (binary, environment, stdin, timeout) -> {
            PluginOutcome outcome = real.execute(binary, environment, stdin, timeout);
            if (outcome instanceof PluginOutcome.NotStarted notStarted && notStarted.textFileBusy()) {
                refused.incrementAndGet();
                busy.countDown();
            }
            return outcome;
        };
        CompletableFuture<Void> del;
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThat(open.isOpen()).isTrue();
            del = CompletableFuture.runAsync(
                    () -> runtime(counting, Duration.ofSeconds(9)).del(LIST, C1));
            awaitUninterrupted(busy);
        }
        assertThat(del).succeedsWithin(Duration.ofSeconds(20));
        assertThat(refused.get()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void thatIsBeingWrittenForTooLong() throws IOException {
        Path file = directory.resolve("bad");
        Files.copy(Path.of("/bin/true"), file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertThat(open.isOpen()).isTrue();
            assertThatThrownBy(() -> runtime().del(LIST, C1))
                    .hasMessageContaining("can't be executed for DEL in network 'net': ")
                    .hasMessageContaining("Text file busy");
        }
    }

    @Test
    void thatAnswersVersionWithRubbish() throws IOException {
        script("echo 1.0.0");
        assertThatThrownBy(() -> runtime().versions("bad"))
                .hasMessageContaining("succeeded with VERSION, but its answer isn't a result");
        assertThatThrownBy(() -> runtime().versions("../bad"))
                .hasMessageContaining("plugin '../bad' is needed for VERSION");
    }

    @Test
    void standardErrorOfASuccessIsNotAFailure() throws IOException {
        script("echo log >&2; printf '{}'");
        assertThat(new String(runtime().add(LIST, C1).bytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"cniVersion\":\"1.0.0\"}");
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
