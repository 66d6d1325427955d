package dev.fairlead.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * A program that runs beside a test, such as {@code tcpdump}; its output, errors included, is collected line by line. Ended
 * by {@link #close}. Its lines may be read from any thread.
 */
public final class RunningProgram implements AutoCloseable {
    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader;

    private RunningProgram(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    /** Starts it; the test is skipped where the program isn't installed. */
    public static RunningProgram start(List<String> command) {
        Oracle.assumeInstalled(command.getFirst());
        try {
            return new RunningProgram(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("could not start " + String.join(" ", command), e);
        }
    }

    private void read() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("output ended: " + e.getMessage());
        }
    }

    /** What it has printed so far. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /**
     * Waits for a line that contains {@code text}.
     *
     * @throws AssertionError with all lines when none comes in time
     */
    public String await(String text, Duration patience) {
        return Poll.value(
                patience,
                () -> lines.stream().filter(line -> line.contains(text)).findFirst(),
                () -> "no line with '" + text + "' in " + lines);
    }

    /** The line, where one contains {@code text} already. */
    public Optional<String> find(String text) {
        return lines.stream().filter(line -> line.contains(text)).findFirst();
    }

    public long pid() {
        return process.pid();
    }

    /** Ends it with SIGTERM, with SIGKILL when it doesn't listen, and waits until it and its output are gone. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                var _ = process.waitFor();
            }
            reader.join();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
