package dev.fairlead.kernel.process;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a child reads and writes, served by one thread that sleeps in {@code ppoll(2)}. The end is told when the child has
 * ended and what it had printed by then has been told; its own children may still hold the streams. Safe from any thread.
 *
 * <p>Over 300 lines: both sides of one lock, those who feed the child and the thread that serves it, are here.
 */
public final class ChildStreams implements AutoCloseable {
    private static final int PIECE = 32 * 1024;
    /** Whoever feeds a child that doesn't read waits once this much is on its way. */
    private static final int MOST_WAITING = 256 * 1024;

    private static final short POLLIN = 1;
    private static final short POLLOUT = 4;

    /** Hears of a child, on the thread that serves it. What a method throws ends the conversation as {@link #close} does. */
    public interface Listener {
        /** @param stream 1 for standard output (and for all that comes over a terminal), 2 for standard error */
        void printed(int stream, byte[] bytes);

        /** Comes last, and not after {@link #close}. @param exitCode as {@link Child#exit} counts */
        void ended(int exitCode);
    }

    /** Starts a child with these as standard input, output and error, which stay the caller's. */
    @FunctionalInterface
    public interface Piped {
        Child start(Fd input, Fd output, Fd error);
    }

    /** Starts a child on the terminal of this path. */
    @FunctionalInterface
    public interface OnTerminal {
        Child start(Path terminal);
    }

    private final Child child;
    private final Fd ended;
    private final Fd wake = Fd.event("wake-up of a child's streams");
    private final Optional<Terminal> terminal;
    private final Optional<Fd> input;
    private final Fd output;
    private final Optional<Fd> error;
    private final Listener listener;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by the lock.
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean inputEnded;
    private boolean over;

    private ChildStreams(
            Child child,
            Optional<Terminal> terminal,
            Optional<Fd> input,
            Fd output,
            Optional<Fd> error,
            Listener listener) {
        this.child = child;
        this.ended = child.descriptor().duplicate();
        this.terminal = terminal;
        this.input = input;
        this.output = output;
        this.error = error;
        this.listener = listener;
    }

    /**
     * Starts a child on pipes.
     *
     * @param input whether it can be fed; otherwise it reads {@code /dev/null}
     */
    public static ChildStreams piped(boolean input, Piped start, Listener listener) {
        Fd.Pipe out = Fd.pipe("a child's standard output");
        Fd.Pipe err = Fd.pipe("a child's standard error");
        Optional<Fd> feeding = Optional.empty();
        Fd fed;
        if (input) {
            Fd.Pipe in = Fd.pipe("a child's standard input");
            in.writing().neverWait();
            feeding = Optional.of(in.writing());
            fed = in.reading();
        } else {
            fed = Fd.open(Path.of("/dev/null"), Fd.O_RDONLY);
        }
        Child child;
        try {
            child = start.start(fed, out.writing(), err.writing());
        } catch (RuntimeException | Error e) {
            out.reading().close();
            err.reading().close();
            feeding.ifPresent(Fd::close);
            throw e;
        } finally {
            fed.close();
            out.writing().close();
            err.writing().close();
        }
        return new ChildStreams(child, Optional.empty(), feeding, out.reading(), Optional.of(err.reading()), listener)
                .begin();
    }

    /** Starts a child on a terminal of its own. */
    public static ChildStreams onTerminal(OnTerminal start, Listener listener) {
        Terminal terminal = Terminal.open();
        try {
            Child child = start.start(terminal.path());
            terminal.master().neverWait();
            Fd master = terminal.master();
            return new ChildStreams(
                            child, Optional.of(terminal), Optional.of(master), master, Optional.empty(), listener)
                    .begin();
        } catch (RuntimeException | Error e) {
            terminal.close();
            throw e;
        }
    }

    private ChildStreams begin() {
        Thread.ofPlatform().daemon().name("streams-" + child.pid()).start(this::serve);
        return this;
    }

    public Child child() {
        return child;
    }

    /** Feeds the child; waits while it has much to read already. What comes after the end is dropped. */
    public void feed(byte[] bytes) throws InterruptedException {
        lock.lock();
        try {
            while (!over && !inputEnded && waitingBytes > MOST_WAITING) {
                changed.await();
            }
            if (over || inputEnded || input.isEmpty() || bytes.length == 0) {
                return;
            }
            waiting.add(bytes);
            waitingBytes += bytes.length;
        } finally {
            lock.unlock();
        }
        wake();
    }

    /** The child reads the end once it has read what was fed before. On a terminal there is no end. */
    public void endFeed() {
        lock.lock();
        try {
            inputEnded = true;
        } finally {
            lock.unlock();
        }
        wake();
    }

