package dev.fairlead.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.LinkChange;
import dev.fairlead.lab.node.LinkState;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** What {@code lab link} asks of a running lab, both sides of it: how a node's link is, and what it is to become. */
public final class LinkQuestion {
    private static final double NANOSECONDS_A_MILLISECOND = 1e6;

    private LinkQuestion() {}

    /** The command's side. */
    public static ObjectNode of(String node, LinkChange change) {
        ObjectNode request = LabCaller.request("link").put("name", node).put("clear", change.clear());
        change.up().ifPresent(up -> request.put("up", up));
        change.delay().ifPresent(delay -> request.put("delayMs", delay.toNanos() / NANOSECONDS_A_MILLISECOND));
        change.lossPercent().ifPresent(loss -> request.put("lossPercent", loss));
        change.mtu().ifPresent(mtu -> request.put("mtu", mtu));
        return request;
    }

    /** The lab's side. @throws LabRefusal when it can't be as wanted */
    static ObjectNode answer(LabNode node, JsonNode request) {
        String name = node.slot().name();
        try {
            LinkChange change = change(request);
            return report(
                    node, change.isEmpty() ? node.link().state() : node.link().change(change));
        } catch (IllegalArgumentException e) {
            throw new LabRefusal(String.valueOf(e.getMessage()));
        } catch (KernelException e) {
            throw new LabRefusal("the link of " + name + " could not be changed as wanted: " + e.getMessage()
                    + "; ./fairlead lab link " + name + " shows how it is now");
        }
    }

    private static LinkChange change(JsonNode request) {
        JsonNode up = request.path("up");
        JsonNode delay = request.path("delayMs");
        JsonNode loss = request.path("lossPercent");
        JsonNode mtu = request.path("mtu");
        return new LinkChange(
                request.path("clear").asBoolean(),
                up.isBoolean() ? Optional.of(up.booleanValue()) : Optional.empty(),
                delay.isNumber()
                        ? Optional.of(Duration.ofNanos(Math.round(delay.doubleValue() * NANOSECONDS_A_MILLISECOND)))
                        : Optional.empty(),
                loss.isNumber() ? OptionalDouble.of(loss.doubleValue()) : OptionalDouble.empty(),
                mtu.isNumber() ? OptionalInt.of(mtu.intValue()) : OptionalInt.empty());
    }

    private static ObjectNode report(LabNode node, LinkState state) {
        ObjectNode report = JsonNodeFactory.instance
                .objectNode()
                .put("node", node.slot().name())
                .put("up", state.up())
                .put("mtu", state.mtu())
                .put("delayMs", state.delayMillis())
                .put("lossPercent", state.lossPercent())
                .put("lossBy", state.lossBy().word());
        ArrayNode faults = report.putArray("faults");
        state.faults(node.link().usualMtu()).forEach(faults::add);
        return report;
    }
}
