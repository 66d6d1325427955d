package dev.fairlead.cni.runtime;

import dev.fairlead.cni.CniError;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.PluginException;
import dev.fairlead.cni.PluginException.Failure;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.Quote;
import dev.fairlead.cni.Verb;
import dev.fairlead.cni.protocol.Names;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Finds a plugin, executes it, and says in one sentence what went wrong, if anything.
 *
 * @param path directories to search
 * @param timeout for one plugin and one verb
 */
public record PluginRun(PluginExec exec, List<Path> path, Duration timeout) {

    /** How long a file that is being written is waited for, as libcni does; it looks once a second, we more often. */
    private static final Duration BUSY_PATIENCE = Duration.ofSeconds(5);

    private static final Duration BUSY_PAUSE = Duration.ofMillis(20);

    public PluginRun {
        path = List.copyOf(path);
    }

    /**
     * Executes a plugin whose success needs no words.
     *
     * @param type its file name
     * @param network for messages; empty for VERSION
     * @throws PluginException when it can't be executed or fails
     */
    public void execute(Verb verb, String type, String network, Map<String, String> environment, byte[] stdin) {
        execute(verb, type, network, environment, stdin, stdout -> stdout);
    }

    /**
     * Executes a plugin and reads its answer.
     *
     * @param type its file name
     * @param network for messages; empty for VERSION
     * @throws PluginException when it can't be executed, fails, or {@code read} refuses its answer
     */
    public <T> T execute(
            Verb verb,
            String type,
            String network,
            Map<String, String> environment,
            byte[] stdin,
            Function<byte[], T> read) {
        Call call = new Call(verb, type, network, find(verb, type, network));
        return switch (patiently(call.binary, environment, stdin)) {
            case PluginOutcome.Exited exited -> call.read(exited.output(), read);
            case PluginOutcome.TimedOut timedOut ->
                throw call.failed(
                        Failure.TIMED_OUT,
                        "didn't answer " + call.what() + " within " + text(timeout) + " and was ended",
                        timedOut.stderr().isEmpty() ? "" : "on standard error '" + Quote.of(timedOut.stderr()) + "'");
            case PluginOutcome.NotStarted notStarted ->
                throw call.failed(
                        Failure.NOT_STARTED, "can't be executed for " + call.what() + ": " + notStarted.reason(), "");
        };
    }

    private Path find(Verb verb, String type, String network) {
        if (Names.problemOfType(type).isEmpty()) {
            for (Path directory : path) {
                Path file = directory.resolve(type);
                if (Files.isRegularFile(file)) {
                    return file;
                }
            }
        }
        Call call = new Call(verb, type, network, Path.of(""));
        throw call.failed(
                Failure.NOT_FOUND,
                "is needed for " + call.what() + ", and no directory of CNI_PATH has such a file",
                path.isEmpty() ? "CNI_PATH is empty" : "searched " + path);
    }

    private PluginOutcome patiently(Path binary, Map<String, String> environment, byte[] stdin) {
        long deadline = System.nanoTime() + BUSY_PATIENCE.toNanos();
        while (true) {
            PluginOutcome outcome = exec.execute(binary, environment, stdin, timeout);
            boolean busy = outcome instanceof PluginOutcome.NotStarted notStarted && notStarted.textFileBusy();
            if (!busy
                    || System.nanoTime() - deadline >= 0
                    || Thread.currentThread().isInterrupted()) {
                return outcome;
            }
            LockSupport.parkNanos(BUSY_PAUSE.toNanos());
        }
    }

    private static String text(Duration timeout) {
        long millis = timeout.toMillis();
        return millis % 1000 == 0 ? TimeUnit.MILLISECONDS.toSeconds(millis) + " s" : millis + " ms";
    }

    /** One execution, for its messages. */
    private record Call(Verb verb, String type, String network, Path binary) {

        String what() {
            return network.isEmpty() ? verb.toString() : verb + " in network '" + network + "'";
        }

        <T> T read(PluginOutput output, Function<byte[], T> read) {
            if (!output.isSuccess()) {
                throw failure(output);
            }
            try {
                return read.apply(output.stdout());
            } catch (ConfigException e) {
                throw failed(
                        Failure.BAD_RESULT,
                        "succeeded with " + what() + ", but its answer isn't a result: " + e.getMessage(),
                        words(output));
            }
        }

        private PluginException failure(PluginOutput output) {
            Optional<CniError> said = CniError.parse(output.stdout());
            if (said.isEmpty()) {
                return failed(
                        Failure.FAILED,
                        "failed " + what() + " with exit code " + output.exitCode() + " and no CNI error document",
                        words(output));
            }
            String msg = said.get().msg().isEmpty()
                    ? "exit code " + output.exitCode()
                    : said.get().msg();
            return failed(
                    Failure.REFUSED,
                    said.get().code(),
                    "failed " + what() + ": " + msg,
                    said.get().details());
        }

        private static String words(PluginOutput output) {
            String stdout = output.stdout().length == 0 ? "" : "it printed '" + Quote.of(output.stdoutText()) + "'";
            String stderr =
                    output.stderr().length == 0 ? "" : "on standard error '" + Quote.of(output.stderrText()) + "'";
            if (stdout.isEmpty() && stderr.isEmpty()) {
                return "it printed nothing at all";
            }
            return stdout + (stdout.isEmpty() || stderr.isEmpty() ? "" : ", ") + stderr;
        }

        PluginException failed(Failure failure, String problem, String details) {
            return failed(failure, ErrorCode.UNKNOWN.number(), problem, details);
        }

        PluginException failed(Failure failure, int code, String problem, String details) {
            String file = binary.toString().isEmpty() ? "" : " (" + binary + ")";
            String msg = "plugin '" + Quote.of(type) + "'" + file + " " + problem;
            return new PluginException(failure, verb, type, network, new CniError("", code, msg, details));
        }
    }
}