    /** As {@link Terminal#resize}; without a terminal nothing. */
    public void resize(int columns, int rows) {
        lock.lock();
        try {
            if (!over) {
                terminal.ifPresent(there -> there.resize(columns, rows));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets go of the streams. The child goes on, as far as it can: it reads the end of its input, gets SIGPIPE when it
     * writes, or SIGHUP where it is on a terminal.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            over = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        wake();
    }

    private void wake() {
        lock.lock();
        try (Arena arena = Arena.ofConfined()) {
            if (wake.isOpen()) {
                MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
                Linux.raw(Linux.Call.WRITE, wake.number(), one.address(), 8);
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- on its own thread

    private void serve() {
        boolean told = false;
        try {
            told = converse();
        } finally {
            child.close(); // before its terminal hangs up: whoever learns of its end then finds nothing of ours open
            lock.lock();
            try {
                over = true;
                waiting.clear();
                changed.signalAll();
                wake.close();
                ended.close();
                input.ifPresent(Fd::close);
                output.close();
                error.ifPresent(Fd::close);
            } finally {
                lock.unlock();
            }
        }
        if (told) {
            listener.ended(child.exit().join());
        }
    }

    /** @return whether the child has ended, and not the conversation */
    private boolean converse() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment polls = arena.allocate(5 * 8, 8); // struct pollfd: int fd, short events, short revents
            MemorySegment buffer = arena.allocate(PIECE);
            boolean outputOpen = true;
            boolean errorOpen = error.isPresent();
            while (true) {
                Wanted wanted = wanted();
                if (wanted == Wanted.STOP) {
                    return false;
                }
                poll(polls, 0, wake.number(), POLLIN);
                poll(polls, 1, ended.number(), POLLIN);
                poll(polls, 2, outputOpen ? output.number() : -1, POLLIN);
                poll(polls, 3, errorOpen ? error.orElseThrow().number() : -1, POLLIN);
                poll(polls, 4, wanted == Wanted.WRITE ? input.orElseThrow().number() : -1, POLLOUT);
                Linux.call("wait for a child's streams", Linux.Call.PPOLL, polls.address(), 5, 0);
                if (ready(polls, 0)) {
                    Linux.raw(Linux.Call.READ, wake.number(), buffer.address(), 8);
                }
                boolean printed = false;
                if (ready(polls, 2)) {
                    outputOpen = pass(1, output, buffer);
                    printed = true;
                }
                if (ready(polls, 3)) {
                    errorOpen = pass(2, error.orElseThrow(), buffer);
                    printed = true;
                }
                if (ready(polls, 4)) {
                    write(buffer);
                }
                if (ready(polls, 1) && !printed) {
                    return true;
                }
            }
        }
    }

    private enum Wanted {
        NOTHING,
        WRITE,
        STOP
    }

    private Wanted wanted() {
        lock.lock();
        try {
            if (over) {
                return Wanted.STOP;
            }
            if (!waiting.isEmpty() && input.isPresent() && input.get().isOpen()) {
                return Wanted.WRITE;
            }
            if (inputEnded && terminal.isEmpty()) {
                input.ifPresent(Fd::close);
            }
            return Wanted.NOTHING;
        } finally {
            lock.unlock();
        }
    }

    private static void poll(MemorySegment polls, int index, int fd, short events) {
        polls.set(ValueLayout.JAVA_INT, 8L * index, fd);
        polls.set(ValueLayout.JAVA_SHORT, 8L * index + 4, events);
        polls.set(ValueLayout.JAVA_SHORT, 8L * index + 6, (short) 0);
    }

    private static boolean ready(MemorySegment polls, int index) {
        return polls.get(ValueLayout.JAVA_SHORT, 8L * index + 6) != 0;
    }

    /** @return whether more can come */
    private boolean pass(int stream, Fd from, MemorySegment buffer) {
        long got = Linux.raw(Linux.Call.READ, from.number(), buffer.address(), PIECE);
        if (got > 0) {
            listener.printed(stream, buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE));
        }
        // EIO is the end on a terminal: nobody has it open any more
        return got > 0 || new Errno((int) -got).isOneOf(Errno.EAGAIN, Errno.EINTR);
    }

    private void write(MemorySegment buffer) {
        lock.lock();
        try {
            byte[] next = waiting.getFirst();
            int length = Math.min(next.length, PIECE);
            MemorySegment.copy(next, 0, buffer, ValueLayout.JAVA_BYTE, 0, length);
            long written = Linux.raw(Linux.Call.WRITE, input.orElseThrow().number(), buffer.address(), length);
            if (written < 0) {
                Errno why = new Errno((int) -written);
                if (why.isOneOf(Errno.EAGAIN, Errno.EINTR)) {
                    return;
                }
                if (why.number() != 32 /* EPIPE */ && why.number() != 5 /* EIO */) {
                    throw new SyscallException("feed " + child, "write", why);
                }
                written = waitingBytes; // nobody reads any more, so nobody misses it
                inputEnded = true;
                waiting.clear();
            } else {
                waiting.removeFirst();
                if (written < next.length) {
                    waiting.addFirst(java.util.Arrays.copyOfRange(next, (int) written, next.length));
                }
            }
            waitingBytes -= (int) written;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
