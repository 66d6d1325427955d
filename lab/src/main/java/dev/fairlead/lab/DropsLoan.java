package dev.fairlead.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.drops.DropKit;
import dev.fairlead.kernel.drops.DropReasons;
import dev.fairlead.kernel.drops.DropSource;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabDoor;
import dev.fairlead.lab.door.LabName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The kernel's own drop reasons, which it tells nobody in a lab's user namespace: whoever may have a program that tells of them lends
 * it to the lab, for as long as the lab runs. Both sides of it. Any thread.
 */
public final class DropsLoan implements AutoCloseable {
    private static final String COMMAND = "drops";

    private Optional<DropSource> lent = Optional.empty();

    /**
     * The command's side: lends what the lab lacks, where this process may. Where it may not, nothing happens.
     *
     * @throws dev.fairlead.kernel.KernelException when the kernel should have taken the program and doesn't
     * @throws dev.fairlead.lab.door.LabRefusal when no such lab runs
     */
    public static void offer(LabName lab) {
        boolean may = LabName.ownUid() == 0; // others needn't even ask
        if (!may || !isWanted(lab) || DropKit.refusal().isPresent()) {
            return;
        }
        try (DropKit kit = DropKit.forUserNamespace(userNamespace(LabCaller.pid(lab)))) {
            ObjectNode request = LabCaller.request(COMMAND);
            ObjectNode reasons = request.putObject("reasons");
            kit.reasons().names().forEach((number, name) -> reasons.put(Integer.toString(number), name));
            JsonNode unused = LabCaller.ask(lab, request, kit.descriptors());
        }
    }

    private static boolean isWanted(LabName lab) {
        return LabCaller.ask(lab, LabCaller.request(COMMAND)).path("wanted").asBoolean();
    }

    private static long userNamespace(int pid) {
        Path namespace = Path.of("/proc", Integer.toString(pid), "ns", "user");
        try {
            return ((Number) Files.getAttribute(namespace, "unix:ino")).longValue();
        } catch (IOException e) {
            throw new UncheckedIOException("could not find out which user namespace the lab is in", e);
        }
    }

    /** The lab's side: takes what is lent, and says whether something is wanted. */
    synchronized ObjectNode answer(JsonNode request, LabDoor.Caller caller) {
        if (request.has("reasons") && lent.isEmpty()) {
            Map<Integer, String> names = new HashMap<>();
            request.path("reasons")
                    .properties()
                    .forEach(reason -> names.put(
                            Integer.parseInt(reason.getKey()), reason.getValue().asText()));
            lent = Optional.of(new DropSource(DropKit.lent(caller.takeDescriptors(), new DropReasons(names))));
        }
        boolean wanted = lent.isEmpty() && DropKit.refusal().isPresent();
        return JsonNodeFactory.instance.objectNode().put("wanted", wanted);
    }

    /** What was lent. It stays this object's. */
    synchronized Optional<DropSource> source() {
        return lent;
    }

    /** Gives it back. */
    @Override
    public synchronized void close() {
        lent.ifPresent(DropSource::close);
        lent = Optional.empty();
    }
}
