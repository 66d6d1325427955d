package dev.fairlead.agent;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.testkit.Poll;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A {@link MortalAgent} in a node's namespace, from outside. Its output is collected; {@link #close} ends it by SIGKILL. */
final class AgentProcess implements AutoCloseable {
    /** A JVM's start on a machine with other work. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    static final int NEVER = -1;
    static final int UNCOUNTED = -2;

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader;

    private AgentProcess(Process process) {
        this.process = process;
        this.reader = Thread.ofPlatform().daemon().start(this::read);
    }

    /** @param last the number of the point at which it dies */
    static AgentProcess start(Netns node, Path directory, int last, String... podCidrs) {
        return start(List.of("nsenter", "--net=" + pathForOthers(node)), directory, last, podCidrs);
    }

    /** In a mount namespace of its own, after a shell has run {@code prepare} there. */
    static AgentProcess startOnDisk(Netns node, Path directory, String prepare, String... podCidrs) {
        String net = "--net=" + pathForOthers(node);
        List<String> inside = List.of("unshare", "-m", "nsenter", net, "sh", "-c", prepare + " && exec \"$@\"", "sh");
        return start(inside, directory, NEVER, podCidrs);
    }

    private static AgentProcess start(List<String> prefix, Path directory, int last, String... podCidrs) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                MortalAgent.class.getName(),
                directory.toString(),
                Shim.PROGRAM.toString(),
                String.valueOf(last)));
        command.addAll(List.of(podCidrs));
        try {
            return new AgentProcess(
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new UncheckedIOException("could not start an agent", e);
        }
    }

    /** A namespace as other processes name it, right also where /proc shows another PID namespace. */
    static Path pathForOthers(Netns namespace) {
        try {
            Path self = Files.readSymbolicLink(Path.of("/proc/self"));
            return Path.of("/proc").resolve(self).resolve("fd/" + namespace.fd().number());
        } catch (IOException e) {
            throw new UncheckedIOException("could not find this process in /proc", e);
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

    List<String> lines() {
        return List.copyOf(lines);
    }

    /** The points that it has passed, the last one where it died included. */
    List<String> points() {
        return lines.stream().filter(line -> line.startsWith("point ")).toList();
    }

    /** Waits until it serves. @return false when it has died before */
    boolean serves() {
        Poll.until(PATIENCE, () -> lines.contains(MortalAgent.SERVING) || hasEnded(), () -> lines.toString());
        return lines.contains(MortalAgent.SERVING);
    }

    private boolean hasEnded() {
        return !process.isAlive() && !reader.isAlive();
    }

    /** How it ended, as a shell counts. */
    int exitCode() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the agent still runs: " + lines);
            }
            reader.join();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Has it say something on its standard input and gives back the answer, which begins with {@code begin}. */
    String ask(String line, String begin) {
        int before = lines.size();
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the agent has ended: " + lines, e);
        }
        return Poll.value(
                PATIENCE,
                () -> lines.stream() // of the list as it is now: more lines may come meanwhile
                        .skip(before)
                        .filter(said -> said.startsWith(begin))
                        .findFirst(),
                () -> lines.toString());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        var _ = exitCode();
    }
}
