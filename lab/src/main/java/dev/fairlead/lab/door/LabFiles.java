package dev.fairlead.lab.door;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a lab leaves on the machine while it is stopped: a directory for nobody but its user, below the one that the XDG base
 * directory specification has for state (docs/decisions/0014).
 */
public record LabFiles(LabName lab, Path directory) {
    private static final FileAttribute<Set<PosixFilePermission>> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    /** Another lab that ends may take the empty directories above away at the same time. */
    private static final int ATTEMPTS = 5;

    /**
     * Where a lab of this name has them.
     *
     * @param environment with {@code XDG_STATE_HOME}, or {@code HOME}; without both, labs can't keep anything
     * @throws LabRefusal when nothing says where
     */
    public static LabFiles of(LabName lab, Map<String, String> environment) {
        return new LabFiles(lab, root(environment).resolve(lab.name()));
    }

    /** Whether anything says where labs keep files. The specification: paths that aren't absolute are to be ignored. */
    public static boolean canBe(Map<String, String> environment) {
        return environment.getOrDefault("XDG_STATE_HOME", "").startsWith("/")
                || environment.getOrDefault("HOME", "").startsWith("/");
    }

    private static Path root(Map<String, String> environment) {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        String home = environment.getOrDefault("HOME", "");
        if (!canBe(environment)) {
            throw new LabRefusal("neither XDG_STATE_HOME nor HOME says where a lab can keep its files");
        }
        Path base = state.startsWith("/") ? Path.of(state) : Path.of(home, ".local", "state");
        return base.resolve("fairlead").resolve("labs");
    }

    /** Every object of its API. */
    public Path log() {
        return directory.resolve("objects.log");
    }

    /** How it was started, and what lets others in. */
    public Path settings() {
        return directory.resolve("lab.json");
    }

    private Path lock() {
        return directory.resolve("lock");
    }

    /** Whether there is a lab, running or stopped. */
    public boolean exist() {
        return Files.exists(settings());
    }

    /** Labs that have files here, in the order of their names. */
    public static List<LabName> all(Map<String, String> environment) {
        if (!canBe(environment) || !Files.isDirectory(root(environment))) {
            return List.of();
        }
        TreeSet<String> names = new TreeSet<>();
        try (Stream<Path> directories = Files.list(root(environment))) {
            directories.forEach(path -> names.add(path.getFileName().toString()));
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("could not list the labs in " + root(environment), e);
        }
        List<LabName> labs = new ArrayList<>();
        for (String name : names) {
            if (LabName.isOne(name) && of(new LabName(name), environment).exist()) {
                labs.add(new LabName(name));
            }
        }
        return labs;
    }

    /** Makes the directory. */
    public void make() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                Files.createDirectories(directory.getParent(), OWNERS);
                if (!Files.isDirectory(directory)) {
                    Files.createDirectory(directory, OWNERS);
                }
                return;
            } catch (NoSuchFileException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Says that a process works on these files; until it is closed, or the process has ended. */
    public static final class Held implements AutoCloseable {
        private final FileChannel channel;

        private Held(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Takes them for this process.
     *
     * @throws LabRefusal when another has them
     */
    public Held hold() throws IOException {
        FileChannel channel = FileChannel.open(
                lock(),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new Held(channel);
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw inUse();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw inUse();
    }

    private LabRefusal inUse() {
        return new LabRefusal("the files of lab '" + lab + "' in " + directory
                + " are in use by a lab that can't be reached from here; use the namespaces that it was started in");
    }

    /** Replaces what the settings say. */
    public void writeSettings(byte[] text) throws IOException {
        Path fresh = directory.resolve("lab.json.new");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(fresh, text);
        Files.move(fresh, settings(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes all of it, and directories above it that are empty then. */
    public void delete() throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        Files.deleteIfExists(settings()); // first: without them it is no lab, whatever happens next
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
        try {
            for (Path above : List.of(directory.resolve(".."), directory.resolve("../.."))) {
                Files.deleteIfExists(above.normalize());
            }
        } catch (DirectoryNotEmptyException e) {
            return; // other labs
        }
    }
}
