package dev.fairlead.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Memory that processes hold, as {@code Pss} of {@code /proc/PID/smaps_rollup}: a page that several processes share counts
 * for each of them in part, so that a sum over processes is right.
 */
final class Memory {
    private static final Path PROC = Path.of("/proc");

    private Memory() {}

    /** Of one process, in bytes; 0 when it has ended. */
    static long of(int pid) {
        return field(pid, "Pss:");
    }

    /** As {@code ps} and {@code top} show it: pages that it shares count in full. In bytes; 0 when it has ended. */
    static long resident(int pid) {
        return field(pid, "Rss:");
    }

    private static long field(int pid, String name) {
        try {
            for (String line : Files.readAllLines(PROC.resolve(pid + "/smaps_rollup"))) {
                if (line.startsWith(name)) {
                    String kilobytes = line.substring(name.length()).strip().split(" ", -1)[0];
                    return 1024 * Long.parseLong(kilobytes);
                }
            }
            return 0;
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException("could not read how much memory process " + pid + " holds", e);
        }
    }

    /** Of everything that descends from a process, in bytes, without the process itself. */
    static long ofDescendants(int ancestor) {
        Map<Integer, Integer> parents = parents();
        long sum = 0;
        for (int pid : parents.keySet()) {
            if (descends(pid, ancestor, parents)) {
                sum += of(pid);
            }
        }
        return sum;
    }

    private static boolean descends(int pid, int ancestor, Map<Integer, Integer> parents) {
        int at = pid;
        while (parents.containsKey(at)) {
            at = parents.getOrDefault(at, 0);
            if (at == ancestor) {
                return true;
            }
        }
        return false;
    }

    private static Map<Integer, Integer> parents() {
        Map<Integer, Integer> parents = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                try {
                    String stat = Files.readString(process.resolve("stat"));
                    // "17 (name, which may hold anything) S 1 …", proc_pid_stat(5)
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                    parents.put(Integer.parseInt(process.getFileName().toString()), Integer.parseInt(fields[1]));
                } catch (IOException e) {
                    // it has ended meanwhile
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not list the processes", e);
        }
        return parents;
    }
}
