package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A real {@code ./fairlead} that a test started, and what the host's {@code /proc} tells about it. */
final class Started implements AutoCloseable {
    static final Path HOME = Path.of(System.getProperty("fairlead.home"));
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final Process process;
    private final BufferedReader out;
    private final Path err;

    private Started(Process process, Path err) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.err = err;
    }

    /** Starts {@code command} on the build that is there; skips the test where none is. */
    static Started command(Map<String, String> environment, List<String> command) throws IOException {
        assumeTrue(
                Files.exists(HOME.resolve(".fairlead/current")),
                "no build to test: the tests are run by ./fairlead test, which makes it");
        return program(HOME, environment, command);
    }

    /** Starts {@code ./fairlead ARGUMENT...} in the checkout. */
    static Started fairlead(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(HOME.resolve("fairlead").toString()));
        command.addAll(List.of(arguments));
        return command(Map.of("FAIRLEAD_NO_BUILD", "1"), command);
    }

    /** Starts any program in {@code directory}. */
    static Started program(Path directory, Map<String, String> environment, List<String> command) throws IOException {
        Path err = Files.createTempFile("fairlead-test", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().putAll(environment);
        return new Started(builder.redirectError(err.toFile()).start(), err);
    }

    long pid() {
        return process.pid();
    }

    /** The next line of standard output. */
    String line() throws IOException {
        String line = out.readLine();
        assertThat(line)
                .as("standard output ended early; standard error: %s", err())
                .isNotNull();
        return line;
    }

    /** All that is left of standard output. */
    List<String> lines() throws IOException {
        return out.readAllLines();
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS))
                .as("ended within %s", DEADLINE)
                .isTrue();
        return process.exitValue();
    }

    /** Sends {@code signal}, such as {@code TERM}, to one process. */
    static void signal(String signal, long pid) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid).start();
        assertThat(kill.waitFor()).as("kill -%s %d", signal, pid).isZero();
    }

    /** The namespace of a process as the kernel names it, for example {@code pid:[4026531836]}. */
    static String namespace(String kind, long pid) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + kind)).toString();
    }

    /** The living processes that are in a PID namespace, found by looking at every process of the host. */
    static List<Long> members(String pidNamespace) {
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> Character.isDigit(name.charAt(0)))
                    .map(Long::parseLong)
                    .filter(pid -> isIn(pidNamespace, pid))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError("listing /proc", e);
        }
    }

    private static boolean isIn(String pidNamespace, long pid) {
        try {
            // A dead process stays in the list until its parent asks for its exit code, and for an orphan that is init.
            return namespace("pid", pid).equals(pidNamespace)
                    && !Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException gone) {
            return false; // it ended meanwhile, or it is a process of somebody else
        }
    }

    /** Waits until {@code condition} holds, and fails with {@code what} where it doesn't in time. */
    static void eventually(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("%s within %s", what, DEADLINE).isLessThan(end);
            LockSupport.parkNanos(5_000_000); // a poll that leaves the processor to what it waits for
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(err);
    }
}
