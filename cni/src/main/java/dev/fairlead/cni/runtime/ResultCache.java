package dev.fairlead.cni.runtime;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.NetConfList;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The final results of ADD, one file for each attachment: {@code <directory>/results/<network>-<container>-<interface>}, in
 * libcni's format {@code cniCacheV1}, so that either can clean up after the other. Files are private (they hold
 * configurations) and are replaced as a whole. They aren't forced to disk: after a power failure no container is left.
 *
 * @param directory {@code /var/lib/cni} by custom
 */
public record ResultCache(Path directory) {
    private static final Set<StandardOpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private Path results() {
        return directory.resolve("results");
    }

    /** Where the result of this attachment is. Network and attachment have valid names, so this can't leave the directory. */
    public Path file(String network, Attachment attachment) {
        return results().resolve(network + "-" + attachment.containerId() + "-" + attachment.ifname());
    }

    /**
     * Keeps a result, in the place of an older one.
     *
     * @throws CniException code 5 when it can't be written
     */
    public void put(NetConfList list, AttachmentParameters parameters, AddResult result) {
        Path file = file(list.name(), parameters.attachment());
        byte[] text = CniJson.bytes(CacheText.write(list, parameters, result));
        try {
            if (!Files.isDirectory(results())) {
                Files.createDirectories(
                        results(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Path part = directory.resolve("cni-result-"
                    + Long.toUnsignedString(ThreadLocalRandom.current().nextLong()) + ".part");
            try (SeekableByteChannel out = Files.newByteChannel(part, NEW, PRIVATE)) {
                ByteBuffer left = ByteBuffer.wrap(text);
                while (left.hasRemaining()) {
                    out.write(left);
                }
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                Files.deleteIfExists(part);
                throw e;
            }
        } catch (IOException e) {
            throw new CniException(
                    ErrorCode.IO_FAILURE,
                    "the result for " + parameters.attachment() + " in network '" + list.name() + "' can't be kept in "
                            + file,
                    e.toString(),
                    e);
        }
    }

    /**
     * The result of this attachment's ADD in {@code version}, or nothing when there is none. A file that holds nothing but
     * the result, as libcni wrote before 0.8, will do too.
     *
     * @throws CniException when the file is there and can't be used
     */
    public Optional<AddResult> result(String network, Attachment attachment, CniVersion version) {
        Path file = file(network, attachment);
        Optional<byte[]> text = read(file);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            var json = CniJson.object(text.get());
            var result = CacheText.isCurrent(json) ? CacheText.read(json).result() : json;
            return Optional.of(AddResult.read(result, version).as(version));
        } catch (ConfigException e) {
            throw e.in(file.toString(), text.get());
        }
    }

    /** Everything known of one attachment; nothing when there is no file or it can't be used. */
    public Optional<CachedAttachment> attachment(String network, Attachment attachment) {
        return entry(file(network, attachment));
    }

    /** All attachments of all networks, sorted by file. What can't be used is passed over, as another program's. */
    public List<CachedAttachment> attachments() {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(results())) {
            entries.forEach(files::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new CniException(
                    ErrorCode.IO_FAILURE, "the cached results in " + results() + " can't be listed", e.toString(), e);
        }
        Collections.sort(files);
        List<CachedAttachment> attachments = new ArrayList<>();
        for (Path file : files) {
            entry(file).ifPresent(attachments::add);
        }
        return attachments;
    }

    /** Forgets the result of this attachment, if there is one. */
    public void remove(String network, Attachment attachment) {
        Path file = file(network, attachment);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new CniException(
                    ErrorCode.IO_FAILURE, "the cached result " + file + " can't be removed", e.toString(), e);
        }
    }

    private static Optional<CachedAttachment> entry(Path file) {
        try {
            Optional<byte[]> text = read(file);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            var json = CniJson.object(text.get());
            return CacheText.isCurrent(json) ? Optional.of(CacheText.read(json)) : Optional.empty();
        } catch (CniException e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> read(Path file) {
        try (var stream = Files.newInputStream(file)) {
            return Optional.of(stream.readNBytes(CniJson.MAX_BYTES + 1));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CniException(
                    ErrorCode.IO_FAILURE, "the cached result " + file + " can't be read", e.toString(), e);
        }
    }
}
