package dev.fairlead.natives;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A PID and network namespace in a user namespace of its own, with the program under test as PID 1, made by util-linux'
 * {@code unshare} so that our own code plays no part in it. {@code --kill-child} ends all of it with its starter.
 */
record PidNamespace(Process starter, ProcessHandle first) implements AutoCloseable {

    private static final Map<String, String> PATH = Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    private static final Path UNSHARE = Path.of("/usr/bin/unshare");
    private static final Path NSENTER = Path.of("/usr/bin/nsenter");

    /** Aborts the test, with the reason printed, where the kernel or its settings forbid user namespaces. */
    static PidNamespace running(Path program, String... arguments) {
        Program.Ended probe = unshare("/bin/true");
        if (probe.status() != 0) {
            String reason =
                    "SKIPPED, no user and PID namespaces here: " + probe.err().strip();
            System.out.println(reason);
            abort(reason);
        }
        List<String> command = unshareArguments();
        command.add(program.toString());
        command.addAll(List.of(arguments));
        Process starter = Program.start(PATH, UNSHARE, command.toArray(String[]::new));
        ProcessHandle first = Proc.await(
                "the first process of the namespace runs " + program,
                () -> starter.children().filter(child -> runs(child, program)).findFirst());
        return new PidNamespace(starter, first);
    }

    /**
     * Starts a process inside whose parent ends at once, and returns it by its pid out here when the kernel has made PID 1
     * its parent.
     */
    ProcessHandle orphan() {
        String first = Long.toString(first().pid());
        String[] enter = {"-t", first, "-U", "-p", "--preserve-credentials", "/bin/sh", "-c", "sleep 300 >&- 2>&- &"};
        Program.Ended ended = Program.run(PATH, new byte[0], NSENTER, enter);
        if (ended.status() != 0) {
            throw new AssertionError("nsenter: " + ended.err());
        }
        Proc.Stat orphan = Proc.await(
                "an orphan is PID 1's child",
                () -> Proc.children(first().pid()).stream().findFirst());
        return ProcessHandle.of(orphan.pid()).orElseThrow();
    }

    /** The exit status of PID 1, which {@code unshare} takes over. */
    int awaitEnd() {
        return Program.awaitEnd(starter);
    }

    @Override
    public void close() {
        first.destroyForcibly();
        starter.destroyForcibly();
        Program.awaitEnd(starter);
    }

    private static Program.Ended unshare(String program) {
        List<String> command = unshareArguments();
        command.add(program);
        return Program.run(PATH, new byte[0], UNSHARE, command.toArray(String[]::new));
    }

    private static List<String> unshareArguments() {
        return new ArrayList<>(List.of("--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child"));
    }

    private static boolean runs(ProcessHandle process, Path program) {
        Optional<String> command = process.info().command();
        return command.isPresent() && command.get().equals(realPath(program));
    }

    private static String realPath(Path program) {
        try {
            return program.toRealPath().toString();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }
}
