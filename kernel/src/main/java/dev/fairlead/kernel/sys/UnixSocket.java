package dev.fairlead.kernel.sys;

import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A unix stream socket, {@code unix(7)}. Beyond the JDK's it has abstract names, which leave no file behind, and passes
 * descriptors. One reader and one writer at a time; {@link #close} from another thread ends a blocked accept or read.
 *
 * <p>Over 300 lines: all that is done with such a socket is here.
 */
public final class UnixSocket implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int POLLHUP = 0x10;
    private static final int SUN_PATH = 108;
    private static final int CHUNK = 64 * 1024;
    private static final int CMSGHDR = 16;

    /** How many descriptors may be sent at a time; the kernel itself takes 253. */
    private static final int MOST_DESCRIPTORS = 12;

    private final Fd fd;

    private UnixSocket(Fd fd) {
        this.fd = fd;
    }

    /**
     * Who is at the other end, as the kernel saw it connect ({@code SO_PEERCRED}).
     *
     * @param pid in the PID namespace of the caller, 0 when it isn't visible there
     * @param uid in the user namespace of the caller
     */
    public record Peer(int pid, int uid, int gid) {}

    /**
     * Listens.
     *
     * @param name a path, or {@code @name} for the abstract name space of the thread's network namespace
     */
    public static UnixSocket listen(String name) {
        UnixSocket socket = create(name);
        socket.named("listen on the unix socket " + name, Linux.Call.BIND, name);
        Linux.call("listen on the unix socket " + name, Linux.Call.LISTEN, socket.fd.number(), 512, 0);
        return socket;
    }

    public static UnixSocket connect(String name) {
        UnixSocket socket = create(name);
        socket.named("connect to the unix socket " + name, Linux.Call.CONNECT, name);
        return socket;
    }

    private static UnixSocket create(String name) {
        return new UnixSocket(Fd.own(
                Linux.call("make a unix socket", Linux.Call.SOCKET, AF_UNIX, SOCK_STREAM_CLOEXEC, 0),
                "unix socket " + name));
    }

    private void named(String wanted, Linux.Call call, String name) {
        byte[] path = name.getBytes(StandardCharsets.UTF_8);
        boolean isAbstract = name.startsWith("@");
        if (path.length >= SUN_PATH) {
            fd.close();
            throw new IllegalArgumentException("could not " + wanted + ": the name has " + path.length
                    + " bytes and the kernel takes at most " + (SUN_PATH - 1) + "; choose a shorter one");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(2 + SUN_PATH); // struct sockaddr_un
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
            if (isAbstract) {
                address.set(ValueLayout.JAVA_BYTE, 2, (byte) 0);
            }
            Linux.call(wanted, call, fd.number(), address.address(), 2 + path.length + (isAbstract ? 0 : 1));
        } catch (SyscallException e) {
            fd.close();
            throw e;
        }
    }

    /** The next connection; empty when this socket was closed meanwhile. */
    public Optional<UnixSocket> accept() {
        while (true) {
            if (!fd.isOpen()) {
                return Optional.empty();
            }
            long got = Linux.raw(Linux.Call.ACCEPT4, fd.number(), 0, 0, SOCK_CLOEXEC, 0, 0);
            if (got >= 0) {
                return Optional.of(new UnixSocket(Fd.own(got, "connection of " + fd)));
            }
            Errno errno = new Errno((int) -got);
            if (errno.number() == 22 || errno.number() == 9) { // EINVAL after shutdown, EBADF after close
                return Optional.empty();
            }
            if (!errno.isOneOf(Errno.EINTR, Errno.EAGAIN, new Errno(103))) { // ECONNABORTED: that caller has gone
                throw new SyscallException("accept a connection on the " + fd, "accept4", errno);
            }
        }
    }

    public Peer peer() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credentials = arena.allocate(12); // struct ucred
            SocketOptions.get("ask who is at the other end of the " + fd, fd, SOL_SOCKET, SO_PEERCRED, credentials);
            return new Peer(
                    credentials.get(ValueLayout.JAVA_INT, 0),
                    credentials.get(ValueLayout.JAVA_INT, 4),
                    credentials.get(ValueLayout.JAVA_INT, 8));
        }
    }

    /** Bytes with the descriptors that came along. An empty array is the end of the stream. */
    public record Received(byte[] bytes, List<Fd> descriptors) {

        /** The first of them. */
        public Optional<Fd> descriptor() {
            return descriptors.stream().findFirst();
        }
    }

    /** Reads what is there, waiting for at least one byte, and takes over at most one descriptor sent with it. */
    public Received receive(int atMost) {
        return receive(atMost, 1);
    }

    /** @param descriptors how many to take over at most; others are closed */
    private Received receive(int atMost, int descriptors) {
        int room = CMSGHDR + Integer.BYTES * MOST_DESCRIPTORS;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(atMost);
            MemorySegment control = arena.allocate(room, 8);
            MemorySegment header = messageHeader(arena, buffer, atMost, control, room);
            long got = Linux.call(
                    "read from the " + fd, Linux.Call.RECVMSG, fd.number(), header.address(), MSG_CMSG_CLOEXEC);
            byte[] bytes = buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE);
            return new Received(bytes, descriptorsIn(control, header.get(ValueLayout.JAVA_LONG, 40), descriptors));
        }
    }

    private static List<Fd> descriptorsIn(MemorySegment control, long controlLength, int atMost) {
        if (controlLength < CMSGHDR + Integer.BYTES
                || control.get(ValueLayout.JAVA_INT, 8) != SOL_SOCKET
                || control.get(ValueLayout.JAVA_INT, 12) != SCM_RIGHTS) {
            return List.of();
        }
        long count = (control.get(ValueLayout.JAVA_LONG, 0) - CMSGHDR) / Integer.BYTES;
        List<Fd> taken = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            int number = control.get(ValueLayout.JAVA_INT, CMSGHDR + Integer.BYTES * i);
            if (i < atMost) {
                taken.add(Fd.own(number, "descriptor received over a unix socket"));
            } else { // nobody asked for more: don't let them pile up
                Linux.raw(Linux.Call.CLOSE, number, 0, 0);
            }
        }
        return taken;
    }

    /** Sends bytes with a descriptor beside them; the receiver gets one of its own. */
    public void send(byte[] bytes, Fd descriptor) {
        send(bytes, List.of(descriptor));
    }

    /** As {@link #send(byte[], Fd)}, with up to {@value #MOST_DESCRIPTORS}. @param bytes at least one */
    public void send(byte[] bytes, List<Fd> descriptors) {
        if (descriptors.size() > MOST_DESCRIPTORS) {
            throw new IllegalArgumentException(
                    descriptors.size() + " descriptors are too many; send at most " + MOST_DESCRIPTORS + " at a time");
        }
        long length = CMSGHDR + (long) Integer.BYTES * descriptors.size();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            MemorySegment control = arena.allocate(length + 7 & ~7L, 8); // struct cmsghdr and the numbers, padded
            control.set(ValueLayout.JAVA_LONG, 0, length);
            control.set(ValueLayout.JAVA_INT, 8, SOL_SOCKET);
            control.set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
            for (int i = 0; i < descriptors.size(); i++) {
                control.set(
                        ValueLayout.JAVA_INT,
                        CMSGHDR + (long) Integer.BYTES * i,
                        descriptors.get(i).number());
            }
            MemorySegment header = messageHeader(arena, buffer, bytes.length, control, control.byteSize());
            long sent = Linux.call(
                    "send a descriptor over the " + fd,
                    Linux.Call.SENDMSG,
                    fd.number(),
                    header.address(),
                    MSG_NOSIGNAL);
            if (sent < bytes.length) {
                write(bytes, (int) sent, bytes.length - (int) sent);
            }
        }
    }

    /** {@code struct msghdr} with one {@code struct iovec}. */
    private static MemorySegment messageHeader(
            Arena arena, MemorySegment buffer, long length, MemorySegment control, long controlLength) {
        MemorySegment vector = arena.allocate(16, 8);
        vector.set(ValueLayout.JAVA_LONG, 0, buffer.address());
        vector.set(ValueLayout.JAVA_LONG, 8, length);
        MemorySegment header = arena.allocate(56, 8);
        header.set(ValueLayout.JAVA_LONG, 16, vector.address());
        header.set(ValueLayout.JAVA_LONG, 24, 1);
        header.set(ValueLayout.JAVA_LONG, 32, control.address());
        header.set(ValueLayout.JAVA_LONG, 40, controlLength);
        return header;
    }

    public void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    private void write(byte[] bytes, int from, int length) {
        for (int at = from; at < from + length; ) {
            int chunk = Math.min(from + length - at, CHUNK);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(chunk);
                MemorySegment.copy(bytes, at, buffer, ValueLayout.JAVA_BYTE, 0, chunk);
                at += (int) Linux.call(
                        "write to the " + fd,
                        Linux.Call.SENDTO,
                        fd.number(),
                        buffer.address(),
                        chunk,
                        MSG_NOSIGNAL,
                        0,
                        0);
            }
        }
    }

    /** Whether the other end is closed altogether, and not only for writing. */
    public boolean isHungUp() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8, 8); // struct pollfd, which asks for nothing
            poll.set(ValueLayout.JAVA_INT, 0, fd.number());
            MemorySegment timeout = arena.allocate(16, 8);
            Linux.call(
                    "ask whether somebody still is at the other end of the " + fd,
                    Linux.Call.PPOLL,
                    poll.address(),
                    1,
                    timeout.address(),
                    0,
                    0,
                    0);
            return (poll.get(ValueLayout.JAVA_SHORT, 6) & POLLHUP) != 0;
        }
    }

    /** No more will be written; the other end reads the end of the stream. */
    public void endOfOutput() {
        Linux.call("end the output of the " + fd, Linux.Call.SHUTDOWN, fd.number(), 1 /* SHUT_WR */, 0);
    }

    /** Limits how long a read may wait; reading after that throws EAGAIN. Zero seconds means for ever. */
    public void readTimeout(int seconds) {
        timeout(20 /* SO_RCVTIMEO */, seconds);
    }

    /** Limits how long a write may wait for the other end to read; writing after that throws EAGAIN. */
    public void writeTimeout(int seconds) {
        timeout(21 /* SO_SNDTIMEO */, seconds);
    }

    private void timeout(int option, int seconds) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(16);
            time.set(ValueLayout.JAVA_LONG, 0, seconds);
            Linux.call(
                    "set a time limit on the " + fd,
                    Linux.Call.SETSOCKOPT,
                    fd.number(),
                    SOL_SOCKET,
                    option,
                    time.address(),
                    16,
                    0);
        }
    }

    /** What is read; descriptors that come along are closed. */
    public InputStream input() {
        return input(0, Fd::close);
    }

    /** What is read. @param descriptors is given each descriptor that comes along, and owns it */
    public InputStream input(Consumer<Fd> descriptors) {
        return input(MOST_DESCRIPTORS, descriptors);
    }

    private InputStream input(int atOnce, Consumer<Fd> descriptors) {
        return new InputStream() {
            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                if (length == 0) {
                    return 0;
                }
                Received received = receive(Math.min(length, CHUNK), atOnce);
                received.descriptors().forEach(descriptors);
                System.arraycopy(received.bytes(), 0, into, offset, received.bytes().length);
                return received.bytes().length == 0 ? -1 : received.bytes().length;
            }
        };
    }

    public OutputStream output() {
        return new OutputStream() {
            @Override
            public void write(int value) {
                UnixSocket.this.write(new byte[] {(byte) value});
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                UnixSocket.this.write(bytes, offset, length);
            }
        };
    }

    public Fd fd() {
        return fd;
    }

    /** Wakes whoever waits on it, then closes. */
    @Override
    public void close() {
        if (fd.isOpen()) {
            Linux.raw(Linux.Call.SHUTDOWN, fd.number(), 2 /* SHUT_RDWR */, 0);
            fd.close();
        }
    }
}
