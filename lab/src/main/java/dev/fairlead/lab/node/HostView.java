package dev.fairlead.lab.node;

import dev.fairlead.kernel.process.Child;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Process numbers as the host counts them. The lab lives in a PID namespace of its own; the launcher leaves it a descriptor
 * on the host's {@code /proc}, through which the lab sees itself and its descriptors under their outer names.
 */
public final class HostView {
    /** The launcher's contract: descriptor 9 is the host's {@code /proc}. */
    private static final Path HOST_PROC = Path.of("/proc/self/fd/9");

    private HostView() {}

    /** The host's number of a process that we hold, from the {@code Pid:} line of its pidfd, {@code pidfd_open(2)}. */
    public static int pid(Child child) {
        Path self = outerSelf();
        if (!Files.exists(self)) {
            return child.pid(); // no launcher, so no namespace of our own: our numbers are the host's
        }
        Path details = self.resolve("fdinfo/" + child.descriptor().number());
        try {
            for (String line : Files.readAllLines(details)) {
                if (line.startsWith("Pid:")) {
                    return Integer.parseInt(line.substring("Pid:".length()).strip());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not read the host's number of " + child, e);
        }
        throw new IllegalStateException("the kernel does not say the host's number of " + child);
    }

    /** The lab's own number as the host sees it. */
    public static int ownPid() {
        Path self = outerSelf();
        return Files.exists(self)
                ? Integer.parseInt(self.getFileName().toString())
                : (int) ProcessHandle.current().pid();
    }

    private static Path outerSelf() {
        try {
            Path link = HOST_PROC.resolve("self");
            return Files.isSymbolicLink(link) ? HOST_PROC.resolve(Files.readSymbolicLink(link)) : link;
        } catch (IOException e) {
            throw new UncheckedIOException("could not find this process in the host's /proc", e);
        }
    }
}
