package dev.fairlead.kernel.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@code setsockopt(2)}, by the numbers of the headers. Any thread. */
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
}
