package dev.fairlead.kernel.process;

import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that we started. Its descriptor ({@code pidfd}) names exactly this process, also when its number has been given
 * to another. Safe from any thread.
 */
public final class Child implements AutoCloseable {
    public static final int SIGINT = 2;
    public static final int SIGKILL = 9;
    public static final int SIGTERM = 15;

    private final int pid;
    private final String name;
    private final Fd descriptor;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    /** Both guarded by {@link #descriptor}. */
    private boolean ended;

    private boolean letGo;

    Child(int pid, String name) {
        this.pid = pid;
        this.name = name;
        this.descriptor = Fd.own(
                Linux.call("hold process " + pid, Linux.Call.PIDFD_OPEN, pid, 0, 0), "process " + pid + " " + name);
    }

    /** Its number in our PID namespace. */
    public int pid() {
        return pid;
    }

    /** The pidfd; also good for joining the process's namespaces. Owned by this object. */
    public Fd descriptor() {
        return descriptor;
    }

    /** Completes when it has ended: its exit code, or 128 plus the signal that ended it, as a shell counts. */
    public CompletableFuture<Integer> exit() {
        return exit;
    }

    /** Waits for the end; empty when it still runs after {@code patience}. */
    public Optional<Integer> await(Duration patience) {
        try {
            return Optional.of(exit.get(patience.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody could tell how " + this + " ended", e);
        }
    }

    public boolean isRunning() {
        return !exit.isDone();
    }

    /** Sends a signal to exactly this process; a process that has ended is left alone. */
    public void signal(int number) {
        synchronized (descriptor) { // not closed between the question and the call
            if (descriptor.isOpen()) {
                Linux.raw(Linux.Call.PIDFD_SEND_SIGNAL, descriptor.number(), number, 0);
            }
        }
    }

    /**
     * As {@link #kill}, for a child started with a session of its own: everything it started and that stayed in its process
     * group ends with it.
     */
    public void killSession() {
        if (isRunning()) { // not reaped, so its number is still its group's
            Linux.raw(Linux.Call.KILL, -pid, SIGKILL, 0);
        }
        kill();
    }

    /** SIGKILL; returns once it has ended and been reaped. The last process of a PID namespace takes the others along. */
    public void kill() {
        signal(SIGKILL);
        if (await(Duration.ofSeconds(10)).isEmpty()) {
            throw new IllegalStateException(this + " did not end within 10 s of SIGKILL");
        }
        close();
    }

    /** Lets go of the descriptor as soon as the process has ended; a running process goes on. */
    @Override
    public void close() {
        synchronized (descriptor) {
            letGo = true;
            if (ended) {
                descriptor.close();
            }
        }
    }

    /** It has ended and been reaped. Whoever learns of it finds the descriptor closed, where {@link #close} was called before. */
    void ended(int code) {
        synchronized (descriptor) {
            ended = true;
            if (letGo) {
                descriptor.close();
            }
        }
        exit.complete(code);
    }

    @Override
    public String toString() {
        return name + " (process " + pid + ")";
    }
}
