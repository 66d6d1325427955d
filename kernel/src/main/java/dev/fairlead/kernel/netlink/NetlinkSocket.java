package dev.fairlead.kernel.netlink;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import dev.fairlead.kernel.sys.SocketOptions;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A netlink socket in one network namespace, with strict checking ({@code NETLINK_GET_STRICT_CHK}) and extended
 * acknowledgements ({@code NETLINK_EXT_ACK}) on. Safe from any thread; requests of several threads wait for each other.
 *
 * <p>Over 300 lines: one exchange at a time has the socket, and each kind of exchange is a method here.
 *
 * <p>Explain mode: with {@code FAIRLEAD_EXPLAIN=1} in the environment each message sent and received is printed to standard error.
 */
public final class NetlinkSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUF = 8;
    private static final int SO_SNDBUF = 7;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_TRUNC = 0x20;

    private static final int NLMSG_NOOP = 1;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLM_F_ACK_TLVS = 0x200;

    /** The kernel fills dump replies up to the size that was read last, at most 32 KiB; errors are shorter. */
    private static final int RECEIVE_BYTES = 64 * 1024;

    /** One for each thread: to make one for each answer costs more than the answer, for Java fills it with zeros. */
    private static final ThreadLocal<MemorySegment> RECEIVED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(RECEIVE_BYTES));

    /**
     * Requests in one send. The kernel answers all of them before the call returns, and drops without a word the
     * acknowledgements that the receive buffer has no room for; a hundred fit the smallest that distributions set.
     */
    private static final int PIPELINE = 100;

    /** Interrupted dumps that are made again at once; later ones wait a little longer each time. */
    private static final int HASTY_DUMPS = 10;

    private static final long DUMP_PAUSE_NANOS = 100_000;
    private static final long DUMP_PATIENCE_NANOS = 3_000_000_000L;
    private static final Consumer<String> SILENT = text -> {};
    private static volatile Consumer<String> explainer = defaultExplainer();

    private final Fd fd;
    private final Family family;
    private final Explain explain;
    private final ReentrantLock lock = new ReentrantLock();
    private int sequence = 1;

    private NetlinkSocket(Fd fd, Family family) {
        this.fd = fd;
        this.family = family;
        this.explain = new Explain(family);
    }

    private static Consumer<String> defaultExplainer() {
        PrintStream err = System.err;
        return "1".equals(System.getenv("FAIRLEAD_EXPLAIN")) ? err::print : SILENT;
    }

    /** Sends the explain mode's text somewhere else; every socket of this process is affected. */
    public static void explainTo(Consumer<String> sink) {
        explainer = sink;
    }

    /** Ends the explain mode. */
    public static void explainNothing() {
        explainer = SILENT;
    }

    /** Opens a socket in a namespace: the socket keeps belonging to it, whoever uses it. */
    public static NetlinkSocket open(Netns namespace, Family family) {
        return namespace.call(() -> open(family));
    }

    /** Opens a socket in the calling thread's namespace. */
    public static NetlinkSocket open(Family family) {
        String wanted = "open a " + family.name() + " socket";
        Fd fd = Fd.own(
                Linux.call(wanted, Linux.Call.SOCKET, AF_NETLINK, SOCK_RAW_CLOEXEC, family.number()),
                family.name() + " socket");
        try {
            NetlinkSocket socket = new NetlinkSocket(fd, family);
            SocketOptions.set(socket.fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
            SocketOptions.set(socket.fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
            SocketOptions.set(socket.fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
            SocketOptions.set(
                    socket.fd, SOL_SOCKET, SO_RCVBUF, 8 << 20); // capped by net.core.rmem_max; more room for events
            SocketOptions.set(
                    socket.fd, SOL_SOCKET, SO_SNDBUF, 8 << 20); // capped by net.core.wmem_max; room for one large batch
            socket.bind();
            return socket;
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** Lets the kernel choose our port number: a socket without one hears no multicast. */
    private void bind() {
        try (Arena arena = Arena.ofConfined()) {
            // struct sockaddr_nl: u16 family, u16 padding, u32 port, u32 groups
            MemorySegment address = arena.allocate(12);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            var _ = Linux.call("bind the " + fd, Linux.Call.BIND, fd.number(), address.address(), 12);
        }
    }

    /** Sends a request, waits for its acknowledgement, and gives back what came before it (the object, for GET or ECHO). */
    public List<Message> call(Request request) {
        lock.lock();
        try {
            int number = sequence++;
            send(request.wanted(), frame(request, Request.NLM_F_REQUEST | Request.NLM_F_ACK, number));
            List<Message> answers = new ArrayList<>();
            while (true) {
                for (Message message : receive(request.wanted())) {
                    if (message.sequence() != number) {
                        continue; // left over from an exchange that was given up
                    }
                    if (message.type() == NLMSG_ERROR) {
                        Optional<NetlinkException> refused = refusal(request, message);
                        if (refused.isPresent()) {
                            throw refused.get();
                        }
                        return answers;
                    }
                    answers.add(message);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lists objects. When something changed while the kernel was listing ({@code NLM_F_DUMP_INTR}) the whole dump is made
     * again, so that the answer is one consistent picture.
     *
     * @throws NetlinkException that {@code isTransient()} when it kept changing for three seconds
     */
    public List<Message> dump(Request request) {
        lock.lock();
        try {
            long end = System.nanoTime() + DUMP_PATIENCE_NANOS;
            for (int attempt = 1; ; attempt++) {
                List<Message> objects = new ArrayList<>();
                if (dumpOnce(request, objects)) {
                    return objects;
                }
                if (System.nanoTime() - end >= 0) {
                    String reason = "the list changed during each of " + attempt + " attempts";
                    throw new NetlinkException(request.wanted(), Errno.EINTR, reason, "");
                }
                if (attempt >= HASTY_DUMPS) {
                    LockSupport.parkNanos(DUMP_PAUSE_NANOS * attempt);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean dumpOnce(Request request, List<Message> objects) {
        int number = sequence++;
        send(request.wanted(), frame(request, Request.NLM_F_REQUEST | Request.NLM_F_DUMP, number));
        boolean consistent = true;
        while (true) {
            for (Message message : receive(request.wanted())) {
                if (message.sequence() != number) {
                    continue;
                }
                consistent &= (message.flags() & Request.NLM_F_DUMP_INTR) == 0;
                switch (message.type()) {
                    case NLMSG_NOOP -> {}
                    case NLMSG_ERROR, NLMSG_DONE -> {
                        Optional<NetlinkException> refused = refusal(request, message);
                        if (refused.isPresent()) {
                            throw refused.get();
                        }
                        return consistent;
                    }
                    default -> objects.add(message);
                }
            }
        }
    }

    /**
     * Sends requests in one system call (one for each hundred); the kernel handles them in order, each by itself, also after one was refused.
     *
     * @return for each request, in order, why it was refused, or empty
     */
    public List<Optional<NetlinkException>> pipeline(List<Request> requests) {
        List<Optional<NetlinkException>> outcomes = new ArrayList<>();
        lock.lock();
        try {
            for (int from = 0; from < requests.size(); from += PIPELINE) {
                pipelineOnce(requests.subList(from, Math.min(from + PIPELINE, requests.size())), outcomes);
            }
        } finally {
            lock.unlock();
        }
        return outcomes;
    }

    private void pipelineOnce(List<Request> requests, List<Optional<NetlinkException>> outcomes) {
        int first = sequence;
        int last = first + requests.size() - 1;
        List<byte[]> frames = new ArrayList<>();
        for (Request request : requests) {
            // Refusals come in any case and in order, so what wasn't refused before the last is answered was done.
            int flags = Request.NLM_F_REQUEST | (sequence == last ? Request.NLM_F_ACK : 0);
            frames.add(frame(request, flags, sequence++));
        }
        String wanted = requests.getFirst().wanted();
        send(wanted, join(frames));
        List<Optional<NetlinkException>> each = new ArrayList<>(Collections.nCopies(requests.size(), Optional.empty()));
        for (boolean answered = false; !answered; ) {
            for (Message message : receive(wanted)) {
                int index = message.sequence() - first;
                if (message.type() == NLMSG_ERROR && index >= 0 && index < requests.size()) {
                    each.set(index, refusal(requests.get(index), message));
                    answered |= message.sequence() == last;
                }
            }
        }
        outcomes.addAll(each);
    }

    /**
     * Sends an nfnetlink batch: all requests take effect together or none does ({@code <linux/netfilter/nfnetlink.h>}).
     *
     * @param begin {@code NFNL_MSG_BATCH_BEGIN}, made by the subsystem
     * @param end {@code NFNL_MSG_BATCH_END}
     * @throws NetlinkException the first refusal, when there is one; then nothing has changed
     */
    public void batch(Request begin, List<Request> requests, Request end) {
        if (requests.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            int first = sequence;
            List<byte[]> frames = new ArrayList<>();
            frames.add(frame(begin, Request.NLM_F_REQUEST, sequence++));
            int last = first + requests.size();
            for (Request request : requests) {
                // One acknowledgement is enough: it is sent when the batch has been committed or refused as a whole.
                int flags = Request.NLM_F_REQUEST | (sequence == last ? Request.NLM_F_ACK : 0);
                frames.add(frame(request, flags, sequence++));
            }
            frames.add(frame(end, Request.NLM_F_REQUEST, sequence++));
            byte[] bytes = join(frames);
            new SendBuffer(fd).makeRoom(requests.getFirst().wanted(), bytes.length);
            send(requests.getFirst().wanted(), bytes);
            awaitBatch(begin, requests, end, first);
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes one batch may have. */
    public int largestBatch() {
        return new SendBuffer(fd).bytes();
    }

    private void awaitBatch(Request begin, List<Request> requests, Request end, int first) {
        int last = first + requests.size();
        NetlinkException refused = null;
        while (true) {
            List<Message> messages;
            try {
                messages = receive(requests.getFirst().wanted());
            } catch (SyscallException e) {
                // So many requests were refused that not all refusals could be kept: the first of them were.
                throw e.errno().equals(Errno.ENOBUFS) ? firstRefusal(begin, requests, end, first, e) : e;
            }
            for (Message message : messages) {
                int index = message.sequence() - first;
                if (message.type() != NLMSG_ERROR || index < 0 || index > requests.size() + 1) {
                    continue;
                }
                Optional<NetlinkException> refusal = refusal(about(begin, requests, end, index), message);
                if (refused == null && refusal.isPresent()) {
                    refused = refusal.get();
                }
                boolean whole = index == 0 || index > requests.size(); // about the batch, no more will come
                if (message.sequence() == last || whole) {
                    if (refused != null) {
                        throw refused;
                    }
                    return;
                }
            }
        }
    }

    private static Request about(Request begin, List<Request> requests, Request end, int index) {
        return index == 0 ? begin : index > requests.size() ? end : requests.get(index - 1);
    }

    private RuntimeException firstRefusal(
            Request begin, List<Request> requests, Request end, int first, SyscallException otherwise) {
        for (Message message : receive(requests.getFirst().wanted())) {
            int index = message.sequence() - first;
            if (message.type() == NLMSG_ERROR && index >= 0 && index <= requests.size() + 1) {
                Optional<NetlinkException> refusal = refusal(about(begin, requests, end, index), message);
                if (refusal.isPresent()) {
                    drain();
                    return refusal.get();
                }
            }
        }
        return otherwise;
    }

    /** Joins a multicast group by its number ({@code RTNLGRP_*}, {@code NFNLGRP_*}). */
    public void join(int group) {
        SocketOptions.set(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
    }

    /**
     * Waits for multicast messages.
     *
     * @return what came; empty when nothing came in time
     * @throws SyscallException with ENOBUFS when the kernel had to drop messages: the caller's picture is out of date
     */
    public List<Message> events(Duration patience) {
        lock.lock();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8); // struct pollfd: int fd, short events, short revents
            poll.set(ValueLayout.JAVA_INT, 0, fd.number());
            poll.set(ValueLayout.JAVA_SHORT, 4, (short) 1 /* POLLIN */);
            MemorySegment timeout = arena.allocate(16);
            timeout.set(ValueLayout.JAVA_LONG, 0, patience.toSeconds());
            timeout.set(ValueLayout.JAVA_LONG, 8, patience.toNanosPart());
            long ready = Linux.call(
                    "wait for events of " + fd, Linux.Call.PPOLL, poll.address(), 1, timeout.address(), 0, 0, 0);
            return ready == 0 ? List.of() : receive("read events of " + fd);
        } finally {
            lock.unlock();
        }
    }

    private byte[] frame(Request request, int flags, int number) {
        byte[] body = request.body();
        int all = flags | request.flags();
        if (explainer != SILENT) {
            explainer.accept("→ " + explain.text(request.type(), all, number, body));
        }
        ByteBuffer frame =
                ByteBuffer.allocate(Message.HEADER + body.length + 3 & ~3).order(ByteOrder.nativeOrder());
        frame.putInt(Message.HEADER + body.length)
                .putShort((short) request.type())
                .putShort((short) all)
                .putInt(number)
                .putInt(0)
                .put(body);
        return frame.array();
    }

    private static byte[] join(List<byte[]> frames) {
        int length = 0;
        for (byte[] frame : frames) {
            length += frame.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] frame : frames) {
            all.put(frame);
        }
        return all.array();
    }

    private void send(String wanted, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            Linux.call(wanted, Linux.Call.SENDTO, fd.number(), buffer.address(), bytes.length, 0, 0, 0);
        }
    }

    private List<Message> receive(String wanted) {
        MemorySegment buffer = RECEIVED.get();
        long length =
                Linux.call(wanted, Linux.Call.RECVFROM, fd.number(), buffer.address(), RECEIVE_BYTES, MSG_TRUNC, 0, 0);
        if (length > RECEIVE_BYTES) {
            throw new DecodeException("a netlink message of " + length + " bytes was cut at " + RECEIVE_BYTES);
        }
        List<Message> messages = Message.split(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        if (explainer != SILENT) {
            for (Message m : messages) {
                explainer.accept("← " + explainReceived(m));
            }
        }
        return messages;
    }

    private String explainReceived(Message m) {
        if (m.type() == NLMSG_ERROR || m.type() == NLMSG_DONE) {
            int error = m.body().length >= 4 ? -m.buffer().getInt(0) : 0;
            String kind = m.type() == NLMSG_DONE ? "DONE" : error == 0 ? "ACK" : "ERROR " + new Errno(error);
            return kind + "  seq " + m.sequence() + "\n";
        }
        return explain.text(m.type(), m.flags(), m.sequence(), m.body());
    }

    /** The error an NLMSG_ERROR or NLMSG_DONE carries; empty for an acknowledgement. */
    private Optional<NetlinkException> refusal(Request request, Message message) {
        if (message.body().length < 4) {
            return Optional.empty(); // a DONE without a code
        }
        int error = -message.buffer().getInt(0);
        if (error == 0) {
            return Optional.empty();
        }
        String reason = "";
        String where = "";
        if ((message.flags() & NLM_F_ACK_TLVS) != 0) {
            // NLMSG_ERROR repeats our header (CAP_ACK keeps the payload out); NLMSG_DONE doesn't.
            int header = message.type() == NLMSG_ERROR ? 4 + Message.HEADER : 4;
            Attributes tlvs = message.attributes(header);
            reason = tlvs.find(1).map(Attribute::string).orElse("");
            where = tlvs.find(2)
                    .flatMap(offset -> explain.attributeAt(request.type(), request.body(), offset.s32()))
                    .or(() -> tlvs.find(5)
                            .map(missing -> "the missing "
                                    + explain.missing(
                                            request.type(),
                                            request.body(),
                                            tlvs.find(6).map(Attribute::s32).orElse(0),
                                            missing.s32())))
                    .orElse("");
        }
        if (explainer != SILENT) {
            explainer.accept(
                    "  refused: " + new Errno(error) + " " + reason + (where.isEmpty() ? "" : " at " + where) + "\n");
        }
        return Optional.of(new NetlinkException(request.wanted(), new Errno(error), reason, where));
    }

    /** Throws away what has arrived, so that a reader starts from now. */
    public void drain() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(RECEIVE_BYTES);
            long got;
            do {
                got = Linux.raw(Linux.Call.RECVFROM, fd.number(), buffer.address(), RECEIVE_BYTES, MSG_DONTWAIT, 0, 0);
            } while (got >= 0
                    || got == -Errno.ENOBUFS.number()); // which says once that something was dropped, and goes on
        }
    }

    public Family family() {
        return family;
    }

    @Override
    public void close() {
        fd.close();
    }
}
