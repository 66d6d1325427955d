package dev.fairlead.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a test could leave behind: links, nftables rules and mounts of the host, files, and this JVM's own descriptors,
 * namespaces and child processes. Taken before and compared after.
 *
 * <p>Descriptors, namespaces and processes are those of this JVM and its children alone, so that tests may run beside other
 * work on the machine.
 */
public final class HostSnapshot {
    private static final List<String> PATTERNS = List.of("/run:fairlead*", "/tmp:fairlead*", "/run/netns:*");

    private final NavigableMap<String, NavigableSet<String>> sections;

    private HostSnapshot(NavigableMap<String, NavigableSet<String>> sections) {
        this.sections = sections;
    }

    /** Everything: some 20 ms, for the start and end of a test class. */
    public static HostSnapshot capture() {
        NavigableMap<String, NavigableSet<String>> sections = new TreeMap<>(captureJvm().sections);
        sections.put("link", links());
        sections.put("nftables", nftables());
        sections.put("mount", mounts());
        NavigableSet<String> files = new TreeSet<>();
        for (String pattern : PATTERNS) {
            int colon = pattern.indexOf(':');
            files.addAll(files(Path.of(pattern.substring(0, colon)), pattern.substring(colon + 1)));
        }
        sections.put("file", files);
        return new HostSnapshot(sections);
    }

    /** Only what belongs to this JVM: descriptors, namespaces, child processes. Under 1 ms, for every test. */
    public static HostSnapshot captureJvm() {
        NavigableMap<String, NavigableSet<String>> sections = new TreeMap<>();
        sections.put("descriptor", descriptors());
        sections.put("namespace", namespaces());
        sections.put("process", processes());
        return new HostSnapshot(sections);
    }

    /**
     * Waits until the present state is this one again.
     *
     * @throws AssertionError with the difference, one line each, when it isn't in time
     */
    public void assertUnchanged(Duration deadline) {
        boolean full = sections.containsKey("link");
        Poll.until(
                deadline,
                () -> difference(full).isEmpty(),
                () -> "left behind:\n" + String.join("\n", difference(full)));
    }

    private List<String> difference(boolean full) {
        return difference(full ? capture() : captureJvm());
    }

    /** Lines {@code + what is new} and {@code - what has gone}, from this to {@code now}. */
    public List<String> difference(HostSnapshot now) {
        List<String> lines = new ArrayList<>();
        sections.forEach((name, before) -> {
            NavigableSet<String> after = now.sections.getOrDefault(name, new TreeSet<>());
            for (String entry : after) {
                if (!before.contains(entry)) {
                    lines.add("+ " + name + " " + entry);
                }
            }
            for (String entry : before) {
                // What this JVM had and has no more is its own business: an idle thread that ended, a closed file.
                boolean own = name.equals("descriptor") || name.equals("namespace") || name.equals("process");
                if (!own && !after.contains(entry)) {
                    lines.add("- " + name + " " + entry);
                }
            }
        });
        return lines;
    }

    private static NavigableSet<String> links() {
        NavigableSet<String> links = new TreeSet<>();
        if (Oracle.isInstalled("ip")) {
            for (var link : Oracle.here().ip("link", "show")) {
                links.add(link.path("ifindex").asText() + ": "
                        + link.path("ifname").asText() + " mtu "
                        + link.path("mtu").asText() + " master "
                        + link.path("master").asText() + " flags "
                        + link.path("flags"));
            }
        }
        return links;
    }

    private static NavigableSet<String> nftables() {
        NavigableSet<String> rules = new TreeSet<>();
        if (Oracle.isInstalled("nft")) {
            Oracle.Outcome outcome = Oracle.here().attempt("nft", "-s", "list", "ruleset");
            outcome.output().lines().forEach(rules::add); // an ordinary user may not ask: empty both times
        }
        return rules;
    }

    private static NavigableSet<String> mounts() {
        NavigableSet<String> mounts = new TreeSet<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
                if (line.contains(" - nsfs ") || line.contains("fairlead")) {
                    mounts.add(line);
                }
            }
        } catch (IOException e) {
            mounts.add("unreadable: " + e.getMessage());
        }
        return mounts;
    }

    private static NavigableSet<String> files(Path directory, String pattern) {
        NavigableSet<String> files = new TreeSet<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, pattern)) {
                entries.forEach(entry -> files.add(entry.toString()));
            } catch (IOException e) {
                files.add(directory + " unreadable: " + e.getMessage());
            }
        }
        return files;
    }

    /**
     * Sockets, namespaces and other kernel objects. Files and pipes come and go with the JVM itself, and so do the pollers of
     * its virtual threads and selectors.
     */
    private static NavigableSet<String> descriptors() {
        NavigableSet<String> descriptors = new TreeSet<>();
        for (String target : targets("/proc/self/fd")) {
            boolean jvms = target.startsWith("pipe:") || target.contains("[eventpoll]") || target.contains("[eventfd]");
            if (target.contains(":[") && !jvms) {
                descriptors.add(target);
            }
        }
        return descriptors;
    }

    private static NavigableSet<String> namespaces() {
        NavigableSet<String> namespaces = new TreeSet<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                try {
                    namespaces.add(
                            Files.readSymbolicLink(thread.resolve("ns/net")).toString());
                } catch (IOException e) {
                    // the thread has ended
                }
            }
        } catch (IOException e) {
            namespaces.add("unreadable: " + e.getMessage());
        }
        return namespaces;
    }

    /** Children and their children, read from /proc itself, which may show another PID namespace than the JVM thinks. */
    private static NavigableSet<String> processes() {
        Map<String, String> parents = new HashMap<>();
        Map<String, String> commands = new HashMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : all) {
                try {
                    String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
                    String[] afterName =
                            stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3);
                    String pid = process.getFileName().toString();
                    parents.put(pid, afterName[1]);
                    commands.put(pid, Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1));
                } catch (IOException e) {
                    // it has ended
                }
            }
            return descendants(Files.readSymbolicLink(Path.of("/proc/self")).toString(), parents, commands);
        } catch (IOException e) {
            return new TreeSet<>(Set.of("unreadable: " + e.getMessage()));
        }
    }

    private static NavigableSet<String> descendants(
            String self, Map<String, String> parents, Map<String, String> commands) {
        NavigableSet<String> found = new TreeSet<>();
        for (String pid : parents.keySet()) {
            String ancestor = pid;
            do {
                ancestor = parents.getOrDefault(ancestor, "0");
            } while (!ancestor.equals("0") && !ancestor.equals(self));
            if (ancestor.equals(self)) {
                found.add(pid + " "
                        + commands.getOrDefault(pid, "").replace('\0', ' ').strip());
            }
        }
        return found;
    }

    private static List<String> targets(String directory) {
        List<String> targets = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of(directory))) {
            for (Path link : links) {
                try {
                    targets.add(Files.readSymbolicLink(link).toString());
                } catch (IOException e) {
                    // the descriptor of this very listing
                }
            }
        } catch (IOException e) {
            targets.add("unreadable: " + e.getMessage());
        }
        return targets;
    }
}
