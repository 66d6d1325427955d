package dev.fairlead.kernel.sys;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * System calls. Safe from any thread.
 *
 * <p>All go through libc's variadic {@code syscall(2)} with seven longs: one shape means one linker stub, and making a
 * stub costs more start-up time than anything else here. Pointers travel as addresses; the methods that take segments
 * keep them reachable for the call.
 */
public final class Linux {
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    /** Numbers of {@code <asm/unistd_64.h>} and {@code <asm-generic/unistd.h>}. */
    public enum Call {
        READ(0, 63),
        WRITE(1, 64),
        CLOSE(3, 57),
        MMAP(9, 222),
        MUNMAP(11, 215),
        IOCTL(16, 29),
        PREAD64(17, 67),
        PWRITE64(18, 68),
        SOCKET(41, 198),
        CONNECT(42, 203),
        SENDTO(44, 206),
        RECVFROM(45, 207),
        SENDMSG(46, 211),
        RECVMSG(47, 212),
        SHUTDOWN(48, 210),
        BIND(49, 200),
        LISTEN(50, 201),
        GETSOCKNAME(51, 204),
        SETSOCKOPT(54, 208),
        GETSOCKOPT(55, 209),
        KILL(62, 129),
        FCNTL(72, 25),
        FDATASYNC(75, 83),
        FSYNC(74, 82),
        UMOUNT2(166, 39),
        MOUNT(165, 40),
        PIVOT_ROOT(155, 41),
        CHDIR(80, 49),
        SETHOSTNAME(170, 161),
        GETTID(186, 178),
        CLOCK_GETTIME(228, 113),
        OPENAT(257, 56),
        UNSHARE(272, 97),
        WAITID(247, 95),
        PPOLL(271, 73),
        ACCEPT4(288, 242),
        DUP3(292, 24),
        PIPE2(293, 59),
        SENDMMSG(307, 269),
        STATX(332, 291),
        MEMFD_CREATE(319, 279),
        BPF(321, 280),
        SETNS(308, 268),
        EVENTFD2(290, 19),
        EXECVE(59, 221),
        EXIT_GROUP(231, 94),
        PIDFD_SEND_SIGNAL(424, 424),
        PIDFD_OPEN(434, 434);

        private final int number;

        Call(int x86, int arm) {
            this.number = ARM ? arm : x86;
        }

        /** As manual pages spell it. */
        String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private static final int EINTR = 4;
    private static final MethodHandle SYSCALL = bindSyscall();

    /** Where the linker stores errno after a call; one per thread, so that no call can see another's. */
    private static final ThreadLocal<MemorySegment> ERRNO =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private Linux() {}

    private static MethodHandle bindSyscall() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, longs(7)),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(1));
    }

    /**
     * A function of libc that takes up to six integers or pointers and returns an int. One shape for all of them (unused
     * arguments are passed as 0, which these calling conventions allow), because each shape costs start-up time.
     */
    static MethodHandle bindLibc(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, longs(6)));
    }

    private static MemoryLayout[] longs(int count) {
        MemoryLayout[] layouts = new MemoryLayout[count];
        java.util.Arrays.fill(layouts, ValueLayout.JAVA_LONG);
        return layouts;
    }

    /**
     * Makes a system call and gives back its result, or the negated error number. Never throws for a refusal, and does not
     * repeat an interrupted call.
     */
    public static long raw(Call call, long a, long b, long c, long d, long e, long f) {
        MemorySegment state = ERRNO.get();
        long result;
        try {
            result = (long) SYSCALL.invokeExact(state, (long) call.number, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw new AssertionError("the linker failed on " + call, t);
        }
        return result == -1 ? -state.get(ValueLayout.JAVA_INT, 0) : result;
    }

    public static long raw(Call call, long a, long b, long c) {
        return raw(call, a, b, c, 0, 0, 0);
    }

    /**
     * Makes a system call, again when a signal interrupts it.
     *
     * @param wanted what this is for, as an infinitive; it starts the error message
     * @throws SyscallException when the kernel refuses
     */
    public static long call(String wanted, Call call, long a, long b, long c, long d, long e, long f) {
        while (true) {
            long result = raw(call, a, b, c, d, e, f);
            if (result >= 0) {
                return result;
            }
            if (result != -EINTR) {
                throw new SyscallException(wanted, call.text(), new Errno((int) -result));
            }
        }
    }

    public static long call(String wanted, Call call, long a, long b, long c) {
        return call(wanted, call, a, b, c, 0, 0, 0);
    }

    /** Kernel id of the calling thread. */
    public static int threadId() {
        return (int) raw(Call.GETTID, 0, 0, 0);
    }
}
