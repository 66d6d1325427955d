package dev.fairlead.lab;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.conntrack.Conntrack;
import dev.fairlead.kernel.conntrack.Flow;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.LinkStats;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.Underlay;
import dev.fairlead.trace.flows.Connections;
import dev.fairlead.web.ClusterView;
import dev.fairlead.web.Traffic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a lab's nodes carry, counted while a page watches: devices by their counters, connections by conntrack's. Pages that are open
 * at once share what the kernel was asked. Safe from any thread.
 */
final class PageTraffic {
    private static final long FRESH_NS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Nodes with very many connections are asked less often, so that asking takes at most a tenth of one processor. */
    private static final long PAUSES = 10;

    private final Lab lab;
    private int watching;
    private Optional<TalkCounts> talks = Optional.empty();
    private Traffic counted = new Traffic(0, Map.of(), Map.of(), Map.of());
    private long freshNs;
    private long namesVersion = -1;
    private Optional<Connections> names = Optional.empty();

    PageTraffic(Lab lab) {
        this.lab = lab;
    }

    synchronized ClusterView.Watch watch() {
        watching++;
        if (talks.isEmpty()) {
            talks = Optional.of(new TalkCounts(this::names));
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return new ClusterView.Watch() {
            @Override
            public Traffic read() {
                return PageTraffic.this.read();
            }

            @Override
            public void close() {
                if (open.getAndSet(false)) {
                    end();
                }
            }
        };
    }

    /** What was counted for the last of them is of no use to the next. */
    private synchronized void end() {
        watching--;
        if (watching == 0) {
            talks = Optional.empty();
            names = Optional.empty();
            namesVersion = -1;
            freshNs = 0;
        }
    }

    private synchronized Traffic read() {
        long begun = System.nanoTime();
        if (begun - counted.atNs() > freshNs) {
            counted = count();
            freshNs = Math.max(FRESH_NS, PAUSES * (System.nanoTime() - begun));
        }
        return counted;
    }

    private Traffic count() {
        Map<String, Traffic.Counters> pods = new HashMap<>();
        Map<String, Traffic.Counters> nodes = new HashMap<>();
        Map<String, List<Flow>> flows = new HashMap<>();
        Map<String, Map<String, String>> podsByPort = podsByPort();
        for (LabNode node : lab.nodes()) {
            String name = node.slot().name();
            Map<String, String> ports = podsByPort.getOrDefault(name, Map.of());
            ask(node.sandbox().netns()).ifPresent(told -> {
                flows.put(name, told.flows);
                for (Link link : told.links) {
                    if (ports.containsKey(link.name())) {
                        pods.put(ports.get(link.name()), otherEnd(link.stats()));
                    } else if (link.name().equals(Underlay.UPLINK)) {
                        nodes.put(name, own(link.stats()));
                    }
                }
            });
        }
        long now = System.nanoTime();
        return new Traffic(
                now, pods, nodes, talks.map(counts -> counts.count(flows)).orElse(Map.of()));
    }

    private record Told(List<Link> links, List<Flow> flows) {}

    /** On one thread in the node's namespace. */
    private static Optional<Told> ask(Netns node) {
        try {
            return Optional.of(node.call(() -> {
                try (Rtnetlink rtnetlink = Rtnetlink.open();
                        Conntrack conntrack = Conntrack.open()) {
                    return new Told(rtnetlink.links().list(), conntrack.list());
                }
            }));
        } catch (KernelException | IllegalStateException e) {
            return Optional.empty(); // it was stopped meanwhile
        }
    }

    /** What the node's end received, the pod has sent. */
    private static Traffic.Counters otherEnd(LinkStats stats) {
        return new Traffic.Counters(
                stats.receivedBytes(), stats.sentBytes(), stats.receivedPackets(), stats.sentPackets());
    }

    private static Traffic.Counters own(LinkStats stats) {
        return new Traffic.Counters(
                stats.sentBytes(), stats.receivedBytes(), stats.sentPackets(), stats.receivedPackets());
    }

    private Map<String, Map<String, String>> podsByPort() {
        Map<String, Map<String, String>> podsByPort = new HashMap<>();
        for (Pod pod : lab.picture().pods().values()) {
            String port = lab.findRunning(pod).map(TraceStage::port).orElse("");
            if (!port.isEmpty()) {
                podsByPort
                        .computeIfAbsent(pod.spec().nodeName(), _ -> new HashMap<>())
                        .put(port, pod.key().toString());
            }
        }
        return podsByPort;
    }

    /** Who has which address; asked anew when something has changed. */
    private Optional<Connections> names() {
        long version = lab.picture().resourceVersion();
        if (version != namesVersion) {
            try {
                names = Optional.of(new Connections(TraceStage.of(lab).scene()));
                namesVersion = version;
            } catch (LabRefusal e) {
                return names; // the API is slow just now; most still have their addresses
            }
        }
        return names;
    }
}
