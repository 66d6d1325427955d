package dev.fairlead.agent;

import dev.fairlead.cluster.Progress;
import dev.fairlead.cni.FrameException;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.plugin.PluginProtocol;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.UnixSocket;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The unix socket that {@code fairlead-cni} copies its call to. Platform threads wait for calls, since virtual ones would be
 * held by the system calls; whichever the kernel wakes serves the call itself, and when it was the last that waited another
 * takes its place first. Frames: {@link ShimFrames}; with the first bytes comes the
 * descriptor of {@code CNI_NETNS}, so that the agent never has to find the path in its own view of the file system.
 */
public final class CniDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CniDoor.class);
    private static final String NAME = "CNI socket";

    /** The shim gives up after 60 s; a caller that doesn't read its answer must not hold a thread longer than that. */
    private static final int CALLER_SECONDS = 60;

    /** Threads that wait for calls when there are none. */
    private static final int WAITING = 2;

    /** The shim sends all it has at once; a caller that sends half a frame, or nothing, is let go after this time. */
    private static final int FRAME_SECONDS = 10;

    /** A caller that waits holds a thread. */
    private static final long MOST_FOLLOW_MILLIS = 60_000;

    /** Asks, instead of making a call, to be answered when an API has been followed so far: {@code FLF1 MILLIS PROGRESS}. */
    static final String FOLLOW_REQUEST = "FLF1 ";

    /** Asks for the log of calls instead of making one. */
    static final byte[] LOG_REQUEST = {'F', 'L', 'L', '1'};

    private final DoorSocket socket;
    private final PluginProtocol protocol;
    private final Followed followed;
    private final CallLog log = new CallLog();
    private final ExecutorService calls = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("cni-", 0).factory());

    /** Threads that wait for a call, or are about to. */
    private final AtomicInteger waiting = new AtomicInteger(WAITING);

    /** Waits until the kernel holds what an API told up to here. */
    @FunctionalInterface
    interface Followed {
        boolean await(Progress wanted, Duration patience);
    }

    private CniDoor(DoorSocket socket, PluginProtocol protocol, Followed followed) {
        this.socket = socket;
        this.protocol = protocol;
        this.followed = followed;
    }

    /** Listens at {@code path}; a socket file that a dead agent left there is replaced. Only its owner may connect. */
    public static CniDoor open(Path path, PluginProtocol protocol) {
        return open(path, protocol, (_, _) -> false);
    }

    /** As {@link #open(Path, PluginProtocol)}, for an agent that follows an API. */
    static CniDoor open(Path path, PluginProtocol protocol, Followed followed) {
        CniDoor door = new CniDoor(DoorSocket.listen(path, NAME), protocol, followed);
        for (int i = 0; i < WAITING; i++) {
            door.calls.execute(door::serveAll);
        }
        return door;
    }

    /** Throws as {@link DoorSocket#requireFree}, before anything else is done. */
    static void requireFree(Path path) {
        DoorSocket.requireFree(path, NAME);
    }

    private void serveAll() {
        while (true) {
            Optional<UnixSocket> caller = socket.accept();
            if (caller.isEmpty()) {
                return; // the door has closed
            }
            if (waiting.decrementAndGet() == 0) {
                waiting.incrementAndGet();
                replace();
            }
            try {
                serve(caller.get());
            } catch (RuntimeException e) {
                LOG.error("a CNI call failed", e);
            }
            if (waiting.get() >= WAITING) {
                return;
            }
            waiting.incrementAndGet();
        }
    }

    private void replace() {
        try {
            calls.execute(this::serveAll);
        } catch (OutOfMemoryError e) { // that is how a JVM says that it can't make a thread
            waiting.decrementAndGet();
            LOG.error("CNI calls wait for this one, since there is no thread for more: {}", e.getMessage());
        } catch (RejectedExecutionException e) {
            // the door is closing, and nobody needs to wait any more
        }
    }

    private void serve(UnixSocket caller) {
        try (caller) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(FRAME_SECONDS);
            caller.readTimeout(FRAME_SECONDS);
            caller.writeTimeout(CALLER_SECONDS);
            UnixSocket.Received first = caller.receive(64 * 1024);
            if (isLogRequest(first.bytes())) {
                first.descriptor().ifPresent(Fd::close);
                answerLog(caller);
                return;
            }
            if (isFollowRequest(first.bytes())) {
                first.descriptor().ifPresent(Fd::close);
                answerFollowed(caller, new String(first.bytes(), StandardCharsets.US_ASCII));
                return;
            }
            CniCallRecord call = new CniCallRecord();
            boolean ok = false;
            try {
                byte[] frame = readFrame(caller, first.bytes(), deadline);
                OptionalInt netns = first.descriptor().isPresent()
                        ? OptionalInt.of(first.descriptor().get().number())
                        : OptionalInt.empty();
                byte[] answer = ScopedValue.where(CniCallRecord.CURRENT, call)
                        .call(() -> protocol.serve(new ByteArrayInputStream(frame), netns));
                ok = isSuccess(answer);
                ScopedValue.where(CniCallRecord.CURRENT, call).run(() -> call.answered(deliver(caller, answer)));
            } finally {
                first.descriptor().ifPresent(Fd::close);
                note(call, ok);
            }
        } catch (SyscallException e) {
            LOG.warn("a CNI call was cut off: {}", e.getMessage());
        }
    }

    /** Its exit code, the first number of an answer frame. */
    private static boolean isSuccess(byte[] answer) {
        return ByteBuffer.wrap(answer).getInt(4) == 0;
    }

    private void note(CniCallRecord call, boolean ok) {
        if (call.isNotable()) {
            String line = call.line(ok);
            log.add(line);
            LOG.info("{}", line.replace('\t', ' '));
        }
    }

    /**
     * Writes the answer and finds out whether the caller has it: a caller that ends with something of it unread resets the
     * connection, one that has read all of it just ends.
     */
    private static boolean deliver(UnixSocket caller, byte[] answer) {
        try {
            caller.write(answer);
            caller.endOfOutput();
            caller.readTimeout(CALLER_SECONDS);
            while (true) {
                UnixSocket.Received more = caller.receive(512);
                more.descriptor().ifPresent(Fd::close);
                if (more.bytes().length == 0) {
                    return true;
                }
            }
        } catch (SyscallException e) {
            // A caller that stays without saying a word has not lost anything.
            return e.isTransient();
        }
    }

    private static boolean isLogRequest(byte[] frame) {
        return Arrays.equals(frame, LOG_REQUEST);
    }

    private static boolean isFollowRequest(byte[] frame) {
        byte[] begin = FOLLOW_REQUEST.getBytes(StandardCharsets.US_ASCII);
        return frame.length > begin.length && Arrays.equals(frame, 0, begin.length, begin, 0, begin.length);
    }

    /** {@code yes} or {@code no}, as the standard output of an answer frame. */
    private void answerFollowed(UnixSocket caller, String request) {
        String[] words = request.split(" ", -1);
        boolean reached = false;
        try {
            long millis = Math.clamp(Long.parseLong(words[1]), 1, MOST_FOLLOW_MILLIS);
            reached = words.length == 3 && followed.await(Progress.parse(words[2]), Duration.ofMillis(millis));
        } catch (IllegalArgumentException e) {
            LOG.warn("'{}' is not understood: {}", request, e.getMessage());
        }
        byte[] answer = (reached ? "yes" : "no").getBytes(StandardCharsets.US_ASCII);
        caller.write(ShimFrames.encode(new PluginOutput(0, answer, new byte[0])));
    }

    /** The lines of the log, as the standard output of an answer frame. */
    private void answerLog(UnixSocket caller) {
        byte[] lines = String.join("\n", log.lines()).getBytes(StandardCharsets.UTF_8);
        caller.write(ShimFrames.encode(new PluginOutput(0, lines, new byte[0])));
    }

    /** As much as the header asks for, or what came until the caller's end; decoding says what is wrong with the rest. */
    private static byte[] readFrame(UnixSocket caller, byte[] first, long deadline) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(first.length);
        frame.writeBytes(first);
        int wanted = wanted(frame);
        byte[] more = first;
        while (more.length > 0 && frame.size() < wanted) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new SyscallException("read a request within " + FRAME_SECONDS + " s", "recvmsg", Errno.EAGAIN);
            }
            caller.readTimeout((int) TimeUnit.NANOSECONDS.toSeconds(left) + 1);
            UnixSocket.Received received = caller.receive(Math.min(wanted - frame.size(), 1 << 20));
            received.descriptor().ifPresent(Fd::close);
            more = received.bytes();
            frame.writeBytes(more);
            if (wanted == ShimFrames.REQUEST_HEADER) {
                wanted = wanted(frame);
            }
        }
        return frame.toByteArray();
    }

    /** The length of the whole by what is there; where that can't be a request no more is wanted: the protocol says why. */
    private static int wanted(ByteArrayOutputStream frame) {
        if (frame.size() < ShimFrames.REQUEST_HEADER) {
            return ShimFrames.REQUEST_HEADER;
        }
        try {
            byte[] header = Arrays.copyOf(frame.toByteArray(), ShimFrames.REQUEST_HEADER);
            return ShimFrames.REQUEST_HEADER + ShimFrames.requestBodyLength(header);
        } catch (FrameException e) {
            return 0;
        }
    }

    /** As {@link NodeAgent#cniLog}. */
    List<String> log() {
        return log.lines();
    }

    public Path path() {
        return socket.path();
    }

    /** Takes no more calls and lets those that are being served end. */
    @Override
    public void close() {
        socket.stopAccepting();
        calls.shutdown();
        try {
            if (!calls.awaitTermination(CALLER_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("CNI calls were still served when the door closed");
            }
            socket.removeFile();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
