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

        /** With all that is mounted below it, {@code MS_BIND | MS_REC}. */
        public static final long BIND_ALL = 4096 | 16384;

        /** Nothing that is mounted here or elsewhere is seen on the other side, {@code MS_PRIVATE | MS_REC}. */
        public static final long ALL_PRIVATE = 1L << 18 | 16384;

        /** A bind mount that is there is made so that nobody writes to it, {@code MS_REMOUNT | MS_BIND | MS_RDONLY}. */
        public static final long READ_ONLY = 32 | 4096 | 1;

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

    /** Makes a directory that is a mount the root of the thread's mount namespace, {@code pivot_root(2)}; the old root goes. */
    record Root(Path directory) implements Setup {
        private static final int MNT_DETACH = 2;

        @Override
        public void apply() {
            try (Arena arena = Arena.ofConfined()) {
                long here = arena.allocateFrom(".").address();
                long root = arena.allocateFrom("/").address();
                long path = arena.allocateFrom(directory.toString()).address();
                Linux.call("enter " + directory, Linux.Call.CHDIR, path, 0, 0);
                // Both names are the same place: the old root ends up mounted over the new one, and is taken off it.
                Linux.call("make " + directory + " the root", Linux.Call.PIVOT_ROOT, here, here, 0);
                Linux.call("take the old root away", Linux.Call.UMOUNT2, here, MNT_DETACH, 0);
                Linux.call("enter the new root", Linux.Call.CHDIR, root, 0, 0);
            }
        }
    }
}
