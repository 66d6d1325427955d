package dev.fairlead.testkit;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The eBPF programs and links that a process holds, by the kernel's own account of its descriptors (proc(5), {@code fdinfo}). */
public final class BpfObjects {
    private BpfObjects() {}

    /**
     * As {@code prog_id:7} and {@code link_id:3}. A descriptor that the process closes meanwhile is left out.
     *
     * @throws IOException when there is no such process, or it may not be looked at
     */
    public static Set<String> heldBy(String process) throws IOException {
        return new TreeSet<>(namedBy(process));
    }

    /** As {@link #heldBy}, and as often as descriptors name it: a link names its program too. */
    public static List<String> namedBy(String process) throws IOException {
        List<String> named = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc", process, "fdinfo"))) {
            for (Path one : all) {
                about(one).stream()
                        .map(line -> line.replaceAll("\\s", ""))
                        .filter(line -> line.startsWith("prog_id:") || line.startsWith("link_id:"))
                        .forEach(named::add);
            }
        }
        return named;
    }

    private static List<String> about(Path descriptor) throws IOException {
        try {
            return Files.readAllLines(descriptor);
        } catch (AccessDeniedException e) {
            throw e;
        } catch (IOException closed) { // since it was listed, or between open and read, which is ENOENT as well
            return List.of();
        }
    }
}
