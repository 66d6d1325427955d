package dev.fairlead.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.packet.Protocol;
import dev.fairlead.web.Topology.Pod;
import java.util.List;

/** A trace as {@code trace --json} prints one, between two pods of a hand-made cluster. */
final class PaperTrace {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Protocol protocol;
    private final ArrayNode hops = JSON.arrayNode();
    private String source;
    private String destination;
    private long tNs;

    private PaperTrace(Protocol protocol, String source, String destination) {
        this.protocol = protocol;
        this.source = source;
        this.destination = destination;
    }

    static ObjectNode of(Topology topology, String from, String to, Protocol protocol) {
        boolean service = to.startsWith("svc/");
        Pod client = pod(topology, from.substring(4));
        Pod server = pod(
                topology,
                service
                        ? topology.services().getFirst().endpoints().getFirst().pod()
                        : to.substring(4, to.lastIndexOf(':')));
        String own = client.ips().getFirst() + ":41234";
        String chosen = server.ips().getFirst() + ":8080";
        String asked = service ? "10.96.0.80:80" : chosen;

        PaperTrace there = new PaperTrace(protocol, own, asked);
        there.hop(client.node(), client.key(), "eth0", "left", "left the pod", "pod/" + client.key());
        there.hop(client.node(), "", client.port(), "entered", "arrived in the node's root namespace");
        if (service) {
            there.translate("dnat", source(there), chosen, "destination rewritten " + asked + " → " + chosen, client);
        }
        there.between(client, server);
        there.hop(server.node(), server.key(), "eth0", "delivered", "delivered to the pod", "pod/" + server.key());

        PaperTrace back = new PaperTrace(protocol, chosen, own);
        back.hop(server.node(), server.key(), "eth0", "left", "left the pod");
        back.hop(server.node(), "", server.port(), "entered", "arrived in the node's root namespace");
        back.between(server, client);
        if (service) {
            back.translate("undnat", asked, own, "source restored " + chosen + " → " + asked, client);
        }
        back.hop(client.node(), client.key(), "eth0", "delivered", "delivered to the pod");

        ObjectNode json = JSON.objectNode().put("from", from).put("to", to);
        json.set("request", there.hops);
        json.set("reply", back.hops);
        return json.put("agree", true).put("lostEvents", 0).put("verdict", "answered in 0.43 ms");
    }

    /** The same as {@code explain --json} prints it. */
    static ObjectNode predicted(Topology topology, String from, String to, Protocol protocol) {
        ObjectNode json = of(topology, from, to, protocol);
        json.remove(List.of("from", "to", "agree", "lostEvents", "verdict"));
        json.putArray("choices").add("10.244.3.4:8080");
        return json.put("outcome", "delivered").put("reason", "");
    }

    private static String source(PaperTrace trace) {
        return trace.source;
    }

    private static Pod pod(Topology topology, String key) {
        return topology.pods().stream()
                .filter(pod -> pod.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new ViewRefusal("there is no pod " + key));
    }

    private void between(Pod from, Pod to) {
        if (!from.node().equals(to.node())) {
            hop(from.node(), "", "eth0", "routed", "routed to " + to.node() + " by 10.244.2.0/24 via 172.30.0.12");
            hop(from.node(), "", "eth0", "left", "left the node", "node/" + from.node());
            hop(to.node(), "", "eth0", "entered", "arrived from another node", "node/" + to.node());
            hop(to.node(), "", "fl0", "routed", "routed to the bridge by 10.244.2.0/24 dev fl0");
        }
        hop(to.node(), "", to.port(), "bridged", "sent out by port " + to.port() + " of the bridge");
    }

    private void translate(String event, String newSource, String newDestination, String text, Pod client) {
        ObjectNode before = flow();
        source = newSource;
        destination = newDestination;
        hop(client.node(), "", "fl0", event, text, "svc/default/web");
        ((ObjectNode) hops.get(hops.size() - 1)).set("before", before);
    }

    private void hop(String node, String netns, String device, String event, String text, String... objects) {
        ObjectNode json = hops.addObject()
                .put("node", node)
                .put("netns", netns)
                .put("device", device)
                .put("event", event);
        json.set("before", flow());
        json.set("after", flow());
        ArrayNode about = json.putArray("objects");
        List.of(objects).forEach(about::add);
        tNs += 7_000;
        json.put("tNs", tNs).put("text", text);
        json.putArray("details").add("ip route get " + destination + " # as the kernel answers");
    }

    private ObjectNode flow() {
        return JSON.objectNode()
                .put("protocol", protocol.toString())
                .put("source", source)
                .put("destination", destination);
    }
}
