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
    private static final int SO_ERROR = 4;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int PACKET_STATISTICS = 6;
    private static final int SIOCGIFINDEX = 0x8933;
    private static final int IFNAMSIZ = 16;

    private static final int ARPHRD_ETHER = 1;
    private static final int ARPHRD_LOOPBACK = 772;

    /** {@code struct sockaddr_ll} of {@code <linux/if_packet.h>}. */
    static final int SOCKADDR_LL = 20;

    private final Fd fd;
    private final PacketRing ring;
    private final String what;
    private long queued;
    private long dropped;
    private boolean wentDown;

    private PacketSocket(Fd fd, PacketRing ring, String what) {
        this.fd = fd;
        this.ring = ring;
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
        try {
            PacketSocket socket = new PacketSocket(fd, PacketRing.of(fd), what);
            try {
                socket.attach(program);
                socket.bind(socket.index(device));
                return socket;
            } catch (RuntimeException e) {
                socket.ring.close();
                throw e;
            }
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

    /** The next packet, if there is one. */
    Optional<PacketRing.Arrival> receive() {
        Optional<PacketRing.Arrival> arrival = ring.receive();
        if (arrival.isEmpty()) {
            lookForAnError(); // else a wait would end at once because of it
        }
        return arrival;
    }

    /** What happened to the socket, which the kernel says once. */
    private void lookForAnError() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = arena.allocate(4, 4);
            SocketOptions.get("read from the " + what, fd, SOL_SOCKET, SO_ERROR, error);
            Errno errno = new Errno(error.get(ValueLayout.JAVA_INT, 0));
            if (errno.equals(Errno.ENETDOWN)) {
                wentDown = true; // what came before can still be read
            } else if (errno.number() != 0) {
                throw new SyscallException("read from the " + what, "packet", errno);
            }
        }
    }

    /** {@code struct tpacket_stats { unsigned int tp_packets; unsigned int tp_drops; }}, which begin at 0 each time. */
    TapCounts counts(long unreadable) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stats = arena.allocate(8, 4);
            SocketOptions.get("count the packets of the " + what, fd, SOL_PACKET, PACKET_STATISTICS, stats);
            long drops = Integer.toUnsignedLong(stats.get(ValueLayout.JAVA_INT, 4));
            queued += Integer.toUnsignedLong(stats.get(ValueLayout.JAVA_INT, 0)) - drops; // tp_packets has both
            dropped += drops;
        }
        return new TapCounts(queued, dropped, unreadable, wentDown);
    }

    @Override
    public void close() {
        ring.close();
        fd.close();
    }

    @Override
    public String toString() {
        return what;
    }
}
