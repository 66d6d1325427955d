package dev.fairlead.agent;

import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.Ipam;
import dev.fairlead.plan.ipam.IpamEvent;
import dev.fairlead.plan.ipam.IpamException;
import dev.fairlead.plan.ipam.IpamJournal;
import dev.fairlead.plan.ipam.Lease;
import dev.fairlead.plan.ipam.LeaseRequest;
import dev.fairlead.plan.ipam.Range;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's address leases on disk: what {@link Ipam} decides is in the journal before anybody hears of it, and forced to
 * the disk before anybody uses it. Safe from any thread; calls that come together share one write to the disk.
 */
public final class LeaseBook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseBook.class);
    private static final String JOURNAL = "leases.journal";

    /** A journal this much longer than its snapshot is written anew. */
    private static final int SLACK_LINES = 2000;

    private final Path journal;
    private final FileChannel lockFile;
    private final ReentrantLock deciding = new ReentrantLock();
    private final DiskSync disk;
    private FileChannel file;
    private Ipam ipam;
    private long linesSinceSnapshot;
    private final String damage;

    private LeaseBook(Path journal, FileChannel lockFile, Found found) throws IOException {
        this.journal = journal;
        this.lockFile = lockFile;
        this.ipam = found.ipam();
        this.damage = found.damage();
        this.file = rewrite(ipam);
        this.disk = DiskSync.start(journal.toString(), this::force);
    }

    /**
     * What was on the disk.
     *
     * @param damage what was wrong with it, a sentence; empty when nothing was
     */
    private record Found(Ipam ipam, String damage) {}

    /**
     * Opens the book of a node; the directory is made where it isn't there. A journal that can't be used is put aside beside
     * it, and the book begins empty.
     *
     * @throws IllegalStateException when another agent has it open
     */
    public static LeaseBook open(Path directory, List<Range> pools) {
        try {
            Files.createDirectories(directory);
            FileChannel lockFile =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!lock(lockFile)) {
                lockFile.close();
                throw new IllegalStateException("the state directory " + directory
                        + " is in use by another agent; give this one another --state-dir or end the other");
            }
            Path journal = directory.resolve(JOURNAL);
            return new LeaseBook(journal, lockFile, read(journal, pools));
        } catch (IOException e) {
            throw new UncheckedIOException("could not open the leases in " + directory + ": " + e.getMessage(), e);
        }
    }

    private static boolean lock(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // another agent of this same JVM
        }
    }

    private static Found read(Path journal, List<Range> pools) throws IOException {
        try {
            IpamJournal.Content content = IpamJournal.read(Files.readAllBytes(journal));
            return new Found(
                    Ipam.replay(pools, content.events()),
                    content.cut().isEmpty() ? "" : journal + ": " + content.cut());
        } catch (NoSuchFileException e) {
            return new Found(Ipam.of(pools), "");
        } catch (IpamException e) {
            Path aside = journal.resolveSibling(JOURNAL + ".damaged-" + System.currentTimeMillis());
            Files.move(journal, aside, StandardCopyOption.ATOMIC_MOVE);
            return new Found(
                    Ipam.of(pools),
                    journal + " is damaged and was put aside as " + aside.getFileName() + ": " + e.getMessage()
                            + "; leases are made again from the pods that are there");
        }
    }

    /** What was wrong with the journal when it was opened, a sentence; empty when nothing was. */
    public String damage() {
        return damage;
    }

    /**
     * Takes up a lease that is in use though the book doesn't have it.
     *
     * @throws IpamException.LeaseConflict when somebody else holds one of its addresses
     */
    public void adopt(Lease lease) {
        deciding.lock();
        try {
            IpamEvent event = new IpamEvent.Leased(lease);
            Ipam after = ipam.apply(event);
            append(List.of(event));
            ipam = after;
        } finally {
            deciding.unlock();
        }
        disk.begin().await();
    }

    /** The state now. */
    public Ipam ipam() {
        deciding.lock();
        try {
            return ipam;
        } finally {
            deciding.unlock();
        }
    }

    /**
     * Gives an attachment its addresses, the same again when it has them; they are on disk when this returns.
     *
     * @throws IpamException when they can't be given
     */
    public Ipam.Granted lease(LeaseRequest request) {
        Leasing leasing = begin(request);
        leasing.onDisk().await();
        return leasing.granted();
    }

    /** A decision that is in the journal and on its way to the disk. The addresses must not be used before it is there. */
    record Leasing(Ipam.Granted granted, DiskSync.Pending onDisk) {}

    /**
     * As {@link #lease}, and doesn't wait for the disk. From here on the lease outlives this process, which may end at any
     * moment; only a power cut could take it away again, and then no pod is left either.
     *
     * @throws IpamException when they can't be given
     */
    Leasing begin(LeaseRequest request) {
        deciding.lock();
        try {
            Ipam.Granted granted = ipam.lease(request, System.currentTimeMillis());
            append(granted.events());
            ipam = granted.after();
            return new Leasing(granted, disk.begin());
        } finally {
            deciding.unlock();
        }
    }

    /**
     * Takes an attachment's addresses back; one that has none is fine. This doesn't wait for the disk: the journal keeps its
     * order, so whoever is given the address next is on the disk only together with this. What a power cut takes with it is
     * at most that an address was given back, and then no pod is left either and the runtime's GC gives it back again.
     */
    public void release(Attachment attachment) {
        deciding.lock();
        try {
            Ipam.GivenBack back = ipam.release(attachment, System.currentTimeMillis());
            append(back.events());
            ipam = back.after();
            if (linesSinceSnapshot > SLACK_LINES) {
                compact();
            }
        } finally {
            deciding.unlock();
        }
    }

    private void append(List<IpamEvent> events) {
        if (!events.isEmpty()) {
            byte[] lines = IpamJournal.encode(events);
            try {
                long before = file.size();
                try {
                    writeAll(file, lines);
                } catch (IOException e) {
                    file.truncate(before); // half a line must not stand in front of the next whole one
                    throw e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "could not write to " + journal + ": " + e.getMessage() + "; make room or repair the disk", e);
            }
            linesSinceSnapshot += events.size();
        }
    }

    /** Only what is in the file now: a file that was replaced meanwhile was forced before it took the place. */
    private void force() throws IOException {
        while (true) {
            FileChannel current = now();
            try {
                current.force(false);
                return;
            } catch (ClosedChannelException e) {
                if (current == now()) {
                    throw e;
                }
            }
        }
    }

    private FileChannel now() {
        deciding.lock();
        try {
            return file;
        } finally {
            deciding.unlock();
        }
    }

    private void compact() {
        try {
            FileChannel old = file;
            file = rewrite(ipam);
            linesSinceSnapshot = 0;
            old.close();
        } catch (IOException e) {
            LOG.warn("could not shorten {}: {}; it goes on growing", journal, e.getMessage());
        }
    }

    /** Writes the state to a new file, forced to disk, and puts it in the journal's place as a whole. */
    private FileChannel rewrite(Ipam state) throws IOException {
        Path fresh = journal.resolveSibling(JOURNAL + ".new");
        FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        writeAll(channel, IpamJournal.encode(state.snapshot()));
        channel.force(true);
        Files.move(fresh, journal, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(journal.getParent(), StandardOpenOption.READ)) {
            directory.force(true); // the rename itself
        }
        return channel;
    }

    private static void writeAll(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public void close() {
        disk.close();
        try {
            file.close();
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException("could not close " + journal, e);
        }
    }
}
