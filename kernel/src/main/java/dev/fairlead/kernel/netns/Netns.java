package dev.fairlead.kernel.netns;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * A handle on a network namespace; the namespace lives at least as long as the handle. Safe from any thread.
 *
 * <p>Source: {@code <linux/sched.h>} for the flag, {@code setns(2)}, {@code unshare(2)}.
 */
public final class Netns implements AutoCloseable {
    /** {@code CLONE_NEWNET}. */
    public static final int CLONE_NEWNET = 0x40000000;

    /** {@code _IO(0xb7, 0x3)}, {@code <linux/nsfs.h>}. */
    private static final int NS_GET_NSTYPE = 0xb703;

    /** Of {@code <asm-generic/fcntl.h>}. */
    private static final int O_NONBLOCK = 04000;

    private static final int O_NOCTTY = 0400;

    /** {@code struct statx} of {@code <linux/stat.h>}: its length, where the inode's number is, and what asks for that. */
    private static final int STATX_BYTES = 256;

    private static final int STX_INO = 32;

    private static final int STATX_INO = 0x100;

    /** Of {@code <linux/fcntl.h>}. */
    private static final int AT_FDCWD = -100;

    /** {@code /proc/self/ns/net} would be the main thread's. */
    private static final Path OF_THIS_THREAD = Path.of("/proc/thread-self/ns/net");

    private final Fd fd;

    /** Read when it is first asked for, as a handle never changes; 0 before. */
    private volatile long inode;

    private Netns(Fd fd) {
        this.fd = fd;
    }

    /** Makes a new namespace, with nothing in it but a loopback device that is down. Needs CAP_SYS_ADMIN. */
    public static Netns create() {
        return OwnThread.call("netns-create", () -> {
            Linux.call("make a network namespace", Linux.Call.UNSHARE, CLONE_NEWNET, 0, 0);
            return current();
        });
    }

    /**
     * The namespace that a path names: a bind mount, or {@code /proc/PID/ns/net}. Doesn't wait where it leads to something
     * else, such as a FIFO; {@link #isNetwork} tells.
     */
    public static Netns open(Path path) {
        return new Netns(Fd.open(path, Fd.O_RDONLY | O_NONBLOCK | O_NOCTTY));
    }

    /** Whether this is a network namespace and nothing else that a path can lead to. */
    public boolean isNetwork() {
        return Linux.raw(Linux.Call.IOCTL, fd.number(), NS_GET_NSTYPE, 0) == CLONE_NEWNET;
    }

    /** The namespace of a process, by its id as this process sees it. */
    public static Netns ofProcess(long pid) {
        return open(Path.of("/proc/" + pid + "/ns/net"));
    }

    /** The namespace that the calling thread is in. */
    public static Netns current() {
        return open(OF_THIS_THREAD);
    }

    /** Takes over a descriptor of a namespace, for instance one that arrived over a socket. */
    public static Netns own(Fd fd) {
        return new Netns(fd);
    }

    /** The descriptor, still owned by this object. */
    public Fd fd() {
        return fd;
    }

    /** The namespace's inode number: two handles are on the same namespace when these are equal. */
    public long inode() {
        long known = inode;
        if (known == 0) {
            known = inode(fd.path());
            inode = known;
        }
        return known;
    }

    /** The inode number of the namespace that a path such as {@code /proc/17/ns/pid} leads to. */
    public static long inode(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path.toString());
            MemorySegment found = arena.allocate(STATX_BYTES, Long.BYTES);
            long refused = Linux.raw(Linux.Call.STATX, AT_FDCWD, name.address(), 0, STATX_INO, found.address(), 0);
            if (refused < 0) {
                IOException why = new IOException(path + ": " + new Errno((int) -refused));
                throw new UncheckedIOException("could not read the identity of the namespace at " + path, why);
            }
            return found.get(ValueLayout.JAVA_LONG, STX_INO);
        }
    }

    /**
     * Runs {@code work} inside on a fresh platform thread and waits for its result. What it opens there (sockets above all)
     * keeps belonging to the namespace and can be handed out. It must start no thread and wake no virtual one: a new thread,
     * a virtual thread's carrier among them, begins in the namespace of the thread that makes it and stays. An exception of {@code work} is thrown on here as it is.
     */
    public <T> T call(Callable<T> work) {
        return begin(work).await();
    }

    /** As {@link #call}, while the calling thread goes on. The handle must stay open until the work has ended. */
    public <T> OwnThread.Begun<T> begin(Callable<T> work) {
        return OwnThread.begin(threadName(), inside(work));
    }

    /** As {@link #begin(Callable)}, on the thread that waits, if there is one. */
    public <T> OwnThread.Begun<T> begin(OwnThread.Spare spare, Callable<T> work) {
        return spare.begin(threadName(), inside(work));
    }

    private String threadName() {
        return "netns-" + fd.number();
    }

    private <T> Callable<T> inside(Callable<T> work) {
        return () -> {
            enter();
            return work.call();
        };
    }

    /** As {@link #call}, without a result. */
    public void run(Runnable work) {
        var unused = call(() -> {
            work.run();
            return Boolean.TRUE;
        });
    }

    /**
     * Makes Java's own sockets safe to open inside namespaces; to be called once before the first one is, outside. The JDK
     * makes an internal socket pair with the first socket of the process and keeps it for ever, and with it the namespace of
     * the thread that happened to be first.
     */
    public static void prepareJavaSockets() {
        try (DatagramChannel first = DatagramChannel.open();
                SocketChannel second = SocketChannel.open()) {
            first.configureBlocking(false);
            second.configureBlocking(false);
        } catch (IOException e) {
            throw new UncheckedIOException("could not open a socket in this process's own namespace", e);
        }
    }

    /** Moves the calling thread in; only for a thread that ends afterwards. */
    public void enter() {
        Linux.call("enter the network namespace " + fd, Linux.Call.SETNS, fd.number(), CLONE_NEWNET, 0);
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return "net:[" + inode() + "]";
    }
}
