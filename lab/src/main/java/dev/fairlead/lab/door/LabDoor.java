package dev.fairlead.lab.door;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.UnixSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lab's side of the door. One thread accepts, a virtual thread serves each caller: one JSON object to the end of the
 * caller's output, one JSON object back, {@code {"ok":true,…}} or {@code {"ok":false,"error":"…"}}.
 */
public final class LabDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LabDoor.class);
    private static final int CALLER_SECONDS = 30;
    private static final int MOST_DESCRIPTORS = 8;
    static final ObjectMapper JSON = new ObjectMapper();

    /** What the lab does with a request. */
    @FunctionalInterface
    public interface Answering {
        /**
         * @param caller who asks
         * @return what the answer holds beside {@code ok}
         * @throws LabRefusal when the request is wrong
         */
        ObjectNode answer(JsonNode request, Caller caller);
    }

    /** Whoever waits for an answer. */
    public interface Caller {
        /** Whether the caller has gone, so that nobody waits for the answer any more; may be asked from any thread. */
        boolean isGone();

        /** Descriptors that came with the request, which are the taker's then. Those that nobody takes are closed. */
        List<Fd> takeDescriptors();
    }

    private record Connection(UnixSocket socket, List<Fd> descriptors) implements Caller, AutoCloseable {
        @Override
        public boolean isGone() {
            return socket.isHungUp();
        }

        @Override
        public List<Fd> takeDescriptors() {
            List<Fd> taken = List.copyOf(descriptors);
            descriptors.clear();
            return taken;
        }

        /** Hands in what comes with the request, up to a limit. */
        void add(Fd descriptor) {
            if (descriptors.size() < MOST_DESCRIPTORS) {
                descriptors.add(descriptor);
            } else {
                descriptor.close();
            }
        }

        @Override
        public void close() {
            takeDescriptors().forEach(Fd::close);
        }
    }

    private final UnixSocket socket;
    private final int uid;

    private LabDoor(UnixSocket socket, int uid) {
        this.socket = socket;
        this.uid = uid;
    }

    /**
     * Opens the door; the name is taken from this moment on.
     *
     * @throws LabRefusal when a lab of this name already runs
     */
    public static LabDoor open(String socketName, String lab) {
        try {
            // Inside the lab's user namespace its owner is user 0, and so is any caller that is the same user outside.
            return new LabDoor(UnixSocket.listen(socketName), (int) LabName.ownUid());
        } catch (SyscallException e) {
            if (e.errno().number() == 98) { // EADDRINUSE
                throw new LabRefusal("a lab named '" + lab + "' is already up; take it down with ./fairlead lab down"
                        + " --name " + lab + ", or choose another --name");
            }
            throw e;
        }
    }

    public void serve(Answering lab) {
        Thread.ofPlatform().daemon().name("door").start(() -> {
            while (true) {
                Optional<UnixSocket> caller = socket.accept();
                if (caller.isEmpty()) {
                    return;
                }
                Thread.ofPlatform().daemon().name("caller").start(() -> serve(caller.get(), lab));
            }
        });
    }

    private void serve(UnixSocket caller, Answering lab) {
        try (caller) {
            caller.readTimeout(CALLER_SECONDS);
            ObjectNode answer = caller.peer().uid() == uid ? answer(caller, lab) : refuse("this lab is another user's");
            caller.write(JSON.writeValueAsBytes(answer));
        } catch (SyscallException | IOException e) {
            LOG.debug("a caller went away before its answer", e);
        }
    }

    private static ObjectNode answer(UnixSocket socket, Answering lab) throws IOException {
        try (Connection caller = new Connection(socket, new ArrayList<>())) {
            ObjectNode answer = lab.answer(JSON.readTree(socket.input(caller::add)), caller);
            answer.put("ok", true);
            return answer;
        } catch (LabRefusal e) {
            return refuse(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("a request to the lab failed", e);
            return refuse("the lab could not do it: " + e.getMessage());
        }
    }

    private static ObjectNode refuse(String sentence) {
        return JSON.createObjectNode().put("ok", false).put("error", sentence);
    }

    @Override
    public void close() {
        socket.close();
    }
}
