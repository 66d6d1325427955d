package dev.fairlead.kernel.icmp;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import dev.fairlead.kernel.sys.SocketOptions;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Sends an echo request to one address and hears its reply, or the error that comes in its place. Where the namespace's {@code
 * ping_group_range} allows it this is a ping socket, which needs no rights; else a raw one, which needs CAP_NET_RAW, and can't tell
 * an error about its own request from one about another's to the same address. For one thread at a time.
 */
public final class EchoSocket implements AutoCloseable {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_RAW = 3;
    private static final int NONBLOCK_CLOEXEC = 04000 | 0x80000;
    private static final int IPPROTO_ICMP = 1;
    private static final int IPPROTO_ICMPV6 = 58;
    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;
    private static final int SOL_RAW = 255;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IP_RECVERR = 11;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int IPV6_RECVERR = 25;
    private static final int PMTUDISC_DO = 2;
    private static final int ICMP_FILTER = 1;
    private static final int ICMPV6_FILTER_WORDS = 8;
    private static final short POLLIN = 1;
    private static final int SOCKADDR_IN = 16;
    private static final int SOCKADDR_IN6 = 28;
    private static final int LARGEST = 65_535;
    private static final int IPV4_IHL = 0xf;

    private final Fd fd;
    private final boolean raw;
    private final Ip to;
    private final int id;

    private EchoSocket(Fd fd, boolean raw, Ip to, int id) {
        this.fd = fd;
        this.raw = raw;
        this.to = to;
        this.id = id;
    }

    /**
     * Opens one; nothing is sent yet.
     *
     * @param source an address of the namespace
     * @param whole whether a request must not be cut into fragments: a path that takes less than it says so
     * @throws SyscallException when it is refused
     */
    public static EchoSocket open(Netns namespace, Ip source, Ip to, boolean whole) {
        return namespace.call(() -> open(source, to, whole));
    }

