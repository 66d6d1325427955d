package dev.fairlead.web;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What the page is told: the whole, or what has changed since. The page reads both in {@code cluster.js}. */
final class TopologyJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private TopologyJson() {}

    static ObjectNode whole(Topology now) {
        return change(new Topology(now.cluster(), -1, List.of(), List.of(), List.of()), now)
                .put("cluster", now.cluster());
    }

    /** Each kind with those that are new or different, and the keys of those that are gone. */
    static ObjectNode change(Topology before, Topology now) {
        ObjectNode json = JSON.objectNode().put("version", now.version());
        json.set("nodes", difference(before.nodes(), now.nodes(), TopologyJson::node));
        json.set("pods", difference(before.pods(), now.pods(), TopologyJson::pod));
        json.set("services", difference(before.services(), now.services(), TopologyJson::service));
        return json;
    }

    private static <T extends Topology.Drawn> ObjectNode difference(
            List<T> before, List<T> now, Function<T, ObjectNode> form) {
        Map<String, T> old = new HashMap<>();
        before.forEach(one -> old.put(one.key(), one));
        ObjectNode json = JSON.objectNode();
        ArrayNode set = json.putArray("set");
        for (T one : now) {
            if (!one.equals(old.remove(one.key()))) {
                set.add(form.apply(one));
            }
        }
        ArrayNode gone = json.putArray("gone");
        before.stream().map(Topology.Drawn::key).filter(old::containsKey).forEach(gone::add);
        return json;
    }

    private static ObjectNode node(Topology.Node node) {
        ObjectNode json = JSON.objectNode()
                .put("key", node.key())
                .put("bridge", node.bridge())
                .put("uplink", node.uplink())
                .put("ready", node.ready());
        json.set("ips", texts(node.ips()));
        json.set("podCidrs", texts(node.podCidrs()));
        return json;
    }

    private static ObjectNode pod(Topology.Pod pod) {
        ObjectNode json = JSON.objectNode()
                .put("key", pod.key())
                .put("node", pod.node())
                .put("phase", pod.phase())
                .put("ready", pod.ready())
                .put("reason", pod.reason())
                .put("hostNetwork", pod.hostNetwork())
                .put("port", pod.port())
                .put("pid", pod.pausePid());
        json.set("ips", texts(pod.ips()));
        ArrayNode containers = json.putArray("containers");
        for (Topology.Container container : pod.containers()) {
            ArrayNode ports = containers
                    .addObject()
                    .put("name", container.name())
                    .put("image", container.image())
                    .put("state", container.state())
                    .put("restarts", container.restarts())
                    .putArray("ports");
            container.ports().forEach(ports::add);
        }
        return json;
    }

    private static ObjectNode service(Topology.Service service) {
        ObjectNode json = JSON.objectNode().put("key", service.key());
        json.set("ips", texts(service.ips()));
        ArrayNode ports = json.putArray("ports");
        for (Topology.Port port : service.ports()) {
            ports.addObject()
                    .put("name", port.name())
                    .put("protocol", port.protocol().toString())
                    .put("port", port.port())
                    .put("target", port.target());
        }
        ArrayNode endpoints = json.putArray("endpoints");
        for (Topology.Endpoint endpoint : service.endpoints()) {
            endpoints
                    .addObject()
                    .put("pod", endpoint.pod())
                    .put("ip", endpoint.ip().toString())
                    .put("port", endpoint.port())
                    .put("portName", endpoint.portName())
                    .put("ready", endpoint.ready());
        }
        return json;
    }

    private static ArrayNode texts(List<?> values) {
        ArrayNode array = JSON.arrayNode();
        values.forEach(value -> array.add(value.toString()));
        return array;
    }

    /**
     * For each device that something passed: bytes a second sent and received, packets a second sent and received. Of those who
     * talk, {@code talks} has client, Service and server, and then the same four.
     */
    static ObjectNode rates(Traffic.Rates rates, Traffic.TalkRates talking) {
        ObjectNode json = JSON.objectNode();
        json.set("pods", rates(rates.pods()));
        json.set("nodes", rates(rates.nodes()));
        ArrayNode talks = json.putArray("talks");
        for (Traffic.TalkRate one : talking.busiest()) {
            Traffic.Talk talk = one.talk();
            add(talks.addArray().add(talk.client()).add(talk.service()).add(talk.server()), one.rate());
        }
        if (talking.more() > 0) {
            add(json.putArray("more").add(talking.more()), talking.others());
        }
        return json;
    }

    private static ObjectNode rates(Map<String, Traffic.Rate> rates) {
        ObjectNode json = JSON.objectNode();
        rates.forEach((name, rate) -> add(json.putArray(name), rate));
        return json;
    }

    private static void add(ArrayNode array, Traffic.Rate rate) {
        array.add(Math.round(rate.sentBytes()))
                .add(Math.round(rate.receivedBytes()))
                .add(Math.round(rate.sentPackets()))
                .add(Math.round(rate.receivedPackets()));
    }

    static ArrayNode sections(List<ClusterView.Section> sections) {
        ArrayNode array = JSON.arrayNode();
        for (ClusterView.Section section : sections) {
            ArrayNode lines = array.addObject().put("title", section.title()).putArray("lines");
            section.lines().forEach(lines::add);
        }
        return array;
    }
}
