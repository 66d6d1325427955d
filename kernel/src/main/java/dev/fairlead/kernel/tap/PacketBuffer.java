package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.sys.Clock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Where {@code recvmsg(2)} puts a packet and what the kernel says of it. Used again for each packet, by one thread.
 *
 * <pre>
 * struct msghdr { void *msg_name; int msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
 *                 void *msg_control; size_t msg_controllen; int msg_flags; };
 * struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; };
 * struct tpacket_auxdata { __u32 tp_status; __u32 tp_len; __u32 tp_snaplen; ... };
 * </pre>
 */
final class PacketBuffer {
    static final int MSGHDR = 56;
    static final int CMSGHDR = 16;
    private static final int CONTROL = 128;
    private static final int SOL_SOCKET = 1;
    private static final int SOL_PACKET = 263;
    private static final int SCM_TIMESTAMPNS = 35;
    private static final int PACKET_AUXDATA = 8;
    private static final long SECOND = 1_000_000_000L;

    private final MemorySegment header;
    private final MemorySegment address;
    private final MemorySegment packet;
    private final MemorySegment control;
    private long prepared;

    PacketBuffer(Arena arena) {
        header = arena.allocate(MSGHDR, 8);
        address = arena.allocate(PacketSocket.SOCKADDR_LL, 8);
        packet = arena.allocate(Frame.SNAP);
        control = arena.allocate(CONTROL, 8);
        MemorySegment vector = arena.allocate(16, 8); // struct iovec
        vector.set(ValueLayout.JAVA_LONG, 0, packet.address());
        vector.set(ValueLayout.JAVA_LONG, 8, Frame.SNAP);
        header.set(ValueLayout.JAVA_LONG, 0, address.address());
        header.set(ValueLayout.JAVA_LONG, 16, vector.address());
        header.set(ValueLayout.JAVA_LONG, 24, 1);
        header.set(ValueLayout.JAVA_LONG, 32, control.address());
    }

    /**
     * A packet as it came from the socket.
     *
     * @param nanos CLOCK_REALTIME
     * @param read whether {@code nanos} is after the reading began
     */
    record Arrival(long nanos, boolean read, PacketType type, Frame frame) {}

    /** Makes it ready for the next packet, and gives the address of the {@code struct msghdr}. */
    long prepare() {
        header.set(ValueLayout.JAVA_INT, 8, PacketSocket.SOCKADDR_LL);
        header.set(ValueLayout.JAVA_LONG, 40, CONTROL);
        prepared = Clock.sinceEpoch();
        return header.address();
    }

    /** @param got bytes that were read, at most {@link Frame#SNAP}: the filter has cut the packet there */
    Arrival arrival(int got) {
        long nanos = prepared;
        int length = got;
        long end = header.get(ValueLayout.JAVA_LONG, 40);
        for (long at = 0; at + CMSGHDR <= end; ) {
            long size = control.get(ValueLayout.JAVA_LONG, at);
            int level = control.get(ValueLayout.JAVA_INT, at + 8);
            int type = control.get(ValueLayout.JAVA_INT, at + 12);
            if (level == SOL_SOCKET && type == SCM_TIMESTAMPNS) {
                nanos = control.get(ValueLayout.JAVA_LONG, at + CMSGHDR) * SECOND
                        + control.get(ValueLayout.JAVA_LONG, at + CMSGHDR + 8);
            } else if (level == SOL_PACKET && type == PACKET_AUXDATA) {
                length = control.get(ValueLayout.JAVA_INT, at + CMSGHDR + 4); // before the filter cut it
            }
            at += Math.max(size, CMSGHDR) + 7 & ~7L;
        }
        int type = address.get(ValueLayout.JAVA_BYTE, 10);
        byte[] bytes = packet.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE);
        // A time after the reading began was made by it: the kernel had none for this packet.
        return new Arrival(nanos, nanos >= prepared, PacketType.ofNumber(type), new Frame(bytes, length));
    }
}
