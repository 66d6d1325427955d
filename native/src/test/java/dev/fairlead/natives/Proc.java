package dev.fairlead.natives;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Reads {@code /proc}, the kernel's own word on processes (proc(5)), and waits for it to say what a test expects. */
final class Proc {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** One line of {@code /proc/PID/stat}: state letter, parent and consumed clock ticks. */
    record Stat(long pid, char state, long parent, long ticks) {

        boolean zombie() {
            return state == 'Z';
        }

        static Stat parse(String line) {
            // The name stands in brackets and may itself hold brackets and spaces, so fields are counted from the last.
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return new Stat(
                    Long.parseLong(line.substring(0, line.indexOf(' '))),
                    fields[0].charAt(0),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
        }
    }

    private Proc() {}

    /** Empty when there is no such process any more, not even a zombie. */
    static Optional<Stat> stat(long pid) {
        try {
            return Optional.of(Stat.parse(Files.readString(Path.of("/proc/" + pid + "/stat"))));
        } catch (IOException e) {
            return Optional.empty(); // ENOENT, or ESRCH when it went between open and read
        }
    }

    static List<Stat> children(long parent) {
        List<Stat> children = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                stat(Long.parseLong(process.getFileName().toString()))
                        .filter(stat -> stat.parent() == parent)
                        .ifPresent(children::add);
            }
        } catch (IOException e) {
            throw new AssertionError("/proc can't be listed", e);
        }
        return children;
    }

    /** A line of {@code /proc/PID/status}, such as {@code VmRSS}, without its name. */
    static String status(long pid, String name) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith(name + ":")) {
                    return line.substring(name.length() + 1).strip();
                }
            }
        } catch (IOException e) {
            throw new AssertionError("no status of pid " + pid, e);
        }
        throw new AssertionError("no " + name + " in the status of pid " + pid);
    }

    /** Asks again and again until there is an answer; fails with {@code what} when there is none in time. */
    static <T> T await(String what, Supplier<Optional<T>> question) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            Optional<T> answer = question.get();
            if (answer.isPresent()) {
                return answer.get();
            }
            LockSupport.parkNanos(1_000_000); // the rhythm of asking, not a time that anything relies on
        }
        throw new AssertionError("waited " + PATIENCE + " in vain: " + what);
    }
}
