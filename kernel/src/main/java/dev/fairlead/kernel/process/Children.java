package dev.fairlead.kernel.process;

import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * Waits for the children of {@link Spawn#start} on one daemon thread, by their descriptors: whatever else the JVM starts is
 * not touched. When this JVM is process 1 of a PID namespace it also reaps orphans that were left to it. Safe from any thread.
 */
final class Children {
    private static final Children ALL = new Children();
    private static final int P_ALL = 0;
    private static final int P_PID = 1;
    private static final int P_PIDFD = 3;
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;
    private static final int WNOWAIT = 0x01000000;
    private static final short POLLIN = 1;

    /** Offsets in {@code siginfo_t} on 64-bit Linux, {@code <asm-generic/siginfo.h>}: the union begins at 16. */
    private static final int SI_CODE = 8;

    private static final int SI_PID = 16;
    private static final int SI_STATUS = 24;

    private static final boolean INIT = ProcessHandle.current().pid() == 1;

    /** Only {@link #INIT} wakes without a reason, to look for orphans. */
    private static final int ORPHAN_SECONDS = 2;

    private final List<Child> watched = new ArrayList<>();

    /** Those that the thread that started them waits for; guarded by {@link #watched}. */
    private final Set<Integer> held = new HashSet<>();

    private final Fd wakeRead;
    private final Fd wakeWrite;

    private Children() {
        Fd.Pipe pipe = Fd.pipe("wake pipe");
        wakeRead = pipe.reading();
        wakeWrite = pipe.writing();
        Thread.ofPlatform().daemon().name("children").start(this::loop);
    }

    static Children watch() {
        return ALL;
    }

    /** Starts a process and watches it from its first moment: the lock keeps the orphan sweep from taking it. */
    Child adopt(IntSupplier start, String name) {
        Child child;
        synchronized (watched) {
            child = new Child(start.getAsInt(), name);
            watched.add(child);
        }
        try (Arena arena = Arena.ofConfined()) {
            Linux.raw(Linux.Call.WRITE, wakeWrite.number(), arena.allocate(1).address(), 1);
        }
        return child;
    }

    /** Starts a process that the calling thread is going to wait for. @return its process id, to be {@link #reap}ed */
    int hold(IntSupplier start) {
        synchronized (watched) {
            int pid = start.getAsInt();
            held.add(pid);
            return pid;
        }
    }

    /** Takes note of the end of a process that was held and has ended. @return as {@link Child#exit} counts */
    int reap(int pid) {
        synchronized (watched) { // from here on the number may be another child's
            held.remove(pid);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment info = arena.allocate(128, 8); // siginfo_t
                Linux.call(
                        "take note of the end of process " + pid,
                        Linux.Call.WAITID,
                        P_PID,
                        pid,
                        info.address(),
                        WEXITED,
                        0,
                        0);
                return exitCode(info);
            }
        }
    }

    private void loop() {
        while (true) {
            List<Child> now;
            synchronized (watched) {
                now = List.copyOf(watched);
            }
            poll(now);
            for (Child child : now) {
                reapIfEnded(child);
            }
            if (INIT) {
                reapOrphans();
            }
        }
    }

    private void poll(List<Child> children) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment polls = arena.allocate(8L * (children.size() + 1), 8);
            set(polls, 0, wakeRead.number());
            for (int i = 0; i < children.size(); i++) {
                set(polls, i + 1, children.get(i).descriptor().number()); // stays open until we say that it has ended
            }
            MemorySegment time = arena.allocate(16);
            time.set(ValueLayout.JAVA_LONG, 0, ORPHAN_SECONDS);
            Linux.raw(Linux.Call.PPOLL, polls.address(), children.size() + 1, INIT ? time.address() : 0, 0, 0, 0);
            if (polls.get(ValueLayout.JAVA_SHORT, 6) != 0) { // revents of the pipe: reading it won't wait
                MemorySegment bytes = arena.allocate(64);
                Linux.raw(Linux.Call.READ, wakeRead.number(), bytes.address(), 64);
            }
        }
    }

    private static void set(MemorySegment polls, int index, int fd) {
        polls.set(ValueLayout.JAVA_INT, 8L * index, fd);
        polls.set(ValueLayout.JAVA_SHORT, 8L * index + 4, POLLIN);
    }

    private void reapIfEnded(Child child) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(128, 8); // siginfo_t
            long result = Linux.raw(
                    Linux.Call.WAITID, P_PIDFD, child.descriptor().number(), info.address(), WEXITED | WNOHANG, 0, 0);
            if (result == 0 && info.get(ValueLayout.JAVA_INT, SI_PID) == 0) { // si_pid stays 0 while it runs
                return;
            }
            synchronized (watched) {
                watched.remove(child);
            }
            child.ended(result < 0 ? 255 : exitCode(info));
        }
    }

    private static int exitCode(MemorySegment info) {
        int code = info.get(ValueLayout.JAVA_INT, SI_CODE); // CLD_EXITED 1, CLD_KILLED 2, CLD_DUMPED 3
        int status = info.get(ValueLayout.JAVA_INT, SI_STATUS);
        return code == 1 ? status : 128 + status;
    }

    private void reapOrphans() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(128, 8);
            while (true) {
                synchronized (watched) {
                    info.fill((byte) 0);
                    long result =
                            Linux.raw(Linux.Call.WAITID, P_ALL, 0, info.address(), WEXITED | WNOHANG | WNOWAIT, 0, 0);
                    int pid = info.get(ValueLayout.JAVA_INT, SI_PID);
                    if (result < 0 || pid == 0 || isOurs(pid)) {
                        return; // ours are reaped by their descriptors in the next round
                    }
                    Linux.raw(Linux.Call.WAITID, P_PID, pid, info.address(), WEXITED | WNOHANG, 0, 0);
                }
            }
        }
    }

    private boolean isOurs(int pid) {
        if (held.contains(pid)) {
            return true;
        }
        for (Child child : watched) {
            if (child.pid() == pid) {
                return true;
            }
        }
        return false;
    }
}
