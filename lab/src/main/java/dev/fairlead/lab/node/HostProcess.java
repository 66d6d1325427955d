package dev.fairlead.lab.node;

import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.ChildStreams;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.lab.log.ContainerLog;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A container of image {@code host}: a real process on the host's file system, in the pod's namespaces. */
public final class HostProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostProcess.class);

    private final ChildStreams streams;
    private final CompletableFuture<Integer> exit;

    private HostProcess(ChildStreams streams, CompletableFuture<Integer> exit) {
        this.streams = streams;
        this.exit = exit;
    }

    /**
     * Starts a program. What it prints goes to the log, which ends with it.
     *
     * @param program as {@link Sandbox#inside} has it
     * @param input whether it can be fed
     * @param terminal whether it runs on a terminal of its own
     */
    static HostProcess start(Spawn program, boolean input, boolean terminal, ContainerLog log) {
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        ChildStreams streams = converse(program, input, terminal, new ChildStreams.Listener() {
            @Override
            public void printed(int stream, byte[] bytes) {
                try {
                    log.append(stream, bytes);
                } catch (UncheckedIOException e) { // a full disk is no reason to end a container
                    LOG.warn("{} printed something that is lost: {}", program.program(), e.getMessage());
                }
            }

            @Override
            public void ended(int exitCode) {
                log.close();
                exit.complete(exitCode);
            }
        });
        return new HostProcess(streams, exit);
    }

    /** Starts a program whose streams somebody serves. */
    static ChildStreams converse(Spawn program, boolean input, boolean terminal, ChildStreams.Listener listener) {
        return terminal
                ? ChildStreams.onTerminal(path -> program.withTerminal(path).start(), listener)
                : ChildStreams.piped(
                        input,
                        (in, out, err) -> program.withStreams(in, out, err).start(),
                        listener);
    }

    /** Completes when it has ended and the log has all it printed: as {@link Child#exit}. */
    CompletableFuture<Integer> exit() {
        return exit;
    }

    /** Its input, and its terminal's size. */
    ChildStreams streams() {
        return streams;
    }

    /** @param elsewhere whether it sees other files than we do, so that a path may name one that isn't here */
    static Spawn spawn(List<String> command, Map<String, String> environment, Path directory, boolean elsewhere) {
        String name = command.getFirst();
        Path program = elsewhere && name.startsWith("/")
                ? Path.of(name)
                : find(name, environment.getOrDefault("PATH", ""))
                        .orElseThrow(() -> new IllegalArgumentException("exec: \"" + name
                                + "\": executable file not found in $PATH: no program of this machine"));
        return Spawn.of(program, command.subList(1, command.size()))
                .withEnvironment(environment)
                .withDirectory(directory);
    }

    /** The program that a name stands for, as {@code execvp(3)} looks for it. */
    public static Optional<Path> find(String name, String searchPath) {
        if (name.indexOf('/') >= 0) {
            return Optional.of(Path.of(name)).filter(HostProcess::isProgram);
        }
        for (String directory : searchPath.split(":", -1)) {
            Path candidate = Path.of(directory.isEmpty() ? "." : directory, name);
            if (isProgram(candidate)) {
                return Optional.of(candidate.toAbsolutePath());
            }
        }
        return Optional.empty();
    }

    private static boolean isProgram(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }

    public Child process() {
        return streams.child();
    }

    /** Asks it to end. */
    void terminate() {
        process().signal(Child.SIGTERM);
    }

    /** Waits for its end, and ends it where it takes longer. */
    void end(Duration patience) {
        if (process().await(patience).isEmpty()) {
            process().kill();
        }
        process().close();
    }

    @Override
    public void close() {
        process().kill();
    }
}
