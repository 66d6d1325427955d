package dev.fairlead.kernel.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Owner of a file descriptor: closed once, by {@link #close}, and never by the garbage collector. Safe from any thread.
 *
 * <p>With {@code -Dfairlead.fd.trace=true} (every test run) each open descriptor remembers where it was made, and {@link
 * #openDescriptors} lists those that nobody closed.
 */
public final class Fd implements AutoCloseable {
    private static final boolean TRACE = Boolean.getBoolean("fairlead.fd.trace");
    private static final Map<Fd, Throwable> OPEN = new ConcurrentHashMap<>();
    private static final int AT_FDCWD = -100;
    private static final int PIECE = 4096;
    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_NOCTTY = 0400;
    private static final int O_NONBLOCK = 04000;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;

    private final int number;
    private final String what;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Fd(int number, String what) {
        this.number = number;
        this.what = what;
        if (TRACE) {
            OPEN.put(this, new Throwable("opened here"));
        }
    }

    /** Takes over a descriptor; {@code what} names it in messages. */
    public static Fd own(long number, String what) {
        return new Fd(Math.toIntExact(number), what);
    }

    /**
     * {@code openat(2)} with {@code O_CLOEXEC} added.
     *
     * @throws dev.fairlead.kernel.SyscallException naming the path when the kernel refuses
     */
    public static Fd open(Path path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toString());
            long fd =
                    Linux.call("open " + path, Linux.Call.OPENAT, AT_FDCWD, name.address(), flags | O_CLOEXEC, 0, 0, 0);
            return own(fd, path.toString());
        }
    }

    /** Wakes a thread that polls it, {@code eventfd(2)}: readable once eight bytes have been written; never waits. */
    public static Fd event(String what) {
        return own(Linux.call("make an eventfd", Linux.Call.EVENTFD2, 0, O_CLOEXEC | O_NONBLOCK, 0), what);
    }

    /** A file without a name that lives in memory, {@code memfd_create(2)}; {@link #path} reads and writes it from its start. */
    public static Fd memory(String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(what);
            return own(
                    Linux.call("make a file in memory", Linux.Call.MEMFD_CREATE, name.address(), 1 /* CLOEXEC */, 0),
                    what);
        }
    }

    /**
     * The descriptor's number, for a system call made while this object stays open.
     *
     * @throws IllegalStateException when it has been closed: the number may already belong to something else
     */
    public int number() {
        if (closed.get()) {
            throw new IllegalStateException(what + " has been closed");
        }
        return number;
    }

    public boolean isOpen() {
        return !closed.get();
    }

    /** The two ends of a pipe, {@code pipe2(2)}. */
    public record Pipe(Fd reading, Fd writing) {}

    public static Pipe pipe(String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(8);
            Linux.call("make a pipe", Linux.Call.PIPE2, ends.address(), O_CLOEXEC, 0);
            return new Pipe(
                    own(ends.get(ValueLayout.JAVA_INT, 0), what + ", reading end"),
                    own(ends.get(ValueLayout.JAVA_INT, 4), what + ", writing end"));
        }
    }

    /** Writes all of it, waiting where that takes waiting. */
    public void write(byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            for (long at = 0; at < bytes.length; ) {
                at += Linux.call(
                        "write to " + what, Linux.Call.WRITE, number(), buffer.address() + at, bytes.length - at);
            }
        }
    }

    /** Reads to the end of the stream, waiting as long as a writer is there; for short texts. */
    public byte[] readToEnd() {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(PIECE);
            while (true) {
                long got = Linux.call("read from " + what, Linux.Call.READ, number(), buffer.address(), PIECE);
                if (got == 0) {
                    return all.toByteArray();
                }
                all.writeBytes(buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    /** Writes to the beginning of a file, wherever it is read or written next, {@code pwrite(2)}. */
    public void fill(byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            for (long at = 0; at < bytes.length; ) {
                long left = bytes.length - at;
                at += Linux.call(
                        "write to " + what, Linux.Call.PWRITE64, number(), buffer.address() + at, left, at, 0, 0);
            }
        }
    }

    /** All that a file holds, wherever it is read or written next, {@code pread(2)}. */
    public byte[] content() {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(PIECE);
            while (true) {
                long got = Linux.call(
                        "read from " + what, Linux.Call.PREAD64, number(), buffer.address(), PIECE, all.size(), 0, 0);
                if (got == 0) {
                    return all.toByteArray();
                }
                all.writeBytes(buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    /** From now on reading and writing here never wait; whoever shares the open file is concerned too. */
    public void neverWait() {
        long flags = Linux.call("ask for the flags of " + what, Linux.Call.FCNTL, number(), F_GETFL, 0);
        Linux.call("set O_NONBLOCK on " + what, Linux.Call.FCNTL, number(), F_SETFL, flags | O_NONBLOCK);
    }

    /** {@code dup} with close-on-exec: a second owner of the same open file. */
    public Fd duplicate() {
        return own(Linux.call("duplicate " + what, Linux.Call.FCNTL, number(), 1030 /* F_DUPFD_CLOEXEC */, 0), what);
    }

    /** {@code /proc/self/fd/N}: a path that opens this again, from any thread of this process and its children. */
    public Path path() {
        return Path.of("/proc/self/fd/" + number());
    }

    /** Closes once; further calls do nothing. Linux frees the number even when close reports an error. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            OPEN.remove(this);
            Linux.raw(Linux.Call.CLOSE, number, 0, 0);
        }
    }

    /** Descriptors that were made and not closed, with the place; empty unless tracing is on. */
    public static Map<Fd, Throwable> openDescriptors() {
        return Map.copyOf(OPEN);
    }

    @Override
    public String toString() {
        return what + " (descriptor " + number + (closed.get() ? ", closed)" : ")");
    }
}
