package dev.fairlead.agent;

import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.UnixSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A unix socket with a file that a door of the agent listens at, and that only the agent's own user may connect to. */
final class DoorSocket {
    private static final Logger LOG = LoggerFactory.getLogger(DoorSocket.class);

    /** Between two attempts to accept where this process has no descriptor left. */
    private static final long PAUSE_NANOS = 50_000_000;

    private final UnixSocket socket;
    private final Path path;
    private final String name;

    private DoorSocket(UnixSocket socket, Path path, String name) {
        this.socket = socket;
        this.path = path;
        this.name = name;
    }

    /**
     * Fails where a living agent serves at {@code path}, whose door would otherwise be taken from it.
     *
     * @param name what it is called in messages: {@code CNI socket}
     * @throws IllegalStateException that names the process
     */
    static void requireFree(Path path, String name) {
        OptionalInt living = CniCaller.served(path);
        if (living.isPresent()) {
            throw new IllegalStateException(
                    "could not open the " + name + " " + path + ": an agent already serves there" + " (process "
                            + living.getAsInt() + "); end it or give this one another --socket");
        }
    }

    /** Listens; a socket file that a dead agent left there is replaced. Throws as {@link #requireFree}. */
    static DoorSocket listen(Path path, String name) {
        requireFree(path, name);
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            Files.deleteIfExists(path);
            UnixSocket socket = UnixSocket.listen(path.toString());
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            return new DoorSocket(socket, path, name);
        } catch (IOException e) {
            throw new UncheckedIOException("could not open the " + name + " " + path + ": " + e.getMessage(), e);
        }
    }

    /** Empty only when it no longer accepts: where a caller can't be served for want of descriptors, the next may be. */
    Optional<UnixSocket> accept() {
        while (true) {
            try {
                return socket.accept();
            } catch (SyscallException e) {
                LOG.error("whoever calls at the {} waits: {}", name, e.getMessage());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    /** Wakes those who wait for a caller. The file stays, so that nobody takes its place while calls are still served. */
    void stopAccepting() {
        socket.close();
    }

    /** To be called last. */
    void removeFile() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("could not remove the {} {}: {}", name, path, e.getMessage());
        }
    }

    Path path() {
        return path;
    }
}
