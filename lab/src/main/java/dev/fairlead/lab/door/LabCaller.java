package dev.fairlead.lab.door;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Stranger;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.UnixSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A command's side of the door: asks a running lab something. */
public final class LabCaller {
    private static final Logger LOG = LoggerFactory.getLogger(LabCaller.class);

    private LabCaller() {}

    public static ObjectNode request(String command) {
        return LabDoor.JSON.createObjectNode().put("command", command);
    }

    /**
     * Asks and waits for the answer.
     *
     * @throws LabRefusal when no such lab runs, or the lab refuses; the message is for the user
     */
    public static JsonNode ask(LabName lab, ObjectNode request) {
        return ask(lab, request, List.of());
    }

    /** As {@link #ask(LabName, ObjectNode)}. @param lent descriptors that the lab gets too; they stay the caller's */
    public static JsonNode ask(LabName lab, ObjectNode request, List<Fd> lent) {
        try (UnixSocket socket = connect(lab)) {
            byte[] text = LabDoor.JSON.writeValueAsBytes(request);
            if (lent.isEmpty()) {
                socket.write(text);
            } else {
                socket.send(text, lent);
            }
            socket.endOfOutput();
            JsonNode answer = LabDoor.JSON.readTree(socket.input());
            if (answer == null || answer.isMissingNode()) {
                throw new LabRefusal("the lab '" + lab + "' ended before it answered");
            }
            if (!answer.path("ok").asBoolean()) {
                throw new LabRefusal(answer.path("error").asText("the lab gave no reason"));
            }
            return answer;
        } catch (IOException | SyscallException e) {
            throw new LabRefusal("the lab '" + lab + "' ended before it answered: " + e.getMessage());
        }
    }

    /**
     * Asks a lab to end and waits for the end of its process, which is process 1 of the lab's PID namespace: when it has
     * ended, the kernel has ended all the others. It may end before its answer is on the way, and somebody else may end it
     * at the same time; both are what was asked for. One that doesn't end in time is killed.
     *
     * @param command {@code down} or {@code stop}
     * @throws LabRefusal when no such lab runs
     */
    public static void end(LabName lab, String command, Duration patience) {
        try (UnixSocket socket = connect(lab);
                Stranger process = Stranger.hold(socket.peer().pid())) {
            tell(socket, request(command));
            if (!process.awaitEnd(patience)) {
                process.signal(Child.SIGKILL);
                process.awaitEnd(patience);
            }
        } catch (SyscallException e) {
            if (!e.isNotFound()) { // ended before it could be held
                throw e;
            }
        }
    }

    private static void tell(UnixSocket socket, ObjectNode request) {
        try {
            socket.write(LabDoor.JSON.writeValueAsBytes(request));
            socket.endOfOutput();
        } catch (SyscallException e) {
            LOG.debug("the lab ended before it was asked to", e);
        } catch (IOException e) {
            throw new UncheckedIOException("a request is always JSON", e);
        }
    }

    /** The kernel's word on which process is the lab, as this process sees it. */
    public static int pid(LabName lab) {
        try (UnixSocket socket = connect(lab)) {
            return socket.peer().pid();
        }
    }

    /** Whether a lab of this name has files and doesn't run. */
    public static boolean isStopped(LabName lab) {
        Map<String, String> environment = System.getenv();
        return LabFiles.all(environment).contains(lab)
                && !LabName.running(LabName.ownUid()).contains(lab);
    }

    private static UnixSocket connect(LabName lab) {
        try {
            UnixSocket socket = UnixSocket.connect(lab.socket(LabName.ownUid()));
            if (socket.peer().uid() != LabName.ownUid()) { // abstract names are anybody's to take
                socket.close();
                throw new LabRefusal(
                        "another user listens under the name of your lab '" + lab + "'; choose another --name");
            }
            return socket;
        } catch (SyscallException e) {
            if (isStopped(lab)) {
                throw new LabRefusal(
                        "lab '" + lab + "' is stopped; ./fairlead lab start --name " + lab + " brings it back");
            }
            List<LabName> others = LabName.running(LabName.ownUid());
            throw new LabRefusal("no lab named '" + lab + "' is up; "
                    + (others.isEmpty()
                            ? "start one with ./fairlead lab up"
                                    + (lab.name().equals(LabName.DEFAULT) ? "" : " --name " + lab)
                            : "running labs: " + others + ", choose one with --name"));
        }
    }
}
