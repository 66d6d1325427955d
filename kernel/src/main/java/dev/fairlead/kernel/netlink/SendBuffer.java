package dev.fairlead.kernel.netlink;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import dev.fairlead.kernel.sys.SocketOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A socket's send buffer, which bounds a batch: it has to be sent in one system call. */
record SendBuffer(Fd fd) {
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUF = 7;
    private static final int SO_SNDBUFFORCE = 32;

    /** {@code netlink_sendmsg} refuses more than the buffer less this. */
    private static final int KEPT = 32;

    /** How many bytes can be sent at once. */
    int bytes() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
            SocketOptions.get("ask for the send buffer of the " + fd, fd, SOL_SOCKET, SO_SNDBUF, value);
            return value.get(ValueLayout.JAVA_INT, 0) - KEPT;
        }
    }

    /**
     * Makes it hold this many bytes.
     *
     * @throws NetlinkException with EMSGSIZE when it doesn't and this process may not enlarge it
     */
    void makeRoom(String wanted, int bytes) {
        int now = bytes();
        if (bytes <= now) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, bytes); // the kernel doubles it
            long result =
                    Linux.raw(Linux.Call.SETSOCKOPT, fd.number(), SOL_SOCKET, SO_SNDBUFFORCE, value.address(), 4, 0);
            if (result < 0) {
                throw new NetlinkException(
                        wanted,
                        Errno.EMSGSIZE,
                        "a batch of " + bytes + " bytes is more than the " + now + " that can be sent at once. Only"
                                + " CAP_NET_ADMIN of the initial user namespace may go beyond twice"
                                + " net.core.wmem_max: raise that, or make the change in parts",
                        "");
            }
        }
    }
}
