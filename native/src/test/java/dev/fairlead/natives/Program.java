package dev.fairlead.natives;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a program with exactly the environment and standard input given, and nothing of our own environment. */
final class Program {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Path ROOM =
            Path.of(System.getProperty("fairlead.home"), "native").toAbsolutePath();

    /** What {@code mvn package} builds for users. */
    static final Path BIN = ROOM.resolve("target/bin");

    /** What is built for tests only. */
    static final Path TEST_BIN = ROOM.resolve("target/test-bin");

    static final String VERSION = System.getProperty("fairlead.version");

    /** How a program ended. {@code status} is 128 + n when signal n ended it, as the JDK reports it. */
    record Ended(int status, byte[] stdout, byte[] stderr) {
        String out() {
            return new String(stdout, StandardCharsets.UTF_8);
        }

        String err() {
            return new String(stderr, StandardCharsets.UTF_8);
        }
    }

    private Program() {}

    static Ended run(Map<String, String> environment, byte[] stdin, Path program, String... arguments) {
        Process process = start(environment, program, arguments);
        try {
            CompletableFuture<byte[]> stdout = drain(process.getInputStream());
            CompletableFuture<byte[]> stderr = drain(process.getErrorStream());
            feed(process.getOutputStream(), stdin);
            return new Ended(awaitEnd(process), stdout.join(), stderr.join());
        } finally {
            process.destroyForcibly();
        }
    }

    static Process start(Map<String, String> environment, Path program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("could not run " + command, e);
        }
    }

    /** The exit status; fails when the program runs longer than any of them may. */
    static int awaitEnd(Process process) {
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("pid " + process.pid() + " still runs after " + PATIENCE);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for pid " + process.pid(), e);
        }
    }

    /** Writes and closes; a program that ended without reading everything is not an error here. */
    static void feed(OutputStream to, byte[] bytes) {
        try (to) {
            to.write(bytes);
        } catch (IOException e) {
            // EPIPE: the program chose not to read on. What it answered is what the test looks at.
        }
    }

    /** In a thread of its own: a program that fills one pipe must not wait because we read the other. */
    private static CompletableFuture<byte[]> drain(InputStream from) {
        CompletableFuture<byte[]> bytes = new CompletableFuture<>();
        Thread.ofPlatform().name("drain").start(() -> {
            try (from) {
                bytes.complete(from.readAllBytes());
            } catch (IOException e) {
                bytes.completeExceptionally(e);
            }
        });
        return bytes;
    }
}
