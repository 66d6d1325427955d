package dev.fairlead.agent;

import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.trace.observe.Eyes;
import dev.fairlead.trace.observe.EyesException;
import dev.fairlead.trace.observe.LocalEyes;
import dev.fairlead.trace.remote.EyesServer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The unix socket by which somebody has this node watched for the packets of one connection: one that lasts as long as what is armed
 * does, so that an asker who is killed leaves nothing armed. Each has a platform thread of its own, which waits in system calls;
 * one more waits for the next. What is said is {@link EyesServer}'s matter.
 */
final class TraceDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TraceDoor.class);

    /** What is armed costs other traffic a little: an asker who says nothing for so long is let go. More than a trace may wait. */
    private static final int ASKER_SECONDS = 120;

    /** More than people need at once. */
    private static final int MOST = 16;

    private static final int TO_END_SECONDS = 5;

    private final DoorSocket socket;
    private final Eyes.Opening opening;
    private final Set<UnixSocket> askers = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().daemon().name("trace-", 0).factory());

    private TraceDoor(DoorSocket socket, Eyes.Opening opening) {
        this.socket = socket;
        this.opening = opening;
    }

    /** Beside the CNI socket. */
    static Path beside(Path cniSocket) {
        return cniSocket.resolveSibling("trace.sock");
    }

    /** Of this node and no other: who asks may have got the wrong socket. */
    static Eyes.Opening eyes(AgentConfig config) {
        Eyes.Opening local = LocalEyes.of(config.node());
        return watch -> {
            if (!watch.node().equals(config.nodeName())) {
                throw new EyesException("this is the agent of " + config.nodeName() + ", not of " + watch.node());
            }
            return local.open(watch);
        };
    }

    /** Listens at {@code path}; throws as {@link DoorSocket#listen}. */
    static TraceDoor open(Path path, Eyes.Opening opening) {
        TraceDoor door = new TraceDoor(DoorSocket.listen(path, "trace socket"), opening);
        door.threads.execute(door::acceptAll);
        return door;
    }

    private void acceptAll() {
        for (Optional<UnixSocket> asker = socket.accept(); asker.isPresent(); asker = socket.accept()) {
            UnixSocket connected = asker.get();
            askers.add(connected);
            try {
                threads.execute(() -> serve(connected));
            } catch (RejectedExecutionException e) { // the door is closing
                end(connected);
            } catch (OutOfMemoryError e) { // that is how a JVM says that it can't make a thread
                LOG.error("nothing can be watched, since there is no thread for it: {}", e.getMessage());
                end(connected);
            }
        }
    }

    private void serve(UnixSocket asker) {
        try {
            asker.readTimeout(ASKER_SECONDS);
            asker.writeTimeout(ASKER_SECONDS);
            EyesServer.serve(asker.input(), asker.output(), watch -> {
                if (askers.size() > MOST) {
                    throw new EyesException("this node is watched for " + MOST + " connections already; try again");
                }
                return opening.open(watch);
            });
        } catch (SyscallException | EyesException e) {
            LOG.info("a trace ended early: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("a trace failed", e);
        } finally {
            end(asker);
        }
    }

    /** Also while another thread reads from it. */
    private void end(UnixSocket asker) {
        asker.close();
        askers.remove(asker);
    }

    /** Ends all connections too, and with them all that is armed. */
    @Override
    public void close() {
        socket.stopAccepting();
        threads.shutdown();
        askers.forEach(this::end);
        try {
            if (!threads.awaitTermination(TO_END_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("traces were still served when their door closed");
            }
            socket.removeFile();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
