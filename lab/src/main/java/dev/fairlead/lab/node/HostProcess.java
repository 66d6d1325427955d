package dev.fairlead.lab.node;

import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.sys.Fd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container of image {@code host}: a real process on the host's file system, in the pod's namespaces. What it prints goes
 * to a file.
 */
public final class HostProcess implements AutoCloseable {
    private static final int O_WRONLY_APPEND = 1 | 0x400;

    private final Child process;
    private final Path log;

    private HostProcess(Child process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts it.
     *
     * @param command program and arguments; the program is a path or a name on the environment's {@code PATH}
     * @param mounts what only this process is to see
     */
    static HostProcess start(
            Sandbox pod,
            List<String> command,
            Map<String, String> environment,
            Path directory,
            Path log,
            List<Setup> mounts) {
        try {
            Files.createDirectories(log.getParent());
            if (!Files.exists(log)) {
                Files.createFile(log);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not make the log file " + log, e);
        }
        Spawn spawn = pod.inside(spawn(command, environment, directory, !mounts.isEmpty()), mounts);
        try (Fd input = Fd.open(Path.of("/dev/null"), Fd.O_RDONLY);
                Fd output = Fd.open(log, O_WRONLY_APPEND)) {
            return new HostProcess(spawn.withStreams(input, output, output).start(), log);
        }
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
        return process;
    }

    public Path log() {
        return log;
    }

    /** Asks it to end. */
    void terminate() {
        process.signal(Child.SIGTERM);
    }

    /** Waits for its end, and ends it where it takes longer. */
    void end(Duration patience) {
        if (process.await(patience).isEmpty()) {
            process.kill();
        }
        process.close();
    }

    @Override
    public void close() {
        process.kill();
    }
}