    private static EchoSocket open(Ip source, Ip to, boolean whole) {
        boolean v4 = source.family() == Family.IPV4;
        String what = "echo socket of " + source + " for " + to;
        int family = v4 ? AF_INET : AF_INET6;
        int protocol = v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
        long ping = Linux.raw(Linux.Call.SOCKET, family, SOCK_DGRAM | NONBLOCK_CLOEXEC, protocol);
        boolean raw = ping == -Errno.EACCES.number() || ping == -Errno.EPROTONOSUPPORT.number();
        long number = raw
                ? Linux.call("open an " + what, Linux.Call.SOCKET, family, SOCK_RAW | NONBLOCK_CLOEXEC, protocol)
                : ping;
        if (number < 0) {
            throw new SyscallException("open an " + what, "socket", new Errno((int) -number));
        }
        Fd fd = Fd.own(number, what);
        try {
            if (whole) {
                SocketOptions.set(fd, v4 ? SOL_IP : SOL_IPV6, v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, PMTUDISC_DO);
            }
            if (raw) {
                hearReplies(fd, v4);
            }
            address(fd, Linux.Call.BIND, source);
            return new EchoSocket(fd, raw, to, raw ? ThreadLocalRandom.current().nextInt(1, 0x10000) : id(fd));
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** {@code struct icmp_filter} and {@code struct icmp6_filter}: a bit that is set keeps a type away. */
    private static void hearReplies(Fd fd, boolean v4) {
        int reply = EchoMessage.reply(v4 ? Family.IPV4 : Family.IPV6);
        if (v4) {
            SocketOptions.set(fd, SOL_RAW, ICMP_FILTER, ~(1 << reply));
            return;
        }
        int[] words = new int[ICMPV6_FILTER_WORDS];
        java.util.Arrays.fill(words, -1);
        words[reply / 32] &= ~(1 << reply % 32);
        SocketOptions.set(fd, IPPROTO_ICMPV6, ICMP_FILTER, words);
    }

    /** {@code struct sockaddr_in} and {@code struct sockaddr_in6}, of no port. */
    private static void address(Fd fd, Linux.Call call, Ip ip) {
        boolean v4 = ip.family() == Family.IPV4;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_IN6, 4);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) (v4 ? AF_INET : AF_INET6));
            MemorySegment.copy(ip.bytes(), 0, address, ValueLayout.JAVA_BYTE, v4 ? 4 : 8, v4 ? 4 : 16);
            Linux.call(
                    "use " + ip + " in the " + fd,
                    call,
                    fd.number(),
                    address.address(),
                    v4 ? SOCKADDR_IN : SOCKADDR_IN6);
        }
    }

    /** A ping socket's identifier is its port, and the kernel chooses it. */
    private static int id(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(SOCKADDR_IN6, 4);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, SOCKADDR_IN6);
            Linux.call(
                    "ask for the id of the " + fd,
                    Linux.Call.GETSOCKNAME,
                    fd.number(),
                    address.address(),
                    length.address());
            return Short.toUnsignedInt(
                    Short.reverseBytes(address.get(ValueLayout.JAVA_SHORT, 2))); // network byte order
        }
    }

    /** What its requests are known by, 1 to 65535. */
    public int id() {
        return id;
    }

    /** Whether it is a raw socket, as its namespace allows its group no other. */
    public boolean isRaw() {
        return raw;
    }

    /**
     * Sends a request.
     *
     * @param sequence 0 to 65535
     * @throws SyscallException when there is no way to send it, or it is too long for one
     */
    public void send(int sequence, byte[] payload) {
        boolean v4 = to.family() == Family.IPV4;
        address(fd, Linux.Call.CONNECT, to);
        SocketOptions.set(
                fd, v4 ? SOL_IP : SOL_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, 1); // now that it hears no other address's
        byte[] message = new EchoMessage(EchoMessage.request(to.family()), id, sequence).bytes(payload);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
            Linux.call("send by the " + fd, Linux.Call.SENDTO, fd.number(), bytes.address(), message.length, 0, 0, 0);
        }
    }

    /**
     * Waits for the reply to a request.
     *
     * @return whether it came in time
     * @throws SyscallException with what an error says that came in its place, as {@code ECONNREFUSED} or {@code EHOSTUNREACH}
     */
    public boolean await(int sequence, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LARGEST);
            while (true) {
                long left = deadline - System.nanoTime();
                if (left <= 0 || !poll(arena, Duration.ofNanos(left))) {
                    return false;
                }
                long got = Linux.raw(Linux.Call.RECVFROM, fd.number(), buffer.address(), LARGEST);
                Errno errno = new Errno((int) Math.max(0, -got));
                if (got < 0 && !errno.isOneOf(Errno.EAGAIN, Errno.EINTR)) {
                    throw new SyscallException("hear an answer by the " + fd, "recvfrom", errno);
                }
                if (got >= 0 && isReply(buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE), sequence)) {
                    return true;
                }
            }
        }
    }

    private boolean poll(Arena arena, Duration patience) {
        MemorySegment poll = arena.allocate(8, 4); // struct pollfd: int fd, short events, short revents
        poll.set(ValueLayout.JAVA_INT, 0, fd.number());
        poll.set(ValueLayout.JAVA_SHORT, 4, POLLIN); // errors are told in any case
        MemorySegment timeout = arena.allocate(16, 8);
        timeout.set(ValueLayout.JAVA_LONG, 0, patience.toSeconds());
        timeout.set(ValueLayout.JAVA_LONG, 8, patience.toNanosPart());
        return Linux.call("wait for the " + fd, Linux.Call.PPOLL, poll.address(), 1, timeout.address(), 0, 0, 0) > 0;
    }

    /** A raw IPv4 socket is given the IP header too, and every raw one the replies to others' requests. */
    private boolean isReply(byte[] bytes, int sequence) {
        boolean header = raw && to.family() == Family.IPV4 && bytes.length > 0;
        EchoMessage wanted = new EchoMessage(EchoMessage.reply(to.family()), id, sequence);
        return EchoMessage.read(bytes, header ? (bytes[0] & IPV4_IHL) * 4 : 0)
                .filter(wanted::equals)
                .isPresent();
    }

    @Override
    public void close() {
        fd.close();
    }
}
