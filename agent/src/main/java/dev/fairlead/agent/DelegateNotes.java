package dev.fairlead.agent;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.plugin.CniCall;
import dev.fairlead.cni.protocol.CniEnvironment;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.plan.ipam.Attachment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Which calls were handed on to IPAM plugins, on disk: a file for each attachment, {@code
 * delegated/<network>,<container>,<interface>} in the state directory, private since configurations may hold secrets. A
 * file is forced to the disk before the plugin is executed and removed when all is undone. Safe from any thread; calls for
 * one attachment come one at a time.
 */
final class DelegateNotes {
    static final String DIRECTORY = "delegated";
    private static final int VERSION = 1;
    private static final String DAMAGED = ".damaged-";
    private static final String UNFINISHED = ".new";

    private final Path directory;
    private final Set<Attachment> owners = new ConcurrentSkipListSet<>();
    private final List<String> damage = new ArrayList<>();

    private DelegateNotes(Path directory) {
        this.directory = directory;
    }

    /** What an IPAM plugin has to be given to take its addresses back: the ADD, whose namespace is gone. */
    record Note(NetConf conf, CniCall call) {}

    /** The notes of a node. A file that can't be used is put aside. */
    static DelegateNotes open(Path stateDirectory) {
        DelegateNotes notes = new DelegateNotes(stateDirectory.resolve(DIRECTORY));
        try {
            Files.createDirectories(
                    notes.directory,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try (DirectoryStream<Path> files = Files.newDirectoryStream(notes.directory)) {
                for (Path file : files) {
                    notes.take(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not open the notes in " + notes.directory + ": " + e.getMessage(), e);
        }
        return notes;
    }

    private void take(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(UNFINISHED)) {
            Files.delete(file); // no plugin was executed yet
            return;
        }
        if (name.contains(DAMAGED)) {
            return;
        }
        try {
            Attachment owner = owner(name);
            var _ = read(file);
            owners.add(owner);
        } catch (CniException | IllegalArgumentException e) {
            Path aside = file.resolveSibling(name + DAMAGED + System.currentTimeMillis());
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
            damage.add(file + " is damaged and was put aside as " + aside.getFileName() + ": " + e.getMessage()
                    + "; an IPAM plugin may go on holding an address for a pod that is gone, until its network's GC");
        }
    }

    private static Attachment owner(String fileName) {
        String[] parts = fileName.split(",", 3);
        if (parts.length != 3) {
            throw new IllegalArgumentException("its name is no network, container and interface");
        }
        return new Attachment(parts[0], parts[1], parts[2]);
    }

    /** A comma can't be in a network's name or a container's id, and only the last part may have one. */
    private Path file(Attachment owner) {
        return directory.resolve(owner.network() + "," + owner.containerId() + "," + owner.ifName());
    }

    /** What was wrong with files when they were opened, sentences. */
    List<String> damage() {
        return List.copyOf(damage);
    }

    /** A view that follows what is put and removed; sorted. */
    Set<Attachment> owners() {
        return owners;
    }

    /**
     * Notes a call, in the place of an earlier one; it is on the disk when this returns.
     *
     * @throws UncheckedIOException when it can't be
     */
    void put(Attachment owner, CniCall call) {
        ObjectNode json = CniJson.newObject().put("version", VERSION);
        ObjectNode environment = json.putObject("environment");
        call.environment().variables().forEach((name, value) -> {
            if (name.startsWith("CNI_")) {
                environment.put(name, value);
            }
        });
        environment.put("CNI_NETNS", ""); // by the time that this is read the name may mean another's
        json.put("stdin", Base64.getEncoder().encodeToString(call.stdin()));
        Path file = file(owner);
        Path fresh = file.resolveSibling(file.getFileName() + UNFINISHED);
        try {
            Files.deleteIfExists(fresh);
            try (FileChannel channel = FileChannel.open(
                    fresh,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer bytes = ByteBuffer.wrap(CniJson.bytes(json));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true); // the rename itself
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not write " + file + ": " + e.getMessage(), e);
        }
        owners.add(owner);
    }

    /** @throws UncheckedIOException when it can't be read */
    Optional<Note> find(Attachment owner) {
        if (!owners.contains(owner)) {
            return Optional.empty();
        }
        try {
            return Optional.of(read(file(owner)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + file(owner) + ": " + e.getMessage(), e);
        }
    }

    private static Note read(Path file) throws IOException {
        ObjectNode json = CniJson.object(Files.readAllBytes(file));
        if (json.path("version").asInt() != VERSION) {
            throw new IllegalArgumentException("it is of version "
                    + json.path("version").asText("none") + " and this program knows version " + VERSION);
        }
        Map<String, String> environment = new LinkedHashMap<>();
        for (var variable : json.path("environment").properties()) {
            environment.put(variable.getKey(), variable.getValue().asText());
        }
        byte[] stdin = Base64.getDecoder().decode(json.path("stdin").asText());
        NetConf conf = NetConf.read(stdin);
        if (DelegatedAddresses.type(conf).isEmpty()) {
            throw new IllegalArgumentException("its configuration has no ipam.type");
        }
        return new Note(conf, new CniCall(new CniEnvironment(environment), stdin));
    }

    /** One that isn't there is fine. What a power cut takes with it comes back at worst, and its plugin is told again. */
    void remove(Attachment owner) {
        if (owners.contains(owner)) {
            try {
                Files.deleteIfExists(file(owner));
            } catch (IOException e) {
                throw new UncheckedIOException("could not remove " + file(owner) + ": " + e.getMessage(), e);
            }
            owners.remove(owner);
        }
    }
}
