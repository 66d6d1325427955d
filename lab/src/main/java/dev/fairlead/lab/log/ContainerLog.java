package dev.fairlead.lab.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One run of a container: a file in the format of the CRI, {@code TIME stdout|stderr F|P TEXT} a line, where {@code P} says
 * that the container's line goes on (kubernetes/design-proposals-archive, {@code node/kubelet-cri-logging.md}). A piece of a
 * line is written as it comes, so that a prompt is seen. Safe from any thread; readers sleep until there is more.
 */
public final class ContainerLog implements AutoCloseable {
    /** Nine digits of a second, as Go's {@code RFC3339NanoFixed} writes them. */
    static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final Path file;
    private final InstantSource clock;
    private final FileChannel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long length;
    private boolean over;

    private ContainerLog(Path file, InstantSource clock, FileChannel channel) {
        this.file = file;
        this.clock = clock;
        this.channel = channel;
    }

    /** Begins an empty one. */
    public static ContainerLog create(Path file, InstantSource clock) {
        try {
            Files.createDirectories(file.getParent());
            return new ContainerLog(
                    file,
                    clock,
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new UncheckedIOException("could not make the log file " + file, e);
        }
    }

    /** Adds what was printed. @param stream 1 for standard output, 2 for standard error */
    public void append(int stream, byte[] bytes) {
        byte[] head = (TIME.format(clock.instant()) + (stream == 1 ? " stdout " : " stderr "))
                .getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream records = new ByteArrayOutputStream(bytes.length + 2 * head.length);
        int from = 0;
        while (from < bytes.length) {
            int end = from;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            records.writeBytes(head);
            records.write(end < bytes.length ? 'F' : 'P');
            records.write(' ');
            records.write(bytes, from, end - from);
            records.write('\n');
            from = end + 1;
        }
        lock.lock();
        try {
            ByteBuffer all = ByteBuffer.wrap(records.toByteArray());
            while (!over && all.hasRemaining()) {
                channel.write(all);
            }
            length += all.position();
            changed.signalAll();
        } catch (IOException e) {
            throw new UncheckedIOException("could not write the log file " + file, e);
        } finally {
            lock.unlock();
        }
    }

    /** Nothing comes any more; what there is can still be read. */
    @Override
    public void close() {
        lock.lock();
        try {
            over = true;
            channel.close();
            changed.signalAll();
        } catch (IOException e) {
            throw new UncheckedIOException("could not close the log file " + file, e);
        } finally {
            lock.unlock();
        }
    }

    /** Takes the file away; whoever is reading it reads on to its end. */
    public void delete() {
        close();
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("could not delete the log file " + file, e);
        }
    }

    Path file() {
        return file;
    }

    /** How much has been written, in bytes: always whole records. */
    public long length() {
        lock.lock();
        try {
            return length;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for more than {@code known} bytes. @return whether there is more */
    boolean awaitMore(long known) throws InterruptedException {
        lock.lock();
        try {
            while (!over && length <= known) {
                changed.await();
            }
            return length > known;
        } finally {
            lock.unlock();
        }
    }

    static Instant time(String text) {
        return Instant.parse(text);
    }
}
