package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import dev.fairlead.kernel.sys.SocketOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A packet socket on one device, {@code packet(7)}: the system calls. Reading never waits. {@code PACKET_IGNORE_OUTGOING} stays
 * off, so what goes out is seen too.
 */
final class PacketSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SOL_PACKET = 263;
    private static final int SO_RCVBUF = 8;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_TIMESTAMPNS = 35;
    private static final int PACKET_STATISTICS = 6;
    private static final int PACKET_AUXDATA = 8;
    private static final int SIOCGIFINDEX = 0x8933;
    private static final int IFNAMSIZ = 16;
    private static final int MSG_DONTWAIT = 0x40;

    private static final int ARPHRD_ETHER = 1;
    private static final int ARPHRD_LOOPBACK = 772;

    /** The kernel takes twice this, or twice net.core.rmem_max where that is less; about 700 bytes for a small packet. */
    private static final int RECEIVE_BUFFER = 4 << 20;

    /** {@code struct sockaddr_ll} of {@code <linux/if_packet.h>}. */
    static final int SOCKADDR_LL = 20;

    private final Fd fd;
    private final String what;
    private long queued;
    private long dropped;
    private boolean wentDown;

    private PacketSocket(Fd fd, String what) {
        this.fd = fd;
        this.what = what;
    }

    /**
     * Opens a socket that hears only what {@code program} accepts, from its first packet on. Needs CAP_NET_RAW in the
     * namespace.
     *
     * @throws SyscallException that {@code isNotFound()} when there is no such device
     * @throws IllegalArgumentException when what the device carries doesn't begin with an Ethernet header
     */
    static PacketSocket open(Netns namespace, String device, BpfProgram program) {
        String what = "tap on " + device + " in " + namespace;
        // A socket made with protocol 0 gets nothing. One made with ETH_P_ALL gets the packets of every device at once:
        // what was queued before filter and device were set would be read later as if it had passed them.
        Fd fd = namespace.call(
                () -> Fd.own(Linux.call("open a " + what, Linux.Call.SOCKET, AF_PACKET, SOCK_RAW_CLOEXEC, 0), what));
        PacketSocket socket = new PacketSocket(fd, what);
        try {
            // First, because the kernel turns time stamps on a moment after it was asked to.
            SocketOptions.set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
            SocketOptions.set(fd, SOL_PACKET, PACKET_AUXDATA, 1);
            SocketOptions.set(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
            socket.attach(program);
            socket.bind(socket.index(device));
            return socket;
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** {@code struct sock_fprog { unsigned short len; struct sock_filter *filter; }}. */
    private void attach(BpfProgram program) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment instructions = arena.allocate(program.bytes().length, 8);
            instructions.copyFrom(MemorySegment.ofArray(program.bytes()));
            MemorySegment array = arena.allocate(16, 8);
            array.set(ValueLayout.JAVA_SHORT, 0, (short) program.instructions().size());
            array.set(ValueLayout.JAVA_LONG, 8, instructions.address());
            SocketOptions.set(fd, SOL_SOCKET, SO_ATTACH_FILTER, array);
        }
    }

    /** The device's index in the socket's namespace, whoever asks. */
    private int index(String device) {
        byte[] name = device.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length >= IFNAMSIZ) {
            throw new SyscallException("open a " + what, "ioctl SIOCGIFINDEX", Errno.ENODEV);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(40, 8); // struct ifreq: the name, then a union
            MemorySegment.copy(name, 0, request, ValueLayout.JAVA_BYTE, 0, name.length);
            Linux.call("open a " + what, Linux.Call.IOCTL, fd.number(), SIOCGIFINDEX, request.address());
            return request.get(ValueLayout.JAVA_INT, IFNAMSIZ);
        }
    }

    private void bind(int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_LL, 4);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(ValueLayout.JAVA_SHORT, 2, Short.reverseBytes((short) Wire.ETH_P_ALL)); // network byte order
            address.set(ValueLayout.JAVA_INT, 4, index);
            Linux.call("open a " + what, Linux.Call.BIND, fd.number(), address.address(), SOCKADDR_LL);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, SOCKADDR_LL);
            Linux.call("open a " + what, Linux.Call.GETSOCKNAME, fd.number(), address.address(), length.address());
            int hardware = Short.toUnsignedInt(address.get(ValueLayout.JAVA_SHORT, 8));
            if (hardware != ARPHRD_ETHER && hardware != ARPHRD_LOOPBACK) {
                throw new IllegalArgumentException("could not open a " + what + ": its packets have no Ethernet header"
                        + " (hardware type " + hardware + "); choose a device that they come from or go to");
            }
        }
    }

    int number() {
        return fd.number();
    }

    /** Sends a frame by the device. */
    void send(byte[] frame) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, frame);
            Linux.call("send by the " + what, Linux.Call.SENDTO, fd.number(), bytes.address(), frame.length, 0, 0, 0);
        }
    }

    /** The next packet, if there is one. */
    Optional<PacketBuffer.Arrival> receive(PacketBuffer buffer) {
        while (true) {
            long got = Linux.raw(Linux.Call.RECVMSG, fd.number(), buffer.prepare(), MSG_DONTWAIT);
            if (got >= 0) {
                return Optional.of(buffer.arrival((int) got));
            }
            Errno errno = new Errno((int) -got);
            if (errno.equals(Errno.EAGAIN)) {
                return Optional.empty();
            }
            if (errno.equals(Errno.ENETDOWN)) {
                wentDown = true; // said once; what was queued before can still be read
            } else if (!errno.equals(Errno.EINTR)) {
                throw new SyscallException("read from the " + what, "recvmsg", errno);
            }
        }
    }

    /** {@code struct tpacket_stats { unsigned int tp_packets; unsigned int tp_drops; }}, which begin at 0 each time. */
    TapCounts counts(long unreadable) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stats = arena.allocate(8, 4);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 8);
            Linux.call(
                    "count the packets of the " + what,
                    Linux.Call.GETSOCKOPT,
                    fd.number(),
                    SOL_PACKET,
                    PACKET_STATISTICS,
                    stats.address(),
                    length.address(),
                    0);
            long drops = Integer.toUnsignedLong(stats.get(ValueLayout.JAVA_INT, 4));
            queued += Integer.toUnsignedLong(stats.get(ValueLayout.JAVA_INT, 0)) - drops; // tp_packets has both
            dropped += drops;
        }
        return new TapCounts(queued, dropped, unreadable, wentDown);
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return what;
    }
}
