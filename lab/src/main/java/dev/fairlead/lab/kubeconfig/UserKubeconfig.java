package dev.fairlead.lab.kubeconfig;

import dev.fairlead.lab.door.LabRefusal;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** The kubeconfig that the user's kubectl reads. It is replaced by rename, under the lock that kubectl takes too. */
public record UserKubeconfig(Path file) {
    private static final Set<PosixFilePermission> OWNERS = PosixFilePermissions.fromString("rw-------");
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /**
     * What was there before a context was put in.
     *
     * @param current what {@code current-context} said, as it was written
     * @param created whether there was no file
     * @param missing the lists that the file didn't have
     */
    public record Before(String current, boolean created, List<String> missing) {
        public Before {
            missing = List.copyOf(missing);
        }
    }

    /**
     * The file that kubectl writes new entries to ({@code clientcmd.PathOptions}): of several in {@code KUBECONFIG} the first
     * that is there, else the last; else {@code ~/.kube/config}.
     *
     * @throws LabRefusal when nothing says where
     */
    public static UserKubeconfig of(Map<String, String> environment) {
        List<String> named = List.of(environment.getOrDefault("KUBECONFIG", "").split(":", -1)).stream()
                .filter(name -> !name.isEmpty())
                .toList();
        for (String name : named) {
            if (Files.exists(Path.of(name))) {
                return at(Path.of(name));
            }
        }
        if (!named.isEmpty()) {
            return at(Path.of(named.getLast()));
        }
        String home = environment.getOrDefault("HOME", "");
        if (!home.startsWith("/")) {
            throw new LabRefusal("neither KUBECONFIG nor HOME says where the kubeconfig is that the context goes to");
        }
        return at(Path.of(home, ".kube", "config"));
    }

    private static UserKubeconfig at(Path file) {
        return new UserKubeconfig(file.toAbsolutePath().normalize());
    }

    /**
     * Puts a context in and makes it the current one.
     *
     * @throws LabRefusal when the file can't be changed; it is then as it was
     */
    public Before put(Access access) {
        Before[] before = {new Before("", false, List.of())};
        change(text -> {
            KubeconfigText read = KubeconfigText.of(text);
            before[0] = new Before(read.current(), !Files.exists(file), read.missing());
            return read.with(access).text();
        });
        return before[0];
    }

    /**
     * Takes a context out, as far as it is there.
     *
     * @throws LabRefusal when the file can't be changed; it is then as it was
     */
    public void remove(String name, Before before) {
        if (Files.exists(file)) {
            change(text -> {
                KubeconfigText left = KubeconfigText.of(text).without(name, before.current(), before.missing());
                return before.created() && left.isEmpty() ? "" : left.text();
            });
        }
    }

    private void change(UnaryOperator<String> change) {
        try {
            Path real = Files.exists(file) ? file.toRealPath() : file; // a symbolic link stays one
            Files.createDirectories(
                    real.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path lock = real.resolveSibling(real.getFileName() + ".lock");
            lock(lock);
            try {
                replace(real, change);
            } finally {
                Files.deleteIfExists(lock);
            }
        } catch (IOException e) {
            throw new LabRefusal(file + " could not be changed: " + e.getMessage());
        } catch (LabRefusal e) {
            throw new LabRefusal(file + " was left as it is: " + e.getMessage());
        }
    }

    private static void lock(Path lock) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                Files.createFile(lock);
                return;
            } catch (FileAlreadyExistsException e) {
                if (System.nanoTime() - end > 0) {
                    throw new LabRefusal(
                            lock + " says that another program is changing it; try again, and delete that file"
                                    + " if there is none");
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
    }

    private static void replace(Path real, UnaryOperator<String> change) throws IOException {
        boolean there = Files.exists(real);
        String old = there ? Files.readString(real) : "";
        String changed = change.apply(old);
        if (changed.equals(old)) {
            return;
        }
        if (changed.isEmpty()) {
            Files.delete(real);
            return;
        }
        Path fresh = real.resolveSibling(real.getFileName() + ".fairlead");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNERS));
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.write(java.nio.ByteBuffer.wrap(changed.getBytes(StandardCharsets.UTF_8)));
                channel.force(true);
            }
            if (there) {
                Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(real));
                Object owner = Files.getAttribute(real, "unix:uid");
                if (!owner.equals(Files.getAttribute(fresh, "unix:uid"))) { // root works for another user
                    Files.setAttribute(fresh, "unix:uid", owner);
                    Files.setAttribute(fresh, "unix:gid", Files.getAttribute(real, "unix:gid"));
                }
            }
            Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }
}
