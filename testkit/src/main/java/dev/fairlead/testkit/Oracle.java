package dev.fairlead.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.kernel.netns.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Runs the usual tools inside a network namespace: witnesses that don't share a line with the code they judge. A tool that
 * isn't installed skips the test with the reason.
 *
 * <p>The tool is started through {@code nsenter}. A thread of this JVM that entered the namespace could start it too, but
 * the JVM then makes its "process reaper" thread as a child of that thread, which keeps the namespace alive for a minute
 * after the test.
 */
public final class Oracle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 20;

    private final List<String> prefix;

    private Oracle(List<String> prefix) {
        this.prefix = prefix;
    }

    /** Inside a namespace; the handle must stay open while the oracle is asked. */
    public static Oracle in(Netns namespace) {
        assumeInstalled("nsenter");
        return new Oracle(List.of("nsenter", "--net=" + pathForOthers(namespace)));
    }

    /** In the namespace of this JVM. */
    public static Oracle here() {
        return new Oracle(List.of());
    }

    /** Waits until a device can carry packets by {@code ip}: the kernel settles that a moment after both ends are up. */
    public void awaitUp(String device) {
        Poll.until(
                Duration.ofSeconds(PATIENCE_SECONDS),
                () -> ip("link", "show", "dev", device)
                        .get(0)
                        .get("operstate")
                        .asText()
                        .equals("UP"),
                () -> run("ip", "link"));
    }

    /** What {@code ip -j} says, for example {@code ip("-d", "link", "show")}. */
    public JsonNode ip(String... arguments) {
        return json(command("ip", "-j", arguments));
    }

    /** What {@code bridge -j} says. */
    public JsonNode bridge(String... arguments) {
        return json(command("bridge", "-j", arguments));
    }

    /** What {@code nft -j} says; {@code --json} must not be given again. */
    public JsonNode nft(String... arguments) {
        return json(command("nft", "-j", arguments));
    }

    /** Lines of {@code conntrack}, without its counting line. */
    public List<String> conntrack(String... arguments) {
        return run(command("conntrack", "", arguments)).lines().toList();
    }

    /** Standard output of a program that must succeed. */
    public String run(String... command) {
        return run(List.of(command));
    }

    /** Lines of standard output, without trailing blanks. */
    public List<String> lines(String... command) {
        return run(command).lines().map(String::stripTrailing).toList();
    }

    /** Starts a program and leaves it running; the caller closes it. */
    public RunningProgram start(String... command) {
        return RunningProgram.start(full(List.of(command)));
    }

    private String run(List<String> command) {
        Outcome outcome = attempt(command);
        if (outcome.exitCode() != 0) {
            throw new AssertionError(String.join(" ", command) + " ended with " + outcome.exitCode() + ": "
                    + outcome.output() + outcome.errors());
        }
        return outcome.output();
    }

    /** What a program that may fail said. */
    public Outcome attempt(String... command) {
        return attempt(List.of(command));
    }

    /**
     * How a program ended.
     *
     * @param exitCode 0 for success
     */
    public record Outcome(int exitCode, String output, String errors) {}

    private Outcome attempt(List<String> command) {
        assumeInstalled(command.getFirst());
        try {
            Path errors = Files.createTempFile("oracle", ".err");
            try {
                Process process = new ProcessBuilder(full(command))
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .redirectError(errors.toFile())
                        .start();
                String output;
                try (var stdout = process.getInputStream()) {
                    output = new String(stdout.readAllBytes(), StandardCharsets.UTF_8);
                }
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(String.join(" ", command) + " did not end");
                }
                return new Outcome(process.exitValue(), output, Files.readString(errors));
            } finally {
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not run " + String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + String.join(" ", command), e);
        }
    }

    private List<String> full(List<String> command) {
        List<String> full = new ArrayList<>(prefix);
        full.addAll(command);
        return full;
    }

    private static List<String> command(String program, String option, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        if (!option.isEmpty()) {
            command.add(option);
        }
        command.addAll(List.of(arguments));
        return command;
    }

    private JsonNode json(List<String> command) {
        String output = run(command);
        try {
            return output.isBlank() ? JSON.createArrayNode() : JSON.readTree(output);
        } catch (JsonProcessingException e) {
            throw new AssertionError(String.join(" ", command) + " printed no JSON: " + output, e);
        }
    }

    /** Skips the running test, with the reason, when a program isn't on the PATH. */
    public static void assumeInstalled(String program) {
        if (!isInstalled(program)) {
            skip("SKIPPED: the program '" + program + "' is not installed");
        }
    }

    /**
     * Skips the running test, with the reason, where {@code tcpdump} can't run: it gives up root's rights for those of a user of
     * its own, which the user namespace of an ordinary user's tests doesn't have.
     */
    public static void assumeTcpdumpRuns() {
        assumeInstalled("tcpdump");
        try {
            List<String> users = Files.readAllLines(Path.of("/proc/self/uid_map"));
            boolean one = users.size() == 1 && users.getFirst().strip().endsWith(" 1");
            if (one) {
                skip("SKIPPED: tcpdump needs a second user, and this user namespace has one");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading which users there are", e);
        }
    }

    private static void skip(String reason) {
        System.out.println(reason);
        Assumptions.abort(reason);
    }

    public static boolean isInstalled(String program) {
        if (program.startsWith("/")) {
            return Files.isExecutable(Path.of(program));
        }
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        for (String directory : path.split(":", -1)) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    /** {@code /proc/self} of this JVM as other processes name it, right also where /proc shows another PID namespace. */
    private static Path pathForOthers(Netns namespace) {
        try {
            Path self = Files.readSymbolicLink(Path.of("/proc/self"));
            return Path.of("/proc").resolve(self).resolve("fd/" + namespace.fd().number());
        } catch (IOException e) {
            throw new UncheckedIOException("could not find this process in /proc", e);
        }
    }
}
