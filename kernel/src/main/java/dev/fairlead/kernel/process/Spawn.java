package dev.fairlead.kernel.process;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.OwnThread;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import dev.fairlead.kernel.sys.PosixSpawn;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A process to start: program, arguments, environment, where its streams go, and what is done before. Immutable; the
 * {@code with} methods give changed copies.
 *
 * @param arguments argv, the program's name first
 * @param before done on the starting thread before the child exists, in this order
 * @param after done on the same thread once it exists, in this order
 * @param streams descriptors for standard input, output and error; empty for {@code /dev/null} thrice
 * @param terminal a terminal's path, for all three streams and as the terminal of the child's session
 */
public record Spawn(
        Path program,
        List<String> arguments,
        Map<String, String> environment,
        Path directory,
        List<Fd> streams,
        Optional<Path> terminal,
        boolean session,
        List<Setup> before,
        List<Setup> after) {
    /** The kernel ends a process soon after SIGKILL, but for one that waits for a device. */
    private static final Duration TO_DIE = Duration.ofSeconds(10);

    /** A program with arguments (its own name is added in front), nothing in its environment, in the root directory. */
    public static Spawn of(Path program, List<String> arguments) {
        List<String> all = new ArrayList<>();
        all.add(program.toString());
        all.addAll(arguments);
        return new Spawn(
                program,
                List.copyOf(all),
                Map.of(),
                Path.of("/"),
                List.of(),
                Optional.empty(),
                false,
                List.of(),
                List.of());
    }

    public Spawn withEnvironment(Map<String, String> variables) {
        return new Spawn(
                program, arguments, new TreeMap<>(variables), directory, streams, terminal, session, before, after);
    }

    public Spawn withDirectory(Path path) {
        return new Spawn(program, arguments, environment, path, streams, terminal, session, before, after);
    }

    /** They stay the caller's to close. */
    public Spawn withStreams(Fd input, Fd output, Fd error) {
        return new Spawn(
                program,
                arguments,
                environment,
                directory,
                List.of(input, output, error),
                Optional.empty(),
                session,
                before,
                after);
    }

    /** The terminal, {@link Terminal#path}, is what the child reads and writes, and Ctrl-C on it reaches what the child starts. */
    public Spawn withTerminal(Path path) {
        return new Spawn(program, arguments, environment, directory, List.of(), Optional.of(path), true, before, after);
    }

    /** The child leads a session of its own: no terminal, and signals to our process group pass it by. */
    public Spawn withSession() {
        return new Spawn(program, arguments, environment, directory, streams, terminal, true, before, after);
    }

    public Spawn withBefore(Setup... setups) {
        return new Spawn(
                program, arguments, environment, directory, streams, terminal, session, List.of(setups), after);
    }

    public Spawn withAfter(Setup... setups) {
        return new Spawn(
                program, arguments, environment, directory, streams, terminal, session, before, List.of(setups));
    }

    /**
     * Starts it.
     *
     * @throws SyscallException when a preparation is refused or the program can't be run: then no child is left
     */
    public Child start() {
        Children children = Children.watch(); // before the thread that may not start threads
        return OwnThread.call("spawn " + program.getFileName(), () -> {
            before.forEach(Setup::apply);
            Child child = children.adopt(this::spawn, program.toString());
            try {
                after.forEach(Setup::apply);
            } catch (RuntimeException e) {
                child.kill();
                throw e;
            }
            return child;
        });
    }

    /**
     * Starts it and waits for its end, all on one thread: the calling one where nothing is to be done before, so that nobody
     * else has to be woken. For a program that is executed often and soon ends.
     *
     * @return its exit code as {@link Child#exit} counts; empty when it took longer than {@code patience} and was ended, with
     *     its session if it had one of its own
     * @throws SyscallException when a preparation is refused or the program can't be run
     */
    public Optional<Integer> run(Duration patience) {
        if (!after.isEmpty()) {
            throw new IllegalArgumentException("nothing can be done after the start of what is waited for: " + after);
        }
        Children children = Children.watch();
        if (before.isEmpty()) {
            return run(children, patience);
        }
        return OwnThread.call("run " + program.getFileName(), () -> {
            before.forEach(Setup::apply);
            return run(children, patience);
        });
    }

    private Optional<Integer> run(Children children, Duration patience) {
        int pid = children.hold(this::spawn);
        boolean inTime;
        try (Stranger process = Stranger.hold(pid)) {
            inTime = process.awaitEnd(patience);
            if (!inTime) {
                if (session) { // not reaped, so its number is still its group's
                    Linux.raw(Linux.Call.KILL, -pid, Child.SIGKILL, 0);
                }
                process.signal(Child.SIGKILL);
                process.awaitEnd(TO_DIE);
            }
        }
        int code = children.reap(pid);
        return inTime ? Optional.of(code) : Optional.empty();
    }

    private int spawn() {
        List<String> variables = new ArrayList<>();
        environment.forEach((name, value) -> variables.add(name + "=" + value));
        if (!streams.isEmpty()) {
            return spawn(variables, streams);
        }
        try (Fd nothing = Fd.open(Path.of("/dev/null"), Fd.O_RDWR)) {
            return spawn(variables, List.of(nothing, nothing, nothing));
        }
    }

    private int spawn(List<String> variables, List<Fd> stdio) {
        List<Integer> numbers = new ArrayList<>();
        for (Fd fd : stdio) {
            numbers.add(fd.number());
        }
        int pid = PosixSpawn.start(program, arguments, variables, directory, numbers, terminal, session);
        if (pid < 0) {
            throw new SyscallException("run " + program + " in " + directory, "posix_spawn", new Errno(-pid));
        }
        return pid;
    }
}
