package dev.fairlead.cni.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A user, network and mount namespace of its own that counts as the host in a test. Its holder lives as long as this JVM
 * keeps its pipe open, so that a killed test leaves nothing behind. Nothing connects it to the machine's network.
 */
final class ThrowAwayHost implements AutoCloseable {
    private final Process holder;

    private ThrowAwayHost(Process holder) {
        this.holder = holder;
    }

    /** A new one; empty with the reason printed where the kernel forbids it. */
    static Optional<ThrowAwayHost> start() {
        try {
            Process holder = new ProcessBuilder(
                            "unshare",
                            "--user",
                            "--map-root-user",
                            "--net",
                            "--mount",
                            "sh",
                            "-c",
                            "mount -t tmpfs fairlead-test /run && mkdir /run/netns && ip link set lo up && echo ready && exec cat")
                    .redirectErrorStream(true)
                    .start();
            String line = holder.inputReader(StandardCharsets.UTF_8).readLine();
            if ("ready".equals(line)) {
                return Optional.of(new ThrowAwayHost(holder));
            }
            holder.destroyForcibly();
            System.out.println("skipped: no namespaces for the test: " + line);
        } catch (IOException e) {
            System.out.println("skipped: no namespaces for the test: " + e.getMessage());
        }
        return Optional.empty();
    }

    /** Executes plugins inside. */
    ProcessExec exec() {
        return new ProcessExec(prefix());
    }

    private List<String> prefix() {
        return List.of(
                "/usr/bin/nsenter",
                "--target=" + holder.pid(),
                "--user",
                "--net",
                "--mount",
                "--preserve-credentials",
                "--");
    }

    /** Standard output of a command inside; it has to succeed. */
    String run(String... command) {
        List<String> all = new ArrayList<>(prefix());
        all.addAll(List.of(command));
        try {
            Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(List.of(command) + " failed: " + output);
            }
            return output;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A plugin of Debian's containernetworking-plugins is there, or else the reason for a skip is printed. */
    static boolean has(String plugin) {
        Path file = Path.of("/usr/lib/cni", plugin);
        if (!Files.isExecutable(file)) {
            System.out.println("skipped: " + file + " is missing; install containernetworking-plugins");
            return false;
        }
        return true;
    }

    @Override
    public void close() {
        try {
            holder.getOutputStream().close();
            if (!holder.waitFor(10, TimeUnit.SECONDS)) {
                holder.destroyForcibly();
            }
        } catch (IOException | InterruptedException e) {
            holder.destroyForcibly();
        }
    }
}
