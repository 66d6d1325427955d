package dev.fairlead.agent;

import dev.fairlead.plan.nat.NatBook;
import dev.fairlead.plan.nat.NatBookText;
import dev.fairlead.plan.nat.NatBookText.Content;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The node's host ports on disk, beside the leases. Each change writes the whole file under another name, forces it to the
 * disk and renames it: it is small, since most pods have none. Confined to one thread; the lease book's lock keeps other
 * agents away.
 */
final class NatFile {
    static final String NAME = "nat.book";
    static final String FRESH = NAME + ".new";
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path file;
    private final String boot;

    NatFile(Path directory) {
        this.file = directory.resolve(NAME);
        this.boot = bootId();
    }

    /** Another value after each start of the machine. */
    private static String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + BOOT_ID + "; mount /proc", e);
        }
    }

    /**
     * What is on the disk.
     *
     * @param damage what is wrong with it, a sentence; empty when nothing is. A damaged file has been put aside
     * @param restarted whether it is of a time before the machine was started last: then none of its pods is left
     */
    record Found(NatBook book, String damage, boolean restarted) {}

    Found read() {
        try {
            Content content = NatBookText.read(Files.readAllBytes(file));
            return new Found(content.book(), "", !content.boot().equals(boot));
        } catch (NoSuchFileException e) {
            return new Found(NatBook.EMPTY, "", false);
        } catch (IllegalArgumentException e) {
            return new Found(NatBook.EMPTY, putAside(e), false);
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + file + ": " + e.getMessage(), e);
        }
    }

    private String putAside(IllegalArgumentException why) {
        Path aside = file.resolveSibling(NAME + ".damaged-" + System.currentTimeMillis());
        try {
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file + " is damaged and could not be put aside as " + aside.getFileName() + ": " + e.getMessage(),
                    e);
        }
        return file + " is damaged and was put aside as " + aside.getFileName() + ": " + why.getMessage()
                + "; host ports are made again from what the kernel holds";
    }

    /** The book is on the disk when this returns, or else the one before. */
    void write(NatBook book) {
        Path fresh = file.resolveSibling(FRESH);
        try {
            try (FileChannel channel = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(NatBookText.encode(new Content(boot, book)));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(false);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                directory.force(true); // the rename itself
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "could not write " + file + ": " + e.getMessage() + "; make room or repair the disk", e);
        }
    }
}
