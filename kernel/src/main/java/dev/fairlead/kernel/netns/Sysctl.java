package dev.fairlead.kernel.netns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Kernel settings of a network namespace, {@code sysctl(8)}: names with dots, such as {@code net.ipv4.ip_forward}. A device
 * whose name has a dot is written with a slash there, as sysctl takes it. {@code /proc/sys/net} shows the namespace of the
 * thread that looks, so each call looks from a thread of its own. Safe from any thread.
 */
public final class Sysctl {
    private final Netns namespace;

    private Sysctl(Netns namespace) {
        this.namespace = namespace;
    }

    /** The namespace stays the caller's. */
    public static Sysctl in(Netns namespace) {
        return new Sysctl(namespace);
    }

    /** The value without its line end; empty where this kernel doesn't have the setting. */
    public Optional<String> read(String name) {
        return namespace.call(() -> {
            try {
                return Optional.of(Files.readString(path(name)).strip());
            } catch (NoSuchFileException e) {
                return Optional.<String>empty();
            }
        });
    }

    /** @throws UncheckedIOException when this kernel doesn't have the setting, or refuses the value */
    public void write(String name, String value) {
        namespace.run(() -> {
            try {
                Files.writeString(path(name), value);
            } catch (NoSuchFileException e) {
                throw new UncheckedIOException(
                        "could not set " + name + " to " + value + ": this kernel doesn't have the setting", e);
            } catch (IOException e) {
                throw new UncheckedIOException("could not set " + name + " to " + value + ": " + e.getMessage(), e);
            }
        });
    }

    private static Path path(String name) {
        StringBuilder path = new StringBuilder("/proc/sys/");
        for (char c : name.toCharArray()) {
            path.append(c == '.' ? '/' : c == '/' ? '.' : c);
        }
        return Path.of(path.toString());
    }
}
