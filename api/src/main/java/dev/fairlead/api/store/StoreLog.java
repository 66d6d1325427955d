package dev.fairlead.api.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.store.ObjectStore.Kept;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store's log on disk: {@link LogRecord}s behind a header. A write is in the file before it is made and on the disk before
 * its writer is told so; writers who wait at the same time share one {@code fdatasync(2)}. When the log has grown much larger
 * than what there is, it is written anew beside, on a thread of its own, and takes the other's place by rename.
 *
 * <p>Threads: as {@link Journal}. Plain files and no channels, since a channel closes when its thread is interrupted.
 *
 * <p>Over 300 lines: opening, appending and compacting share the file that they exchange.
 */
public final class StoreLog implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(StoreLog.class);

    /** A log below this is never compacted. */
    public static final long SMALLEST = 8L << 20;

    /** How many times larger than what there is a log may get. */
    private static final int GROWTH = 3;

    /**
     * Where a log wasn't closed, somebody may have seen changes that the machine then lost. Their revisions must not come again
     * with another meaning, so the counter goes on this far behind.
     */
    static final long UNSEEN = 100_000;

    private static final ObjectKey CLOSED = new ObjectKey("", "", "closed");

    private final Path file;
    private final long smallest;
    private final ReentrantLock syncing = new ReentrantLock();
    private final Object files = new Object();
    /** Replaced by compaction, under both {@link #syncing} and {@link #files}. */
    private RandomAccessFile out;

    private volatile long written;
    private long length;
    private long compactedLength;
    private long durable;
    private long lastRevision;
    private Optional<String> broken = Optional.empty();
    private Optional<String> unsynced = Optional.empty();
    private Optional<List<byte[]>> meanwhile = Optional.empty();
    private boolean closed;

    private StoreLog(Path file, RandomAccessFile out, long length, long compactedLength, long smallest) {
        this.file = file;
        this.out = out;
        this.length = length;
        this.compactedLength = compactedLength;
        this.smallest = smallest;
    }

    /**
     * A log that is open, and what it holds.
     *
     * @param revision where the store's counter goes on
     * @param torn how many bytes of an unfinished record were cut off; 0 usually
     */
    public record Opened(StoreLog log, long revision, List<Kept> objects, long torn) {
        /** The store that goes on where the log ends. */
        public ObjectStore store() {
            return new ObjectStore(log, revision, objects, ObjectStore.HISTORY);
        }
    }

    /** Opens a log, or makes it where there is none. As {@link #open(Path, long)}. */
    public static Opened open(Path file) throws IOException {
        return open(file, SMALLEST);
    }

    /**
     * Opens a log, or makes it where there is none. Nobody else may have it open.
     *
     * @param smallest a log below this many bytes is never compacted
     * @throws DamagedLogException when it doesn't hold what was written to it; the file then stays as it is
     */
    public static Opened open(Path file, long smallest) throws IOException {
        TreeMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
        long[] revision = {1};
        boolean[] clean = {true};
        Files.deleteIfExists(fresh(file)); // a compaction that its process didn't outlive
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        LogReader.End end = LogReader.read(file, record -> {
            revision[0] = record.revision();
            clean[0] = false;
            for (LogRecord.Change change : record.changes()) {
                if (change.key().equals(CLOSED)) {
                    clean[0] = true;
                } else {
                    change.object()
                            .ifPresentOrElse(o -> objects.put(change.key(), o), () -> objects.remove(change.key()));
                }
            }
        });
        RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw");
        try {
            byte[] header = LogReader.HEADER.getBytes(StandardCharsets.US_ASCII);
            long length = end.whole();
            out.setLength(length);
            out.seek(length);
            if (length == 0) {
                out.write(header);
                length = header.length;
            }
            List<Kept> kept = new ArrayList<>();
            objects.forEach((key, object) -> kept.add(new Kept(key, object)));
            StoreLog log = new StoreLog(file, out, length, length, smallest);
            log.lastRevision = revision[0];
            if (end.whole() == 0) {
                syncDirectory(file);
            }
            boolean whole = clean[0] && end.torn() == 0;
            return new Opened(log, revision[0] + (whole ? 0 : UNSEEN), kept, end.torn());
        } catch (IOException e) {
            out.close();
            throw e;
        }
    }

    @Override
    public long append(long revision, List<StoreEvent> events) {
        byte[] line = LogRecord.of(revision, events).encoded();
        synchronized (files) {
            long position = append(line);
            lastRevision = revision;
            return position;
        }
    }

    private long append(byte[] line) {
        synchronized (files) {
            requireUsable();
            try {
                out.write(line);
            } catch (IOException e) {
                cutOff();
                throw JournalException.refused(file + " took no more: " + e.getMessage(), e);
            }
            length += line.length;
            meanwhile.ifPresent(lines -> lines.add(line));
            written += line.length;
            return written;
        }
    }

    private void requireUsable() {
        if (broken.isPresent()) {
            throw JournalException.refused(broken.get(), new IOException(broken.get()));
        }
        if (closed) {
            throw JournalException.refused(file + " is closed", new IOException("closed"));
        }
    }

    /** A part of a line may be there; the next line must not begin behind it. */
    private void cutOff() {
        try {
            out.setLength(length);
            out.seek(length);
        } catch (IOException e) {
            broken = Optional.of(file + " took a part of a record, and that could not be cut off: " + e.getMessage());
        }
    }

    @Override
    public void sync(long position) {
        syncing.lock();
        try {
            if (durable >= position) {
                return; // somebody who waited before us has done it for all
            }
            if (unsynced.isPresent()) {
                throw JournalException.uncertain(unsynced.get(), new IOException(unsynced.get()));
            }
            long upTo = written;
            out.getFD().sync();
            durable = upTo;
        } catch (IOException e) {
            // What the kernel could not write it may have forgotten, and a second attempt would find nothing wrong.
            String why = file + " could not be written to its disk: " + e.getMessage();
            unsynced = Optional.of(why);
            synchronized (files) {
                broken = unsynced;
            }
            throw JournalException.uncertain(why, e);
        } finally {
            syncing.unlock();
        }
    }

    @Override
    public boolean wantsCompaction() {
        synchronized (files) {
            return length > smallest && length > GROWTH * compactedLength && meanwhile.isEmpty() && broken.isEmpty();
        }
    }

    @Override
    public void compact(long revision, List<Kept> objects) {
        synchronized (files) {
            meanwhile = Optional.of(new ArrayList<>());
        }
        Thread.ofPlatform().daemon().name("log-compaction").start(() -> {
            Path fresh = fresh(file);
            try {
                exchange(fresh, rewrite(fresh, revision, objects));
            } catch (IOException e) {
                LOG.warn("{} stays as long as it is, since {} could not be written: {}", file, fresh, e.getMessage());
                giveUp(fresh);
            }
        });
    }

    private static Path fresh(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    private static RandomAccessFile rewrite(Path fresh, long revision, List<Kept> objects) throws IOException {
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        RandomAccessFile to = new RandomAccessFile(fresh.toFile(), "rw");
        try {
            to.write(LogReader.HEADER.getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream buffer = new ByteArrayOutputStream();
            buffer.writeBytes(new LogRecord(revision, List.of()).encoded());
            for (Kept kept : objects) {
                LogRecord.Change change = new LogRecord.Change(kept.key(), Optional.of(kept.object()));
                buffer.writeBytes(new LogRecord(revision, List.of(change)).encoded());
                if (buffer.size() > 1 << 18) {
                    to.write(buffer.toByteArray());
                    buffer.reset();
                }
            }
            to.write(buffer.toByteArray());
            to.getFD().sync(); // the large part before anybody has to wait for it
            return to;
        } catch (IOException e) {
            to.close();
            throw e;
        }
    }

    /** Adds what came meanwhile and lets the new file take the old one's place. Writers wait for this. */
    private void exchange(Path fresh, RandomAccessFile to) throws IOException {
        syncing.lock();
        try {
            synchronized (files) {
                if (closed || broken.isPresent()) {
                    to.close();
                    giveUp(fresh);
                    return;
                }
                long snapshot = to.length();
                try {
                    for (byte[] line : meanwhile.orElse(List.of())) {
                        to.write(line);
                    }
                    to.getFD().sync();
                    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
                } catch (IOException e) {
                    to.close();
                    throw e;
                }
                RandomAccessFile old = out;
                out = to;
                length = to.length();
                compactedLength = snapshot;
                durable = written;
                meanwhile = Optional.empty();
                old.close();
            }
            syncDirectory(file);
        } finally {
            syncing.unlock();
        }
    }

    private void giveUp(Path fresh) {
        synchronized (files) {
            meanwhile = Optional.empty();
            compactedLength = length; // so that it is tried again only when the log has grown by as much
        }
        try {
            Files.deleteIfExists(fresh);
        } catch (IOException e) {
            LOG.warn("{} could not be deleted: {}", fresh, e.getMessage());
        }
    }

    /** Length of the file, in bytes. */
    public long length() {
        synchronized (files) {
            return length;
        }
    }

    private static void syncDirectory(Path file) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    /** Ends it with a word that it is whole. */
    @Override
    public void close() {
        syncing.lock();
        try {
            synchronized (files) {
                if (closed) {
                    return;
                }
                if (broken.isEmpty()) {
                    append(new LogRecord(lastRevision, List.of(new LogRecord.Change(CLOSED, Optional.empty())))
                            .encoded());
                    out.getFD().sync();
                }
            }
        } catch (JournalException e) {
            LOG.warn("the end could not be noted: {}", e.getMessage());
        } catch (IOException e) {
            LOG.warn("{} could not be closed: {}", file, e.getMessage());
        } finally {
            closeFile();
            syncing.unlock();
        }
    }

    private void closeFile() {
        synchronized (files) {
            closed = true;
            try {
                out.close();
            } catch (IOException e) {
                LOG.warn("{} could not be closed: {}", file, e.getMessage());
            }
        }
    }
}
