package dev.fairlead.kernel.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code posix_spawn(3)} of glibc 2.34 and newer: a child of the calling thread, in the thread's namespaces. The JDK's own
 * process start runs a helper first and starts a thread afterwards, which a thread that has set the PID namespace of its
 * children may not do.
 */
public final class PosixSpawn {
    private static final MethodHandle SPAWN = Linux.bindLibc("posix_spawn");
    private static final MethodHandle ACTIONS_INIT = Linux.bindLibc("posix_spawn_file_actions_init");
    private static final MethodHandle ACTIONS_DUP2 = Linux.bindLibc("posix_spawn_file_actions_adddup2");
    private static final MethodHandle ACTIONS_OPEN = Linux.bindLibc("posix_spawn_file_actions_addopen");
    private static final MethodHandle ACTIONS_CLOSE_FROM = Linux.bindLibc("posix_spawn_file_actions_addclosefrom_np");
    private static final MethodHandle ACTIONS_CHDIR = Linux.bindLibc("posix_spawn_file_actions_addchdir_np");
    private static final MethodHandle ACTIONS_DESTROY = Linux.bindLibc("posix_spawn_file_actions_destroy");
    private static final MethodHandle ATTRIBUTES_INIT = Linux.bindLibc("posix_spawnattr_init");
    private static final MethodHandle ATTRIBUTES_FLAGS = Linux.bindLibc("posix_spawnattr_setflags");
    private static final MethodHandle ATTRIBUTES_MASK = Linux.bindLibc("posix_spawnattr_setsigmask");
    private static final MethodHandle ATTRIBUTES_DEFAULT = Linux.bindLibc("posix_spawnattr_setsigdefault");
    private static final MethodHandle ATTRIBUTES_DESTROY = Linux.bindLibc("posix_spawnattr_destroy");

    /** Larger than glibc's 80 and 336 bytes. */
    private static final long STRUCT_BYTES = 512;

    private static final int O_RDWR = 2;
    private static final int SIGSET_BYTES = 128;
    private static final int SETSIGDEF = 0x04;
    private static final int SETSIGMASK = 0x08;
    private static final int SETSID = 0x80;

    private PosixSpawn() {}

    /**
     * Starts a program with all signals at their defaults and none blocked, and no descriptor above 2.
     *
     * @param arguments argv, the program's name first
     * @param environment {@code NAME=VALUE} strings
     * @param directory working directory of the child
     * @param stdio descriptor numbers for 0, 1 and 2, in this order; each above 2
     * @param terminal path of a terminal that is opened for all three instead, and by that becomes the terminal of the
     *     child's session; empty for none
     * @param session whether the child leads a session of its own ({@code setsid(2)})
     * @return the child's process id (as the caller's PID namespace sees it) or the negated error number
     */
    public static int start(
            Path program,
            List<String> arguments,
            List<String> environment,
            Path directory,
            List<Integer> stdio,
            Optional<Path> terminal,
            boolean session) {
        try (Arena arena = Arena.ofConfined()) {
            long actions = arena.allocate(STRUCT_BYTES, 16).address();
            long attributes = arena.allocate(STRUCT_BYTES, 16).address();
            MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
            call(ACTIONS_INIT, actions, 0, 0);
            call(ATTRIBUTES_INIT, attributes, 0, 0);
            try {
                if (terminal.isPresent()) { // the session is made before any of this, so opening makes it the session's
                    String path = terminal.get().toString();
                    call(ACTIONS_OPEN, actions, 0, arena.allocateFrom(path).address(), O_RDWR);
                    call(ACTIONS_DUP2, actions, 0, 1);
                    call(ACTIONS_DUP2, actions, 0, 2);
                } else {
                    for (int target = 0; target < stdio.size(); target++) {
                        call(ACTIONS_DUP2, actions, stdio.get(target), target);
                    }
                }
                call(ACTIONS_CLOSE_FROM, actions, 3, 0);
                call(
                        ACTIONS_CHDIR,
                        actions,
                        arena.allocateFrom(directory.toString()).address(),
                        0);
                MemorySegment all = arena.allocate(SIGSET_BYTES).fill((byte) 0xff);
                call(ATTRIBUTES_MASK, attributes, arena.allocate(SIGSET_BYTES).address(), 0);
                call(ATTRIBUTES_DEFAULT, attributes, all.address(), 0);
                call(ATTRIBUTES_FLAGS, attributes, SETSIGDEF | SETSIGMASK | (session ? SETSID : 0), 0);
                int error = (int) SPAWN.invokeExact(
                        pid.address(),
                        arena.allocateFrom(program.toString()).address(),
                        actions,
                        attributes,
                        strings(arena, arguments),
                        strings(arena, environment));
                return error == 0 ? pid.get(ValueLayout.JAVA_INT, 0) : -error;
            } finally {
                call(ACTIONS_DESTROY, actions, 0, 0);
                call(ATTRIBUTES_DESTROY, attributes, 0, 0);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError("the linker failed on posix_spawn", t);
        }
    }

    /** These only fail for want of memory or on an argument this class never passes. */
    private static void call(MethodHandle function, long a, long b, long c) throws Throwable {
        call(function, a, b, c, 0);
    }

    private static void call(MethodHandle function, long a, long b, long c, long d) throws Throwable {
        int error = (int) function.invokeExact(a, b, c, d, 0L, 0L);
        if (error != 0) {
            throw new IllegalStateException("libc refused to prepare a process with error " + error);
        }
    }

    private static long strings(Arena arena, List<String> strings) {
        MemorySegment array = arena.allocate(ValueLayout.ADDRESS, strings.size() + 1L);
        for (int i = 0; i < strings.size(); i++) {
            array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(strings.get(i)));
        }
        return array.address();
    }
}
