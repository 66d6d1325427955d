package dev.fairlead.kernel.process;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/**
 * A process that somebody else started, held by a pidfd, {@code pidfd_open(2)}: its number can't come to mean another one.
 * Safe from any thread.
 */
public final class Stranger implements AutoCloseable {
    private final Fd descriptor;

    private Stranger(Fd descriptor) {
        this.descriptor = descriptor;
    }

    /** @throws SyscallException that {@code isNotFound()} when there is no such process */
    public static Stranger hold(int pid) {
        return new Stranger(
                Fd.own(Linux.call("hold process " + pid, Linux.Call.PIDFD_OPEN, pid, 0, 0), "process " + pid));
    }

    /** Waits until it has ended, whether or not its parent has taken notice. @return whether it was in time */
    public boolean awaitEnd(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8); // struct pollfd: int fd, short events, short revents
            MemorySegment time = arena.allocate(16);
            while (true) {
                long left = Math.max(0, deadline - System.nanoTime());
                poll.set(ValueLayout.JAVA_INT, 0, descriptor.number());
                poll.set(ValueLayout.JAVA_SHORT, 4, (short) 1 /* POLLIN */);
                time.set(ValueLayout.JAVA_LONG, 0, left / 1_000_000_000L);
                time.set(ValueLayout.JAVA_LONG, 8, left % 1_000_000_000L);
                long ready = Linux.raw(Linux.Call.PPOLL, poll.address(), 1, time.address(), 0, 0, 0);
                if (ready >= 0) {
                    return ready > 0;
                }
                if (-ready != Errno.EINTR.number()) {
                    throw new SyscallException("wait for " + descriptor, "ppoll", new Errno((int) -ready));
                }
            }
        }
    }

    /** Sends a signal to exactly this process; one that has ended is left alone. */
    public void signal(int number) {
        Linux.raw(Linux.Call.PIDFD_SEND_SIGNAL, descriptor.number(), number, 0);
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
