package dev.fairlead.trace.flows;

import dev.fairlead.kernel.conntrack.Flow;
import dev.fairlead.kernel.conntrack.Tuple;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServicePort;
import dev.fairlead.plan.services.FrontendKey;
import dev.fairlead.trace.Place;
import dev.fairlead.trace.Scene;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reads flows of nodes with the cluster's names. */
public final class Connections {
    private final Scene scene;
    private final Map<Ip, Place> holders = new HashMap<>();
    private final Map<Ip, String> services = new HashMap<>();
    private final Map<FrontendKey, String> nodePorts = new HashMap<>();

    public Connections(Scene scene) {
        this.scene = scene;
        scene.picture()
                .nodes()
                .values()
                .forEach(node -> node.addresses()
                        .forEach(ip -> holders.put(ip, new Place(node.name(), "", node.addresses(), "", ""))));
        scene.pods().stream().filter(Place::isPod).forEach(pod -> pod.ips().forEach(ip -> holders.put(ip, pod)));
        for (Service service : scene.picture().services().values()) {
            service.clusterIps().forEach(ip -> services.put(ip, "svc/" + service.name()));
            addNodePorts(service);
        }
    }

    private void addNodePorts(Service service) {
        for (ServicePort port : service.ports()) {
            if (port.nodePort() == 0) {
                continue;
            }
            for (Node node : scene.picture().nodes().values()) {
                for (Ip clusterIp : service.clusterIps()) {
                    node.address(clusterIp.family())
                            .map(ip -> new FrontendKey(ip, port.protocol(), port.nodePort()))
                            .ifPresent(key -> nodePorts.put(key, "svc/" + service.name()));
                }
            }
        }
    }

    private String service(Protocol protocol, Tuple asked) {
        String byAddress = services.get(asked.destination());
        return byAddress != null
                ? byAddress
                : nodePorts.getOrDefault(new FrontendKey(asked.destination(), protocol, asked.destinationPort()), "");
    }

    /**
     * The connection behind a flow of a node. Empty where another node tells of it, the client's own, before translations; for
     * protocols without ports; and for what the node's own programs say to each other.
     */
    public Optional<Connection> of(String node, Flow flow) {
        Tuple original = flow.original();
        Optional<Protocol> protocol = Protocol.ofNumber(original.protocol());
        Place client = holders.get(original.source());
        boolean elsewhere = client != null && !client.node().equals(node);
        if (protocol.isEmpty()
                || original.sourcePort() < 0
                || elsewhere
                || original.source().isLoopback()) {
            return Optional.empty();
        }
        if (client == null
                && scene.picture().nodes().values().stream()
                        .anyMatch(there -> !there.name().equals(node) && there.holds(original.source()))) {
            return Optional.empty(); // of a pod that has gone, whose node tells of it
        }
        Ip server = flow.reply().source();
        return Optional.of(new Connection(
                node,
                name(original.source()),
                service(protocol.get(), original),
                name(server),
                new dev.fairlead.packet.Flow(
                        protocol.get(),
                        new IpPort(original.source(), original.sourcePort()),
                        new IpPort(original.destination(), original.destinationPort())),
                new IpPort(server, flow.reply().sourcePort()),
                nat(flow),
                flow.state(),
                flow.status().isReplied(),
                flow.originalCounters().bytes(),
                flow.replyCounters().bytes()));
    }

    private String name(Ip ip) {
        Place holder = holders.get(ip);
        return holder == null ? ip.toString() : holder.object();
    }

    private static String nat(Flow flow) {
        return ((flow.status().isDestinationTranslated() ? "dnat " : "")
                        + (flow.status().isSourceTranslated() ? "snat" : ""))
                .strip();
    }
}
