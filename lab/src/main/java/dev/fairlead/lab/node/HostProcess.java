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
     * What is to run.
     *
     * @param command program and arguments; the program is a path or a name on the environment's {@code PATH}
     * @param input whether it can be fed
     * @param terminal whether it runs on a terminal of its own
     */
    record Program(
            List<String> command, Map<String, String> environment, Path directory, boolean input, boolean terminal) {
        /** @throws IllegalArgumentException when there is no such program */
        Spawn spawn() {
            Path program = find(command.getFirst(), environment.getOrDefault("PATH", ""))
                    .orElseThrow(() ->
                            new IllegalArgumentException("no program '" + command.getFirst() + "' on this machine"));
            return Spawn.of(program, command.subList(1, command.size()))
                    .withEnvironment(environment)
                    .withDirectory(directory);
        }

        ChildStreams start(Sandbox pod, ChildStreams.Listener listener) {
            Spawn spawn = spawn();
            return terminal
                    ? ChildStreams.onTerminal(path -> pod.runOn(path, spawn), listener)
                    : ChildStreams.piped(input, (in, out, err) -> pod.run(spawn, in, out, err), listener);
        }
    }

    /** Starts it. What it prints goes to the log, which ends with it. */
    static HostProcess start(Sandbox pod, Program program, ContainerLog log) {
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        ChildStreams streams = program.start(pod, new ChildStreams.Listener() {
            @Override
            public void printed(int stream, byte[] bytes) {
                try {
                    log.append(stream, bytes);
                } catch (UncheckedIOException e) { // a full disk is no reason to end a container
                    LOG.warn(
                            "{} printed something that is lost: {}",
                            program.command().getFirst(),
                            e.getMessage());
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

    /** Completes when it has ended and the log has all it printed: as {@link Child#exit}. */
    CompletableFuture<Integer> exit() {
        return exit;
    }

    /** Its input, and its terminal's size. */
    ChildStreams streams() {
        return streams;
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

    /** SIGTERM, and SIGKILL when it still runs after {@code grace}. */
    public void stop(Duration grace) {
        process().signal(Child.SIGTERM);
        if (process().await(grace).isEmpty()) {
            process().kill();
        }
        process().close();
    }

    @Override
    public void close() {
        process().kill();
    }
}
