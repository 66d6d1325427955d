package dev.fairlead.trace.remote;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.kernel.nftables.expression.Verdict;
import dev.fairlead.kernel.tap.Frame;
import dev.fairlead.kernel.tap.PacketType;
import dev.fairlead.packet.Flow;
import dev.fairlead.trace.observe.Device;
import dev.fairlead.trace.observe.EyesException;
import dev.fairlead.trace.observe.Findings;
import dev.fairlead.trace.observe.KernelDrop;
import dev.fairlead.trace.observe.KernelDrops;
import dev.fairlead.trace.observe.NodeFacts;
import dev.fairlead.trace.observe.Packet;
import dev.fairlead.trace.observe.Pass;
import dev.fairlead.trace.observe.Sight;
import dev.fairlead.trace.observe.Spot;
import dev.fairlead.trace.observe.Step;
import dev.fairlead.trace.observe.Taken;
import dev.fairlead.trace.observe.Watch;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The values of a node's eyes as JSON, there and back. A packet's place is the index of its device in the {@link Watch} that both ends
 * have. Reading throws an {@link EyesException} for everything that writing doesn't make.
 */
final class WireValues {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final long UINT32 = 0xffff_ffffL;

    private WireValues() {}

    /** With the ports at both ends, whatever the protocol is: at which one an echo's identifier stands says which way it goes. */
    static ObjectNode flow(Flow flow) {
        return JSON.objectNode()
                .put("protocol", flow.protocol().toString())
                .put("source", flow.source().toString())
                .put("destination", flow.destination().toString());
    }

    // ---- what is to be armed

    static ObjectNode of(Watch watch) {
        ObjectNode json = JSON.objectNode().put("node", watch.node());
        json.set("flow", flow(watch.flow()));
        ArrayNode targets = json.putArray("targets");
        watch.targets().forEach(target -> targets.add(target.toString()));
        ArrayNode masks = json.putArray("masks");
        watch.masks().forEach(mask -> masks.add(mask.toString()));
        json.set(
                "devices",
                array(
                        watch.devices(),
                        device -> JSON.objectNode()
                                .put("pod", device.spot().pod())
                                .put("device", device.spot().device())
                                .put("role", device.spot().role().name())
                                .put("netns", device.netns())));
        return json;
    }

    static Watch watch(WireObject json) {
        String node = json.text("node");
        return new Watch(
                node,
                json.flow("flow"),
                json.list("targets", WireObject::ipPort),
                json.list("masks", WireObject::ip),
                json.list(
                        "devices",
                        device -> new Watch.Watched(
                                new Spot(
                                        node,
                                        device.text("pod"),
                                        device.text("device"),
                                        device.constant("role", Spot.Role.class)),
                                device.text("netns"))));
    }

    // ---- what was seen

    static ArrayNode sights(List<Sight> sights, Watch watch) {
        List<Spot> spots = watch.devices().stream().map(Watch.Watched::spot).toList();
        return array(
                sights,
                sight -> JSON.objectNode()
                        .put("device", spots.indexOf(sight.spot()))
                        .put("nanos", sight.nanos())
                        .put("type", sight.type().name())
                        .put("length", sight.frame().length())
                        .put("frame", sight.frame().bytes()));
    }

    static List<Sight> sights(WireObject json, String field, Watch watch) {
        return json.list(
                field,
                sight -> new Sight(
                        sight.number("nanos", 0, Long.MAX_VALUE),
                        watch.devices()
                                .get((int) sight.number(
                                        "device", 0, watch.devices().size() - 1))
                                .spot(),
                        sight.constant("type", PacketType.class),
                        new Frame(sight.bytes("frame"), (int) sight.number("length", 0, Integer.MAX_VALUE))));
    }

    static ObjectNode of(Findings findings, Watch watch) {
        NodeFacts facts = findings.facts();
        ObjectNode json = JSON.objectNode();
        json.set("sights", sights(findings.sights(), watch));
        json.set("passes", array(facts.passes(), WireValues::of));
        json.set("remembered", array(facts.remembered(), entry -> {
            ObjectNode both = JSON.objectNode();
            both.set("original", flow(entry.original()));
            both.set("reply", flow(entry.reply()));
            return both;
        }));
        json.set(
                "devices",
                array(
                        facts.devices(),
                        device -> JSON.objectNode()
                                .put("name", device.name())
                                .put("mtu", device.mtu())
                                .put("carrier", device.carrier())
                                .put("text", device.text())));
        json.set("drops", array(facts.drops().told(), drop -> {
            ObjectNode told = JSON.objectNode()
                    .put("nanos", drop.timeNs())
                    .put("pod", drop.pod())
                    .put("reason", drop.reason())
                    .put("function", drop.function());
            told.set("packet", of(drop.packet()));
            return told;
        }));
        json.put("dropsMissing", facts.drops().missing());
        return json.put("stepsLost", facts.lost()).put("dropped", findings.dropped());
    }

