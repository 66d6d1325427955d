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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's address leases on disk: what {@link Ipam} decides is in the journal, and forced to the disk, before anybody
 * hears of it. Safe from any thread; calls that come together share one write to the disk.
 *
 * <p>A disk that takes nothing, because it is full or read-only, refuses leases and nothing else: what is given back is
 * written with the next lease, so that pods can go and make room.
 *
 * <p>Over 300 lines: each way in which a disk can refuse is met where the file is written.
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
    private final InstantSource clock;
    private final Consumer<String> made;
    private final String damage;
    private FileChannel file;
    private Ipam ipam;
    private long linesSinceSnapshot;
    /** What has happened and isn't in the file, because the disk took nothing. */
    private final List<IpamEvent> unwritten = new ArrayList<>();
    /** Why the last write failed; empty when it didn't. */
    private String refusal = "";

    /** Whether the file may lack what was written to it; only for {@link #force}. */
    private volatile boolean suspect;

    private LeaseBook(Path journal, FileChannel lockFile, Found found, InstantSource clock, Consumer<String> made)
            throws IOException {
        this.journal = journal;
        this.lockFile = lockFile;
        this.clock = clock;
        this.made = made;
        this.ipam = found.ipam();
        this.damage = found.damage();
        this.file = file(found);
        this.disk = DiskSync.start(journal.toString(), this::force);
    }

    /**
     * What was on the disk.
     *
     * @param whole bytes of the journal that are whole lines
     * @param last what the line behind them says, if it can be read
     * @param damage what was wrong with it, a sentence; empty when nothing was
     */
    private record Found(Ipam ipam, long whole, List<IpamEvent> last, String damage) {}

    /**
     * Opens the book of a node; the directory is made where it isn't there. A journal that can't be used is put aside beside
     * it, and the book begins empty.
     *
     * @throws IllegalStateException when another agent has it open, or a later version of this program wrote it
     */
    public static LeaseBook open(Path directory, List<Range> pools) {
        return open(directory, pools, InstantSource.system(), what -> {});
    }

    /** As {@link #open(Path, List)}, by another clock; {@code made} is told of each change to the directory. */
    static LeaseBook open(Path directory, List<Range> pools, InstantSource clock, Consumer<String> made) {
        try {
            Files.createDirectories(directory);
            FileChannel lockFile =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                if (!lock(lockFile)) {
                    throw new IllegalStateException("the state directory " + directory
                            + " is in use by another agent; give this one another --state-dir or end the other");
                }
                made.accept("the lock");
                Path journal = directory.resolve(JOURNAL);
                return new LeaseBook(journal, lockFile, read(journal, pools, clock), clock, made);
            } catch (IOException | RuntimeException e) {
                lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "could not open the leases in " + directory + ": " + CniInstall.reason(e)
                            + "; make room there or make it writable, or give another directory by --state-dir",
                    e);
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

    private static Found read(Path journal, List<Range> pools, InstantSource clock) throws IOException {
        try {
            byte[] bytes = Files.readAllBytes(journal);
            IpamJournal.Content content = IpamJournal.read(bytes);
            long whole = bytes.length;
            while (whole > 0 && bytes[(int) whole - 1] != '\n') {
                whole--;
            }
            boolean lastIsRead = content.mustRewrite() && content.cut().isEmpty();
            List<IpamEvent> last = lastIsRead ? List.of(content.events().getLast()) : List.of();
            String damage = content.cut().isEmpty() ? "" : journal + ": " + content.cut();
            return new Found(Ipam.replay(pools, content.events()), whole, last, damage);
        } catch (NoSuchFileException e) {
            return new Found(Ipam.of(pools), 0, List.of(), "");
        } catch (IpamException.JournalOfLaterVersion e) {
            throw new IllegalStateException(
                    journal + " was written by a later Fairlead and is left as it is: " + e.getMessage()
                            + "; start that one, or move the file away to have leases made again from the pods that are"
                            + " there",
                    e);
        } catch (IpamException e) {
            Path aside = aside(journal, clock);
            Files.move(journal, aside, StandardCopyOption.ATOMIC_MOVE);
            return new Found(
                    Ipam.of(pools),
                    0,
                    List.of(),
                    journal + " is damaged and was put aside as " + aside.getFileName() + ": " + e.getMessage()
                            + "; leases are made again from the pods that are there");
        }
    }

    /** A name that is free, whatever the clock says: what was put aside before is evidence too. */
    private static Path aside(Path journal, InstantSource clock) {
        long number = clock.millis();
        Path aside = journal.resolveSibling(JOURNAL + ".damaged-" + number);
        while (Files.exists(aside)) {
            number++;
            aside = journal.resolveSibling(JOURNAL + ".damaged-" + number);
        }
        return aside;
    }

    /** A fresh file; where the disk has no room for one, the file that is there as far as it is whole. */
    private FileChannel file(Found found) throws IOException {
        try {
            return rewrite(ipam);
        } catch (IOException e) {
            FileChannel there = FileChannel.open(journal, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                there.truncate(found.whole());
                there.position(found.whole());
            } catch (IOException | RuntimeException refused) {
                there.close();
                throw refused;
            }
            unwritten.addAll(found.last());
            LOG.warn("{} could not be written anew and is used as it is: {}; make room", journal, CniInstall.reason(e));
            return there;
        }
    }

    /** What was wrong with the journal when it was opened, a sentence; empty when nothing was. */
    public String damage() {
        return damage;
    }

    /**
     * Takes up a lease that is in use though the book doesn't have it. It holds at once, also where the disk takes nothing:
     * what it was learnt from is there as long as the pod.
     *
     * @throws IpamException.LeaseConflict when somebody else holds one of its addresses
     */
    public void adopt(Lease lease) {
        deciding.lock();
        try {
            IpamEvent event = new IpamEvent.Leased(lease);
            ipam = ipam.apply(event);
            note(List.of(event));
        } finally {
            deciding.unlock();
        }
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
            Ipam.Granted granted = ipam.lease(request, clock.millis());
            if (!granted.events().isEmpty()) {
                append(granted.events());
            }
            ipam = granted.after();
            return new Leasing(granted, disk.begin());
        } finally {
            deciding.unlock();
        }
    }

    /**
     * Takes an attachment's addresses back; one that has none is fine. This doesn't wait for the disk: the journal keeps its
     * order, so whoever is given the address next is on the disk only together with this. What a power cut takes with it is
     * at most that an address was given back, and then no pod is left either and the runtime's GC gives it back again. For
     * the same reason a disk that takes nothing is no failure here: it is written with the next lease.
     */
    public void release(Attachment attachment) {
        deciding.lock();
        try {
            Ipam.GivenBack back = ipam.release(attachment, clock.millis());
            ipam = back.after();
            note(back.events());
            if (linesSinceSnapshot > SLACK_LINES) {
                compact();
            }
        } finally {
            deciding.unlock();
        }
    }

    /** Writes what has happened in any case, now or with the next lease. */
    private void note(List<IpamEvent> events) {
        unwritten.addAll(events);
        try {
            append(List.of());
        } catch (UncheckedIOException e) {
            LOG.warn("what changed will be written with the next lease: {}", e.getMessage());
        }
    }

    /** Writes these events, and before them what could not be written when it happened. */
    private void append(List<IpamEvent> events) {
        try {
            write(events);
            refusal = "";
        } catch (UncheckedIOException e) {
            refusal = String.valueOf(e.getMessage());
            throw e;
        }
    }

    /**
     * Why no lease can be given now, a sentence; empty when the disk takes what is written, or does so again.
     */
    String refusal() {
        deciding.lock();
        try {
            if (!refusal.isEmpty()) {
                replaceFile();
                refusal = "";
            }
            return refusal;
        } catch (IOException e) {
            return refusal; // as before
        } finally {
            deciding.unlock();
        }
    }

    private void write(List<IpamEvent> events) {
        List<IpamEvent> all = new ArrayList<>(unwritten);
        all.addAll(events);
        if (!all.isEmpty()) {
            byte[] lines = IpamJournal.encode(all);
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
            linesSinceSnapshot += all.size();
            unwritten.clear();
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
            } catch (IOException e) {
                suspect = true; // the kernel forgets what it could not write: the next force would find nothing to do
                throw e;
            }
        }
    }

    private FileChannel now() throws IOException {
        deciding.lock();
        try {
            if (suspect) {
                replaceFile();
                suspect = false;
            }
            return file;
        } finally {
            deciding.unlock();
        }
    }

    private void compact() {
        try {
            replaceFile();
        } catch (IOException e) {
            linesSinceSnapshot = 0; // so that it isn't tried by each call
            LOG.warn("could not shorten {}: {}; it goes on growing", journal, CniInstall.reason(e));
        }
    }

    private void replaceFile() throws IOException {
        FileChannel old = file;
        file = rewrite(ipam);
        unwritten.clear();
        linesSinceSnapshot = 0;
        old.close();
    }

    /** Writes the state to a new file, forced to disk, and puts it in the journal's place as a whole. */
    private FileChannel rewrite(Ipam state) throws IOException {
        Path fresh = journal.resolveSibling(JOURNAL + ".new");
        FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        try {
            made.accept("an empty new journal");
            writeAll(channel, IpamJournal.encode(state.snapshot()));
            made.accept("the new journal, not forced");
            channel.force(true);
            made.accept("the new journal, not in its place");
            Files.move(fresh, journal, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException e) {
            channel.close();
            Files.deleteIfExists(fresh);
            throw e;
        }
        made.accept("the journal in its place");
        try (FileChannel directory = FileChannel.open(journal.getParent(), StandardOpenOption.READ)) {
            directory.force(true); // the rename itself
        } catch (IOException e) {
            LOG.warn("the directory of {} could not be forced to the disk: {}", journal, CniInstall.reason(e));
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
