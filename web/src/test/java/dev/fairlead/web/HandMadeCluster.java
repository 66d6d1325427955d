package dev.fairlead.web;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.web.Topology.Container;
import dev.fairlead.web.Topology.Endpoint;
import dev.fairlead.web.Topology.Node;
import dev.fairlead.web.Topology.Pod;
import dev.fairlead.web.Topology.Port;
import dev.fairlead.web.Topology.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A cluster that only exists on paper. Its pods are {@code client}, {@code web-1} and so on, dealt out to the nodes in turn;
 * Service {@code web} leads to the first three called {@code web}. Safe from any thread.
 */
final class HandMadeCluster implements ClusterView {
    private static final List<String> NAMES = List.of("web", "api", "cache", "jobs", "shop", "auth");

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Pod> pods = new LinkedHashMap<>();
    private final Map<Traffic.Talk, long[]> talks = new LinkedHashMap<>();
    private final AtomicInteger watching = new AtomicInteger();
    private final AtomicInteger traced = new AtomicInteger();
    private final boolean busy;
    private long version = 1;
    private long read;

    /** @param busy whether every pod sends and receives all the time */
    HandMadeCluster(int nodeCount, int podCount, boolean busy) {
        this.busy = busy;
        for (int i = 1; i <= nodeCount; i++) {
            nodes.add(new Node(
                    "node-" + i,
                    List.of(Ip.of("172.30.0." + (10 + i))),
                    List.of(Prefix.of("10.244." + i + ".0/24")),
                    "fl0",
                    "eth0",
                    true));
        }
        for (int i = 0; i < podCount; i++) {
            String name = i == 0 ? "client" : NAMES.get((i - 1) % NAMES.size()) + "-" + ((i - 1) / NAMES.size() + 1);
            put(name, 1 + i % nodeCount, 2 + i / nodeCount, true);
        }
    }

    synchronized void put(String name, int node, int lastByte, boolean ready) {
        Pod pod = new Pod(
                "default",
                name,
                "node-" + node,
                List.of(Ip.of("10.244." + node + "." + lastByte)),
                ready ? "Running" : "Pending",
                ready,
                ready ? "" : "its image is missing",
                false,
                "veth" + node + "x" + lastByte,
                4000 + node * 100 + lastByte,
                List.of(
                        new Container("app", "fairlead/http", ready ? "Running" : "ErrImagePull", 0, List.of(8080)),
                        new Container("sidecar", "fairlead/echo", "Running", 1, List.of())));
        pods.put(pod.key(), pod);
        changed();
    }

    synchronized void remove(String name) {
        pods.remove("default/" + name);
        changed();
    }

    private void changed() {
        version++;
        notifyAll();
    }

    @Override
    public synchronized Topology topology() {
        List<Endpoint> endpoints = pods.values().stream()
                .filter(pod -> pod.name().startsWith("web"))
                .limit(3)
                .map(pod -> new Endpoint(pod.key(), pod.ips().getFirst(), 8080, "http", pod.ready()))
                .toList();
        List<Port> ports = List.of(new Port("http", Protocol.TCP, 80, "8080"));
        return new Topology(
                "paper",
                version,
                nodes,
                List.copyOf(pods.values()),
                List.of(
                        new Service("default", "web", List.of(Ip.of("10.96.0.80")), ports, endpoints),
                        new Service("default", "quiet", List.of(Ip.of("10.96.0.99")), ports, List.of()),
                        new Service(
                                "kube-system",
                                "kube-dns",
                                List.of(Ip.of("10.96.0.10")),
                                List.of(new Port("dns", Protocol.UDP, 53, "53")),
                                List.of())));
    }

    @Override
    public synchronized Topology after(long known, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (long left = patience.toNanos(); version == known && left > 0; left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return topology();
    }

    /** From now on these talk, evenly. @param perSecond bytes that the client sends; it receives three times as much */
    synchronized void talk(String client, String service, String server, long perSecond) {
        talks.put(new Traffic.Talk(client, service, server), new long[] {perSecond, System.nanoTime()});
    }

    synchronized void silence() {
        talks.clear();
    }

    /** How many watch the traffic now. */
    int watching() {
        return watching.get();
    }

    /** How many traces were made. */
    int traced() {
        return traced.get();
    }

    @Override
    public Watch watch() {
        watching.incrementAndGet();
        return new Watch() {
            @Override
            public Traffic read() {
                return traffic();
            }

            @Override
            public void close() {
                watching.decrementAndGet();
            }
        };
    }

    private synchronized Traffic traffic() {
        read++;
        Map<String, Traffic.Counters> ofPods = new LinkedHashMap<>();
        Map<String, Traffic.Counters> ofNodes = new LinkedHashMap<>();
        int i = 0;
        for (String pod : pods.keySet()) {
            if (busy || i < 3) {
                long bytes = read * 20_000 * (1 + i % 7);
                ofPods.put(pod, new Traffic.Counters(bytes, bytes * 3, bytes / 100, bytes / 50));
            }
            i++;
        }
        for (Node node : nodes) {
            ofNodes.put(node.name(), new Traffic.Counters(read * 90_000, read * 240_000, read * 90, read * 240));
        }
        long now = System.nanoTime();
        Map<Traffic.Talk, Traffic.Counters> ofTalks = new LinkedHashMap<>();
        talks.forEach((talk, rate) -> {
            long bytes = Math.round(rate[0] * ((now - rate[1]) / 1e9));
            ofTalks.put(talk, new Traffic.Counters(bytes, bytes * 3, bytes / 100, bytes / 100));
        });
        return new Traffic(now, ofPods, ofNodes, ofTalks);
    }

    @Override
    public ObjectNode trace(String from, String to, Protocol protocol) {
        if (to.equals("svc/default/quiet:80")) {
            throw new ViewRefusal("Service default/quiet has no endpoints, so its port refuses");
        }
        int number = traced.incrementAndGet();
        return PaperTrace.of(topology(), from, to, protocol).put("verdict", "answered in 0.4" + number + " ms");
    }

    @Override
    public ObjectNode explain(String from, String to, Protocol protocol) {
        return PaperTrace.predicted(topology(), from, to, protocol);
    }

    @Override
    public List<Section> details(String object) {
        if (object.startsWith("pod/") && !pods.containsKey(object.substring(4))) {
            throw new ViewRefusal("there is no " + object + " any more");
        }
        return List.of(
                new Section(
                        "addresses",
                        List.of(
                                "lo    inet 127.0.0.1/8 scope host",
                                "eth0  inet 10.244.1.2/24 brd 10.244.1.255 scope global")),
                new Section("routes", List.of("default via 10.244.1.1 dev eth0", "10.244.1.0/24 dev eth0 scope link")),
                new Section("connections", List.of("tcp 6 431999 ESTABLISHED src=10.244.1.2 dst=10.96.0.80")),
                new Section("text that is no markup", List.of("<img src=x onerror=\"document.title='run'\">")));
    }
}