    static Findings findings(WireObject json, Watch watch) {
        NodeFacts facts = new NodeFacts(
                watch.node(),
                json.list("passes", WireValues::pass),
                json.list("remembered", entry -> new NodeFacts.Remembered(entry.flow("original"), entry.flow("reply"))),
                json.list(
                        "devices",
                        device -> new Device(
                                device.text("name"),
                                (int) device.number("mtu", 0, Integer.MAX_VALUE),
                                device.flag("carrier"),
                                device.text("text"))),
                json.has("drops") ? drops(json) : KernelDrops.NONE, // an agent that is older has none
                json.flag("stepsLost"));
        return new Findings(sights(json, "sights", watch), facts, json.number("dropped", 0, Long.MAX_VALUE));
    }

    private static KernelDrops drops(WireObject json) {
        return new KernelDrops(
                json.list(
                        "drops",
                        drop -> new KernelDrop(
                                drop.object("packet").made(WireValues::packet),
                                drop.number("nanos", 0, Long.MAX_VALUE),
                                drop.text("pod"),
                                drop.text("reason"),
                                drop.text("function"))),
                json.text("dropsMissing"));
    }

    private static ObjectNode of(Pass pass) {
        ObjectNode json = JSON.objectNode().put("in", pass.in()).put("out", pass.out());
        json.set("packet", of(pass.packet()));
        json.set("steps", array(pass.steps(), WireValues::of));
        return json;
    }

    private static Pass pass(WireObject json) {
        return new Pass(
                json.object("packet").made(WireValues::packet),
                json.text("in"),
                json.text("out"),
                json.list("steps", WireValues::step));
    }

    private static ObjectNode of(Packet packet) {
        ObjectNode json = JSON.objectNode();
        json.set("flow", flow(packet.flow()));
        json.put("flags", packet.flags())
                .put("sequence", packet.sequence())
                .put("acknowledgement", packet.acknowledgement())
                .put("length", packet.length());
        packet.error()
                .ifPresent(error -> json.putObject("error")
                        .put("from", error.from().toString())
                        .put("text", error.text()));
        return json;
    }

    private static Packet packet(WireObject json) {
        return new Packet(
                json.flow("flow"),
                (int) json.number("flags", 0, 0xffff),
                json.number("sequence", 0, UINT32),
                json.number("acknowledgement", 0, UINT32),
                (int) json.number("length", 0, Integer.MAX_VALUE),
                json.has("error")
                        ? Optional.of(new Packet.IcmpError(
                                json.object("error").ip("from"),
                                json.object("error").text("text")))
                        : Optional.empty());
    }

    // ---- what is asked afterwards

    static ObjectNode of(Taken route) {
        return JSON.objectNode()
                .put("text", route.text())
                .put("device", route.device())
                .put("next", route.next().toString());
    }

    static Taken taken(WireObject json) {
        return new Taken(json.text("text"), json.text("device"), json.ip("next"));
    }

    static ObjectNode of(Step step) {
        ObjectNode json = JSON.objectNode()
                .put("id", step.id())
                .put("family", step.family().name())
                .put("table", step.table())
                .put("chain", step.chain())
                .put("kind", step.kind().name())
                .put("rule", step.rule());
        json.putObject("verdict")
                .put("code", step.verdict().code())
                .put("chain", step.verdict().chain());
        return json;
    }

    static Step step(WireObject json) {
        WireObject verdict = json.object("verdict");
        return new Step(
                json.number("id", 0, UINT32),
                json.constant("family", TableFamily.class),
                json.text("table"),
                json.text("chain"),
                json.constant("kind", TraceEvent.Kind.class),
                json.number("rule", 0, Long.MAX_VALUE),
                new Verdict((int) verdict.number("code", Integer.MIN_VALUE, Integer.MAX_VALUE), verdict.text("chain")));
    }

    private static <T> ArrayNode array(Collection<T> values, Function<T, ObjectNode> writer) {
        ArrayNode array = JSON.arrayNode();
        values.forEach(value -> array.add(writer.apply(value)));
        return array;
    }
}
