package dev.fairlead.kernel.process;

import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Something a starting thread does to itself, so that its child is born that way. */
public sealed interface Setup {
    /** {@code <linux/sched.h>}: the kinds of namespaces, to be or-ed. */
    int MOUNT = 0x00020000;

    int UTS = 0x04000000;
    int IPC = 0x08000000;
    int PID = 0x20000000;
    int NET = 0x40000000;

    /** Does it to the calling thread, which must end soon. */
    void apply();

    /** New namespaces, {@code unshare(2)}; for {@link #PID} it is the next child that is in it, as its process 1. */
    record Unshare(int kinds) implements Setup {
        @Override
        public void apply() {
            Linux.call("make namespaces for a process", Linux.Call.UNSHARE, kinds, 0, 0);
        }
    }

    /**
     * Somebody's namespaces, {@code setns(2)}.
     *
     * @param target a namespace, or the pidfd of a process whose namespaces of these kinds are meant
     */
    record Join(Fd target, int kinds) implements Setup {
        private static final int CLONE_FS = 0x200;

        @Override
        public void apply() {
            if ((kinds & MOUNT) != 0) { // a thread that shares its root directory with others may not change it
                Linux.call("separate the thread's root directory", Linux.Call.UNSHARE, CLONE_FS, 0, 0);
            }
            Linux.call("enter the namespaces of " + target, Linux.Call.SETNS, target.number(), kinds, 0);
        }
    }

    /** The name that {@code hostname} prints, in the thread's UTS namespace. */
    record Hostname(String name) implements Setup {
        @Override
        public void apply() {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment text = arena.allocateFrom(name);
                Linux.call(
                        "set the host name to " + name,
                        Linux.Call.SETHOSTNAME,
                        text.address(),
                        name.getBytes(StandardCharsets.UTF_8).length,
                        0);
            }
        }
    }

    /**
     * {@code mount(2)}.
     *
     * @param source what {@code mount} prints first; for a bind mount the existing path
     * @param flags {@code MS_*}
     */
    record Mount(String source, Path target, String type, long flags) implements Setup {
        /** {@code MS_NOSUID | MS_NODEV | MS_NOEXEC}: as proc and sysfs are mounted everywhere. */
        public static final long NO_SUID_DEV_EXEC = 2 | 4 | 8;

        public static final long BIND = 4096;

        /** Shows the devices of the thread's network namespace. */
        public static Mount sys() {
            return new Mount("sysfs", Path.of("/sys"), "sysfs", NO_SUID_DEV_EXEC);
        }

        public static Mount tmpfs(Path target) {
            return new Mount("tmpfs", target, "tmpfs", 2 | 4);
        }

        @Override
        public void apply() {
            try (Arena arena = Arena.ofConfined()) {
                Linux.call(
                        "mount " + type + " at " + target,
                        Linux.Call.MOUNT,
                        arena.allocateFrom(source).address(),
                        arena.allocateFrom(target.toString()).address(),
                        arena.allocateFrom(type).address(),
                        flags,
                        0,
                        0);
            }
        }
    }
}
