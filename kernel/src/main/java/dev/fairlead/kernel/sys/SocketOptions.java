package dev.fairlead.kernel.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@code setsockopt(2)} and {@code getsockopt(2)}, by the numbers of the headers. Any thread. */
public final class SocketOptions {
    private SocketOptions() {}

    /**
     * Sets an option whose value is one {@code int} or several.
     *
     * @throws dev.fairlead.kernel.SyscallException naming the socket when the kernel refuses
     */
    public static void set(Fd socket, int level, int name, int... values) {
        try (Arena arena = Arena.ofConfined()) {
            set(socket, level, name, arena.allocateFrom(ValueLayout.JAVA_INT, values));
        }
    }

    /** As {@link #set(Fd, int, int, int...)}, for any other value. */
    public static void set(Fd socket, int level, int name, MemorySegment value) {
        Linux.call(
                "set an option of the " + socket,
                Linux.Call.SETSOCKOPT,
                socket.number(),
                level,
                name,
                value.address(),
                value.byteSize(),
                0);
    }

    /**
     * Asks for an option, or for something that the kernel tells only once.
     *
     * @param wanted as a part of a sentence
     * @param value is filled, as far as the kernel has something
     * @throws dev.fairlead.kernel.SyscallException when the kernel refuses
     */
    public static void get(String wanted, Fd socket, int level, int name, MemorySegment value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) value.byteSize());
            Linux.call(
                    wanted, Linux.Call.GETSOCKOPT, socket.number(), level, name, value.address(), length.address(), 0);
        }
    }
}
