package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a living lab occupies on its host: its processes, and every namespace that one of them is in or holds by a descriptor.
 * Looked at through the host's {@code /proc}, while it lives and again after its end.
 *
 * @param processes {@code PID/START}, so that a later process of the same number isn't taken for one of them
 * @param namespaces as the kernel names them, {@code net:[4026532183]}, without those that the test itself is in
 */
record Traces(Set<String> processes, Set<String> namespaces) {
    private static final List<String> KINDS = List.of("net", "mnt", "pid", "uts", "ipc", "user");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Of process {@code lab} and everything that it started. */
    static Traces of(long lab) {
        Set<String> processes = new TreeSet<>();
        Set<String> namespaces = new TreeSet<>();
        for (long pid : withDescendants(lab)) {
            start(pid).ifPresent(start -> processes.add(pid + "/" + start));
            namespaces.addAll(namespacesOf(pid));
        }
        namespaces.removeAll(namespacesOf(ProcessHandle.current().pid()));
        return new Traces(processes, namespaces);
    }

    /** Waits until nothing of it is there any more; {@code lsns} is asked too. */
    void assertGone() {
        Poll.until(PATIENCE, () -> left().isEmpty(), () -> "left behind: " + left());
        Set<String> listed = new TreeSet<>();
        for (String line : Ran.program(Map.of(), "", List.of("lsns", "-n", "-o", "NS,TYPE"))
                .lines()) {
            String[] columns = line.strip().split(" +", -1);
            listed.add(columns[1] + ":[" + columns[0] + "]");
        }
        assertThat(listed).as("namespaces by lsns").doesNotContainAnyElementsOf(namespaces);
    }

    private Set<String> left() {
        Set<String> left = new TreeSet<>();
        for (String process : processes) {
            long pid = Long.parseLong(process.substring(0, process.indexOf('/')));
            start(pid).filter(start -> process.equals(pid + "/" + start)).ifPresent(start -> left.add(process));
        }
        for (long pid : allProcesses()) {
            for (String namespace : namespacesOf(pid)) {
                if (namespaces.contains(namespace)) {
                    left.add(namespace + " held by " + pid);
                }
            }
        }
        return left;
    }

    /** A process and what descends from it, by the parents that {@code /proc} names. */
    static List<Long> withDescendants(long root) {
        Map<Long, List<Long>> children = new HashMap<>();
        for (long pid : allProcesses()) {
            stat(pid)
                    .ifPresent(fields -> children.computeIfAbsent(Long.parseLong(fields[1]), _ -> new ArrayList<>())
                            .add(pid));
        }
        List<Long> all = new ArrayList<>(List.of(root));
        for (int i = 0; i < all.size(); i++) {
            all.addAll(children.getOrDefault(all.get(i), List.of()));
        }
        return all;
    }

    private static List<Long> allProcesses() {
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> Character.isDigit(name.charAt(0)))
                    .map(Long::parseLong)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("listing /proc", e);
        }
    }

    /** When a process that isn't dead began, in clock ticks: field 22 of {@code /proc/PID/stat}, proc(5). */
    private static Optional<String> start(long pid) {
        return stat(pid).filter(fields -> !fields[0].equals("Z")).map(fields -> fields[19]);
    }

    /** The fields from the third, which is the state, on. */
    private static Optional<String[]> stat(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    private static Set<String> namespacesOf(long pid) {
        Set<String> namespaces = new TreeSet<>();
        Path process = Path.of("/proc/" + pid);
        for (String kind : KINDS) { // by name, since only root may list those of a process that is not reaped yet
            target(process.resolve("ns/" + kind)).ifPresent(namespaces::add);
        }
        try (DirectoryStream<Path> links = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path link : links) {
                target(link)
                        .filter(target -> KINDS.stream().anyMatch(kind -> target.startsWith(kind + ":[")))
                        .ifPresent(namespaces::add);
            }
        } catch (IOException ended) {
            // or a process of another user, which no lab of ours is
        }
        return namespaces;
    }

    private static Optional<String> target(Path link) {
        try {
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (IOException closed) {
            return Optional.empty();
        }
    }
}
