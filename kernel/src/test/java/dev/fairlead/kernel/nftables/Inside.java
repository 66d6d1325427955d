package dev.fairlead.kernel.nftables;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Fd;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A throw-away namespace in which the real tools can be run, as independent judges. */
public final class Inside implements AutoCloseable {
    private final Netns namespace;

    private Inside(Netns namespace) {
        this.namespace = namespace;
    }

    /** Skips the test, with the reason, where no namespace can be made or a tool is missing. */
    public static Inside create(String... tools) {
        for (String tool : tools) {
            assumeTrue(
                    Files.isExecutable(Path.of("/usr/sbin/" + tool)) || Files.isExecutable(Path.of("/usr/bin/" + tool)),
                    "skipped: the tool '" + tool + "' isn't installed");
        }
        try {
            return new Inside(Netns.create());
        } catch (KernelException e) {
            assumeTrue(!e.isNotPermitted(), "skipped: " + e.getMessage());
            throw e;
        }
    }

    public Netns namespace() {
        return namespace;
    }

    /** What a command prints; a failure of the command is a failure of the test. */
    public String run(String... command) {
        return runWithInput("", command);
    }

    /**
     * Through {@code nsenter}: the JVM makes its process reaper as a child of the thread that starts the first program, and
     * from inside that would keep the namespace alive long after the test.
     */
    public String runWithInput(String input, String... command) {
        List<String> inside = new ArrayList<>(List.of("nsenter", "--net=" + path()));
        inside.addAll(List.of(command));
        try {
            Process process =
                    new ProcessBuilder(inside).redirectErrorStream(true).start();
            // Both ends at once: nft prints more than a pipe holds before it has read everything.
            Thread writer = Thread.ofVirtual().start(() -> feed(process, input));
            String output;
            try (InputStream from = process.getInputStream()) {
                output = new String(from.readAllBytes(), StandardCharsets.UTF_8);
            }
            writer.join();
            if (process.waitFor() != 0) {
                throw new AssertionError(List.of(command) + " failed: " + output + "\n--- input\n" + input);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while " + List.of(command) + " ran", e);
        }
    }

    /** A path to the namespace for other processes. */
    public String path() {
        return "/proc/" + ProcessHandle.current().pid() + "/fd/"
                + namespace.fd().number();
    }

    private static void feed(Process process, String input) {
        try (OutputStream to = process.getOutputStream()) {
            to.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // The command ended without reading; its exit code says more.
        }
    }

    /** Every descriptor that was opened is closed again; with {@code -Dfairlead.fd.trace=true}, as in every test run. */
    public static void assertNothingLeft() {
        Fd.openDescriptors().forEach((fd, where) -> {
            throw new AssertionError("still open: " + fd, where);
        });
    }

    @Override
    public void close() {
        namespace.close();
    }
}
