package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that a test ran to its end, and what came of it. Standard output is a pipe, and is read until all have let go. */
record Ran(List<String> command, int exitCode, String out, String err) {
    private static final int PATIENCE_SECONDS = 90;

    /** {@code ./fairlead ARGUMENT...} on the build that is there; skips the test where none is. */
    static Ran fairlead(String... arguments) {
        return fairlead(Map.of(), "", List.of(arguments));
    }

    /** As {@link #fairlead(String...)}, with more variables and something on standard input. */
    static Ran fairlead(Map<String, String> environment, String stdin, List<String> arguments) {
        assumeTrue(
                Files.exists(Started.HOME.resolve(".fairlead/current")),
                "no build to test: the tests are run by ./fairlead test, which makes it");
        List<String> command =
                new ArrayList<>(List.of(Started.HOME.resolve("fairlead").toString()));
        command.addAll(arguments);
        return program(environment, stdin, command);
    }

    /** Any program, in the directory of this JVM. */
    static Ran program(Map<String, String> environment, String stdin, List<String> command) {
        try {
            Path in = Files.createTempFile("ran", ".in");
            Path err = Files.createTempFile("ran", ".err");
            try {
                Files.writeString(in, stdin);
                ProcessBuilder builder =
                        new ProcessBuilder(command).redirectInput(in.toFile()).redirectError(err.toFile());
                builder.environment().put("FAIRLEAD_NO_BUILD", "1");
                builder.environment().putAll(environment);
                Process process = builder.start();
                String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError(String.join(" ", command) + " did not end: " + Files.readString(err));
                }
                return new Ran(command, process.exitValue(), out, Files.readString(err));
            } finally {
                Files.delete(in);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not run " + String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + String.join(" ", command), e);
        }
    }

    /** Standard output of a program that must have succeeded. */
    String ok() {
        assertThat(exitCode).as(toString()).isZero();
        return out;
    }

    List<String> lines() {
        return ok().lines().toList();
    }

    /** The one sentence, without its {@code fairlead: }, of a command that must have failed so and printed nothing else. */
    String refusal(int wantedExitCode) {
        assertThat(exitCode).as(toString()).isEqualTo(wantedExitCode);
        assertThat(out).as("standard output of %s", command).isEmpty();
        assertThat(err)
                .as("standard error of %s", command)
                .startsWith("fairlead: ")
                .hasLineCount(1);
        return err.substring("fairlead: ".length()).strip();
    }

    @Override
    public String toString() {
        return String.join(" ", command) + " ended with " + exitCode + "\n" + out + err;
    }
}
