package dev.fairlead.lab;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.LinkStats;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.Underlay;
import dev.fairlead.packet.Protocol;
import dev.fairlead.web.ClusterView;
import dev.fairlead.web.Topology;
import dev.fairlead.web.Traffic;
import dev.fairlead.web.ViewRefusal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The lab as its page sees it. Safe from any thread. */
final class LabView implements ClusterView {
    private static final Duration TRACE_PATIENCE = Duration.ofSeconds(3);
    private static final int COLUMNS = 100;
    /** Pages that are open at once share what the kernel was asked. */
    private static final long FRESH_NS = 500_000_000;

    private final Lab lab;
    private Traffic counted = new Traffic(0, Map.of(), Map.of());

    LabView(Lab lab) {
        this.lab = lab;
    }

    @Override
    public Topology topology() {
        if (lab.isEnding()) {
            throw new ViewRefusal("the lab is gone");
        }
        return PageTopology.of(lab);
    }

    @Override
    public Topology after(long version, Duration patience) {
        var unused = lab.await(picture -> picture.resourceVersion() != version, patience);
        return topology();
    }

    @Override
    public synchronized Traffic traffic() {
        if (counted.atNs() == 0 || System.nanoTime() - counted.atNs() > FRESH_NS) {
            counted = count();
        }
        return counted;
    }

    private Traffic count() {
        Map<String, Map<String, String>> podsByPort = new HashMap<>();
        for (Pod pod : lab.picture().pods().values()) {
            String port = lab.findRunning(pod).map(TraceStage::port).orElse("");
            if (!port.isEmpty()) {
                podsByPort
                        .computeIfAbsent(pod.spec().nodeName(), _ -> new HashMap<>())
                        .put(port, pod.key().toString());
            }
        }
        Map<String, Traffic.Counters> pods = new HashMap<>();
        Map<String, Traffic.Counters> nodes = new HashMap<>();
        for (LabNode node : lab.nodes()) {
            String name = node.slot().name();
            Map<String, String> ports = podsByPort.getOrDefault(name, Map.of());
            for (Link link : links(node)) {
                LinkStats stats = link.stats();
                if (ports.containsKey(link.name())) { // what the node's end received, the pod has sent
                    pods.put(
                            ports.get(link.name()),
                            new Traffic.Counters(
                                    stats.receivedBytes(),
                                    stats.sentBytes(),
                                    stats.receivedPackets(),
                                    stats.sentPackets()));
                } else if (link.name().equals(Underlay.UPLINK)) {
                    nodes.put(
                            name,
                            new Traffic.Counters(
                                    stats.sentBytes(),
                                    stats.receivedBytes(),
                                    stats.sentPackets(),
                                    stats.receivedPackets()));
                }
            }
        }
        return new Traffic(System.nanoTime(), pods, nodes);
    }

    private static List<Link> links(LabNode node) {
        try (Rtnetlink rtnetlink = Rtnetlink.open(node.sandbox().netns())) {
            return rtnetlink.links().list();
        } catch (KernelException | IllegalStateException e) {
            return List.of(); // it was stopped meanwhile
        }
    }

    @Override
    public ObjectNode trace(String from, String to, Protocol protocol) {
        return ask("trace", from, to, protocol);
    }

    @Override
    public ObjectNode explain(String from, String to, Protocol protocol) {
        return ask("explain", from, to, protocol);
    }

    private ObjectNode ask(String command, String from, String to, Protocol protocol) {
        TraceQuestion.Wish wish =
                new TraceQuestion.Wish(from, to, protocol, TRACE_PATIENCE, 0, COLUMNS, false, false, false);
        return refusing(() -> TraceQuestion.answer(lab, TraceQuestion.of(command, wish), () -> false));
    }

    @Override
    public List<Section> details(String object) {
        return refusing(() -> new PageDetails(lab).of(object));
    }

    private static <T> T refusing(Supplier<T> question) {
        try {
            return question.get();
        } catch (LabRefusal e) {
            throw new ViewRefusal(String.valueOf(e.getMessage()));
        }
    }
}
