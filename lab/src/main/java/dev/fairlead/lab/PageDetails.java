package dev.fairlead.lab;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.conntrack.Conntrack;
import dev.fairlead.kernel.conntrack.Flow;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.nftables.Nftables;
import dev.fairlead.kernel.nftables.Table;
import dev.fairlead.kernel.route.Address;
import dev.fairlead.kernel.route.DeviceNames;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.LinkStats;
import dev.fairlead.kernel.route.RouteTable;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PortEndpoints;
import dev.fairlead.lab.model.Service;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.Sandbox;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.web.ClusterView.Section;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What the kernel holds for an object, asked when somebody looks at it, each line as the tools print it. */
final class PageDetails {
    /** Nobody reads more, and a browser needn't draw it. */
    private static final int MOST_LINES = 400;

    private final Lab lab;

    PageDetails(Lab lab) {
        this.lab = lab;
    }

    /** @throws LabRefusal when there is no such object, or it doesn't run */
    List<Section> of(String object) {
        int slash = object.indexOf('/');
        String name = object.substring(slash + 1);
        try {
            return switch (object.substring(0, Math.max(0, slash))) {
                case "pod" -> ofPod(pod(name));
                case "node" -> ofNode(node(name));
                case "svc" -> ofService(service(name));
                default ->
                    throw new LabRefusal(
                            "'" + object + "' is none of pod/NAMESPACE/NAME, node/NAME, svc/NAMESPACE/NAME");
            };
        } catch (KernelException | IllegalStateException e) {
            throw new LabRefusal("the kernel could not be asked about " + object + ": " + e.getMessage());
        }
    }

    private static ObjectKey key(String name) {
        int slash = name.indexOf('/');
        return new ObjectKey(name.substring(0, Math.max(0, slash)), name.substring(slash + 1));
    }

    private Pod pod(String name) {
        Pod pod = lab.picture().pods().get(key(name));
        if (pod == null) {
            throw new LabRefusal("there is no pod " + name + " any more");
        }
        return pod;
    }

    private Service service(String name) {
        Service service = lab.picture().services().get(key(name));
        if (service == null) {
            throw new LabRefusal("there is no Service " + name + " any more");
        }
        return service;
    }

    private LabNode node(String name) {
        return lab.nodes().stream()
                .filter(node -> node.slot().name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new LabRefusal("node " + name + " does not run; lab node start " + name + " starts it"));
    }

    private List<Section> ofPod(Pod pod) {
        Sandbox sandbox = lab.running(pod)
                .sandbox()
                .orElseThrow(() -> new LabRefusal("pod " + pod.key() + " has no namespaces now"));
        LabNode node = node(pod.spec().nodeName());
        Set<Ip> own = new HashSet<>(pod.status().podIps());
        Set<String> words = new HashSet<>();
        own.forEach(ip -> words.add(ip.toString()));
        lab.findRunning(pod)
                .map(TraceStage::port)
                .filter(port -> !port.isEmpty())
                .ifPresent(words::add);
        List<Section> sections = new ArrayList<>(network(sandbox.netns()));
        sections.add(connections(
                node.sandbox().netns(), "connections, on " + node.slot().name(), flow -> touches(flow, own)));
        sections.add(new Section(
                "rules that name it, on " + node.slot().name(),
                cut(RuleLines.naming(rules(node.sandbox().netns()), words))));
        return sections;
    }

    private List<Section> ofNode(LabNode node) {
        Netns netns = node.sandbox().netns();
        List<Section> sections = new ArrayList<>(network(netns));
        sections.add(connections(netns, "connections", _ -> true));
        sections.add(new Section("rules", cut(rules(netns))));
        return sections;
    }

    /** Every node holds the same for a Service, but for what each remembers of connections. */
    private List<Section> ofService(Service service) {
        Set<Ip> own = new HashSet<>(service.spec().clusterIps());
        Set<String> words = new HashSet<>();
        own.forEach(ip -> words.add(ip.toString()));
        List<String> endpoints = new ArrayList<>();
        for (PortEndpoints behind : PortEndpoints.of(lab.picture(), service)) {
            behind.endpoints()
                    .forEach(endpoint -> endpoints.add(behind.port().port() + " → " + endpoint.ip() + ":"
                            + endpoint.port() + " " + endpoint.pod() + (endpoint.ready() ? "" : " (not ready)")));
        }
        List<Section> sections = new ArrayList<>(List.of(new Section("endpoints", cut(endpoints))));
        for (LabNode node : lab.nodes()) {
            String name = node.slot().name();
            if (sections.size() == 1) {
                List<String> rules = rules(node.sandbox().netns());
                sections.add(new Section("rules, on " + name, cut(RuleLines.naming(rules, words))));
            }
            Section flows = connections(
                    node.sandbox().netns(),
                    "connections, on " + name,
                    flow -> own.contains(flow.original().destination()));
            if (!flows.lines().isEmpty()) {
                sections.add(flows);
            }
        }
        return sections;
    }

    private static List<Section> network(Netns netns) {
        try (Rtnetlink rtnetlink = Rtnetlink.open(netns)) {
            DeviceNames names = rtnetlink.links().names();
            List<String> addresses = new ArrayList<>();
            List<String> counters = new ArrayList<>();
            List<Address> all = rtnetlink.addresses().list();
            for (Link link : rtnetlink.links().list()) {
                addresses.add(link.text(names));
                all.stream()
                        .filter(one -> one.device() == link.index())
                        .forEach(one -> addresses.add("    " + one.text(names)));
                LinkStats stats = link.stats();
                counters.add(link.name() + ": received " + stats.receivedBytes() + " bytes " + stats.receivedPackets()
                        + " packets, sent " + stats.sentBytes() + " bytes " + stats.sentPackets() + " packets, dropped "
                        + (stats.receivedDropped() + stats.sentDropped()));
            }
            List<String> routes = new ArrayList<>();
            for (Family family : Family.values()) {
                rtnetlink.routes().list(family, RouteTable.MAIN).forEach(route -> routes.add(route.text(names)));
            }
            List<String> neighbours = new ArrayList<>();
            rtnetlink.neighbours().list().forEach(one -> neighbours.add(one.text(names)));
            return List.of(
                    new Section("devices and addresses", cut(addresses)),
                    new Section("routes", cut(routes)),
                    new Section("neighbours", cut(neighbours)),
                    new Section("counters", cut(counters)));
        }
    }

    private static Section connections(Netns netns, String title, Predicate<Flow> wanted) {
        try (Conntrack conntrack = Conntrack.open(netns)) {
            return new Section(
                    title,
                    cut(conntrack.list().stream()
                            .filter(wanted)
                            .map(Flow::toString)
                            .toList()));
        }
    }

    private static boolean touches(Flow flow, Set<Ip> ips) {
        return ips.contains(flow.original().source())
                || ips.contains(flow.original().destination())
                || ips.contains(flow.reply().source())
                || ips.contains(flow.reply().destination());
    }

    private static List<String> rules(Netns netns) {
        List<String> lines = new ArrayList<>();
        try (Nftables nftables = Nftables.open(netns)) {
            for (Table table : nftables.tables()) {
                nftables.read(table.family(), table.name())
                        .ifPresent(ruleset -> ruleset.text().lines().forEach(lines::add));
            }
        }
        return lines;
    }

    private static List<String> cut(List<String> lines) {
        if (lines.size() <= MOST_LINES) {
            return lines;
        }
        List<String> some = new ArrayList<>(lines.subList(0, MOST_LINES));
        some.add("… and " + (lines.size() - MOST_LINES) + " lines more");
        return some;
    }
}
