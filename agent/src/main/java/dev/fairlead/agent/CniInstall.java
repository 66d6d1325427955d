package dev.fairlead.agent;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What a container runtime finds Fairlead by: the program {@code fairlead-cni} and the network configuration list. A runtime
 * watches the directory and may read at any moment, so each file is written under a name that no runtime reads, forced to
 * the disk, and renamed. Both are put there only once an agent serves: a configuration tells the runtime that pods can start.
 *
 * @param shim the built program
 * @param binDir where the runtime looks for plugins
 * @param confDir where it looks for configurations; it takes the one whose name sorts first
 * @param socket the agent's, which the shim is told in the configuration; absolute
 */
public record CniInstall(Path shim, Path binDir, Path confDir, Path socket) {
    /** The configuration's file name. */
    public static final String CONFLIST = "10-fairlead.conflist";

    /** The network's name, which is also the first part of its leases' keys. */
    public static final String NETWORK = "fairlead";

    private static final String PLUGIN = "fairlead-cni";

    /** containerd (go-cni) and CRI-O (ocicni) execute a plugin of this name for every pod, whatever the pod's network is. */
    private static final String LOOPBACK = "loopback";

    public CniInstall {
        socket = socket.toAbsolutePath().normalize();
    }

    public Path conflist() {
        return confDir.resolve(CONFLIST);
    }

    public Path program() {
        return binDir.resolve(PLUGIN);
    }

    /** Sets a pod's {@code lo} up. Where the reference plugins' own is there, that one stays. */
    public Path loopback() {
        return binDir.resolve(LOOPBACK);
    }

    /**
     * The configuration list: only capabilities that the agent has are declared, so that runtimes warn about the others.
     *
     * <p>A runtime takes the newest version that it knows of {@code cniVersions}. One that was built before that member
     * (libcni before 1.2: containerd 1.6, Podman 4) looks at {@code cniVersion} alone, asks for that version, and can't
     * read an answer in 1.1.0. Both are of one major version, as SPEC.md wants of versions that are offered together.
     */
    public static byte[] conflistText(Path socket) {
        ObjectNode list = CniJson.newObject().put("cniVersion", "1.0.0");
        list.putArray("cniVersions").add("1.0.0").add("1.1.0");
        list.put("name", NETWORK);
        plugin(list.putArray("plugins").addObject(), socket);
        return CniJson.bytes(list);
    }

    /** The configuration of the plugin by itself, as a runtime that works to the letter derives it from the list. */
    public static byte[] pluginText(Path socket) {
        ObjectNode conf = CniJson.newObject().put("cniVersion", "1.1.0").put("name", NETWORK);
        plugin(conf, socket);
        return CniJson.bytes(conf);
    }

    private static void plugin(ObjectNode plugin, Path socket) {
        plugin.put("type", PLUGIN).put("socket", socket.toString());
        plugin.putObject("capabilities")
                .put("ips", true)
                .put("mac", true)
                .put("bandwidth", true)
                .put("ipRanges", true)
                .put("dns", true)
                .put("portMappings", true);
    }

    /**
     * Makes the directories and finds out whether files can be written there, before anything else is begun.
     *
     * @throws IllegalStateException that names the directory and the flag to give
     */
    public void requireWritable() {
        requireWritable(binDir, "--cni-bin-dir");
        requireWritable(confDir, "--cni-conf-dir");
        for (Path program : List.of(shim, shim.resolveSibling(LOOPBACK))) {
            if (!Files.isRegularFile(program)) {
                throw new IllegalStateException(
                        "the program " + program + " is missing; build it by `./fairlead doctor`");
            }
        }
    }

    static void requireWritable(Path directory, String flag) {
        Path probe = directory.resolve(".fairlead-probe");
        try {
            Files.createDirectories(directory);
            Files.deleteIfExists(Files.write(probe, new byte[] {'\n'}));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "could not write into " + directory + ": " + reason(e) + "; make it writable or give another by "
                            + flag,
                    e);
        }
    }

    /** What an exception says, with its kind: by itself the message is often only the file's name. */
    static String reason(IOException e) {
        String kind = e.getClass().getSimpleName().replace("Exception", "");
        return e.getMessage() == null ? kind : kind + " (" + e.getMessage() + ")";
    }

    /**
     * Puts the files there, the programs first. Doing it again changes nothing that a runtime would notice.
     *
     * @return whether {@link #loopback} was missing too, and is there now
     */
    public boolean put() {
        return put(what -> {});
    }

    /** As {@link #put()}; {@code made} is told of each change to the directories. */
    boolean put(Consumer<String> made) {
        try {
            byte[] program = Files.readAllBytes(shim);
            if (!holds(program(), program)) {
                // A running shim keeps the file it was started from: the name then leads to a new one.
                replace(program(), program, "rwxr-xr-x", made);
            }
            boolean noLoopback = !Files.exists(loopback());
            if (noLoopback) {
                replace(loopback(), Files.readAllBytes(shim.resolveSibling(LOOPBACK)), "rwxr-xr-x", made);
            }
            byte[] list = conflistText(socket);
            if (!holds(conflist(), list)) {
                replace(conflist(), list, "rw-r--r--", made);
            }
            return noLoopback;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "could not install into " + binDir + " and " + confDir + ": " + reason(e), e);
        }
    }

    private static boolean holds(Path file, byte[] content) throws IOException {
        try {
            return Arrays.equals(Files.readAllBytes(file), content);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static void replace(Path file, byte[] content, String mode, Consumer<String> made) throws IOException {
        Path fresh = file.resolveSibling("." + file.getFileName() + ".fairlead-new");
        Files.deleteIfExists(fresh);
        try {
            write(fresh, content, mode);
            made.accept(String.valueOf(fresh.getFileName()));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(fresh);
            throw e;
        }
        made.accept(String.valueOf(file.getFileName()));
        forceDirectory(file);
    }

    private static void write(Path fresh, byte[] content, String mode) throws IOException {
        try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(mode));
            channel.force(true);
        }
    }

    private static void forceDirectory(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true); // the rename itself
            }
        }
    }

    /** Takes the configuration away: from now on a runtime starts no pod by us. @return whether it was there */
    public boolean takeConflist() {
        return take(conflist());
    }

    /** Takes the program away, after which no pod of ours can be deleted either. @return whether it was there */
    public boolean takeProgram() {
        return take(program());
    }

    /** Takes {@link #loopback} away if it is the one that came with us. @return whether it was */
    public boolean takeLoopback() {
        try {
            return holds(loopback(), Files.readAllBytes(shim.resolveSibling(LOOPBACK))) && take(loopback());
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + loopback() + ": " + reason(e), e);
        }
    }

    private static boolean take(Path file) {
        try {
            boolean was = Files.deleteIfExists(file);
            if (was) {
                forceDirectory(file);
            }
            return was;
        } catch (IOException e) {
            throw new UncheckedIOException("could not remove " + file + ": " + reason(e), e);
        }
    }

    /** Configurations that a runtime takes before ours, since their names sort first. */
    public List<Path> before() {
        List<Path> earlier = new ArrayList<>();
        try (Stream<Path> files = Files.list(confDir)) {
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                String name = String.valueOf(file.getFileName());
                boolean read = name.endsWith(".conf") || name.endsWith(".conflist") || name.endsWith(".json");
                if (read && name.compareTo(CONFLIST) < 0) {
                    earlier.add(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not list " + confDir + ": " + reason(e), e);
        }
        return earlier;
    }
}
