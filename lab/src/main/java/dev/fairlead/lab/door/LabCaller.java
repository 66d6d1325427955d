package dev.fairlead.lab.door;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.sys.UnixSocket;
import java.io.IOException;
import java.util.List;

/** A command's side of the door: asks a running lab something. */
public final class LabCaller {
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
        try (UnixSocket socket = connect(lab)) {
            socket.write(LabDoor.JSON.writeValueAsBytes(request));
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

    /** The kernel's word on which process is the lab, as this process sees it. */
    public static int pid(LabName lab) {
        try (UnixSocket socket = connect(lab)) {
            return socket.peer().pid();
        }
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
            List<LabName> others = LabName.running(LabName.ownUid());
            throw new LabRefusal("no lab named '" + lab + "' is up; "
                    + (others.isEmpty()
                            ? "start one with ./fairlead lab up"
                                    + (lab.name().equals(LabName.DEFAULT) ? "" : " --name " + lab)
                            : "running labs: " + others + ", choose one with --name"));
        }
    }
}
