package dev.fairlead.kernel.process;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Becoming another program, {@code execve(2)}: for commands that only prepare the way for somebody else's. */
public final class Exec {
    private Exec() {}

    /**
     * Replaces this whole process, all threads included. Nothing of the JVM runs afterwards, no shutdown hooks either, so
     * output must have been flushed.
     *
     * @return only when the kernel refused; the caller throws it
     */
    public static SyscallException become(Path program, List<String> arguments, Map<String, String> environment) {
        try (Arena arena = Arena.ofConfined()) {
            List<String> variables = new ArrayList<>();
            environment.forEach((name, value) -> variables.add(name + "=" + value));
            long result = Linux.raw(
                    Linux.Call.EXECVE,
                    arena.allocateFrom(program.toString()).address(),
                    strings(arena, arguments),
                    strings(arena, variables));
            return new SyscallException("run " + program, "execve", new Errno((int) -result));
        }
    }

    private static long strings(Arena arena, List<String> strings) {
        MemorySegment array = arena.allocate(ValueLayout.ADDRESS, strings.size() + 1L);
        for (int i = 0; i < strings.size(); i++) {
            array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(strings.get(i)));
        }
        return array.address();
    }

    /** Whether a process is in the same user namespace as this one. */
    public static boolean sameUserNamespace(long pid) {
        return Netns.inode(Path.of("/proc/" + pid + "/ns/user")) == Netns.inode(Path.of("/proc/self/ns/user"));
    }
}
