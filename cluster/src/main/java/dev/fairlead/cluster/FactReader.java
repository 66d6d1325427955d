package dev.fairlead.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Namespace;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.Pod;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServiceName;
import dev.fairlead.plan.ServicePort;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads of an object what the network needs, and lets the rest go.
 *
 * <p>Source: core/v1 and discovery.k8s.io/v1 as the API reference has them.
 */
final class FactReader {
    private static final String SERVICE_OF_SLICE = "kubernetes.io/service-name";
    private static final String ZONE = "topology.kubernetes.io/zone";
    private static final int MOST_PORT = 65_535;

    private FactReader() {}

    /** @throws Misunderstood naming the field */
    static Fact read(Watched watched, JsonNode object) {
        try {
            return switch (watched) {
                case NODES -> node(object);
                case SERVICES -> service(object);
                case ENDPOINT_SLICES -> slice(object);
                case NAMESPACES -> new Fact.OfNamespace(new Namespace(name(object), labels(object)));
                case PODS -> pod(object);
                case SERVICE_CIDRS ->
                    new Fact.OfServiceCidr(prefixes(object.path("spec").path("cidrs"), "spec.cidrs"));
            };
        } catch (IllegalArgumentException e) {
            throw new Misunderstood("metadata", String.valueOf(e.getMessage()));
        }
    }

    private static String name(JsonNode object) {
        return object.path("metadata").path("name").asText("");
    }

    private static String namespace(JsonNode object) {
        return object.path("metadata").path("namespace").asText("");
    }

    private static Map<String, String> labels(JsonNode object) {
        Map<String, String> labels = new HashMap<>();
        object.path("metadata")
                .path("labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return labels;
    }

    private static Fact node(JsonNode object) {
        List<Ip> addresses = new ArrayList<>();
        for (JsonNode address : object.path("status").path("addresses")) {
            if (address.path("type").asText().equals("InternalIP")) {
                addresses.add(ip(address.path("address"), "status.addresses.address"));
            }
        }
        JsonNode spec = object.path("spec");
        List<Prefix> podCidrs = prefixes(spec.path("podCIDRs"), "spec.podCIDRs");
        if (podCidrs.isEmpty() && spec.hasNonNull("podCIDR")) {
            podCidrs = List.of(prefix(spec.path("podCIDR"), "spec.podCIDR"));
        }
        return new Fact.OfNode(new Node(
                name(object),
                addresses,
                podCidrs,
                object.path("metadata").path("labels").path(ZONE).asText("")));
    }

    private static Fact service(JsonNode object) {
        JsonNode spec = object.path("spec");
        List<Ip> clusterIps = new ArrayList<>();
        if (!spec.path("type").asText().equals("ExternalName")) {
            for (JsonNode ip : spec.path("clusterIPs")) {
                if (!ip.asText().equals("None") && !ip.asText().isEmpty()) {
                    clusterIps.add(ip(ip, "spec.clusterIPs"));
                }
            }
        }
        List<ServicePort> ports = new ArrayList<>();
        boolean onNodes = !spec.path("externalTrafficPolicy")
                .asText()
                .equals("Local"); // not kept yet: its node ports stay closed
        for (JsonNode port : spec.path("ports")) {
            int number = port(port.path("port"), "spec.ports.port");
            JsonNode target = port.path("targetPort");
            ports.add(new ServicePort(
                    port.path("name").asText(""),
                    protocol(port.path("protocol"), "spec.ports.protocol"),
                    number,
                    target.isValueNode() && !target.isNull() ? target.asText() : Integer.toString(number),
                    onNodes && port.path("nodePort").asInt(0) != 0
                            ? port(port.path("nodePort"), "spec.ports.nodePort")
                            : 0));
        }
        return new Fact.OfServiceObject(
                new Service(new ServiceName(namespace(object), name(object)), clusterIps, ports));
    }

    private static Fact slice(JsonNode object) {
        String service =
                object.path("metadata").path("labels").path(SERVICE_OF_SLICE).asText("");
        String type = object.path("addressType").asText();
        if (service.isEmpty() || type.equals("FQDN")) {
            return Fact.NOTHING;
        }
        List<EndpointSlice.Port> ports = new ArrayList<>();
        for (JsonNode port : object.path("ports")) {
            if (port.hasNonNull("port")) {
                ports.add(new EndpointSlice.Port(
                        text(port.path("name")),
                        protocol(port.path("protocol"), "ports.protocol"),
                        port(port.path("port"), "ports.port")));
            }
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (JsonNode endpoint : object.path("endpoints")) {
            if (!endpoint.path("addresses").isEmpty()) {
                endpoints.add(endpoint(endpoint, type));
            }
        }
        return new Fact.OfSlice(
                new ServiceName(namespace(object), service), new EndpointSlice(name(object), ports, endpoints));
    }

    private static Endpoint endpoint(JsonNode endpoint, String type) {
        Ip ip = ip(endpoint.path("addresses").get(0), "endpoints.addresses");
        if (!type.equals(ip.family() == Family.IPV4 ? "IPv4" : "IPv6")) {
            throw new Misunderstood("endpoints.addresses", ip + " is not of addressType " + type);
        }
        JsonNode conditions = endpoint.path("conditions");
        boolean ready = conditions.path("ready").asBoolean(true);
        JsonNode target = endpoint.path("targetRef");
        return new Endpoint(
                ip,
                text(endpoint.path("nodeName")),
                target.path("kind").asText().equals("Pod")
                        ? target.path("namespace").asText() + "/"
                                + target.path("name").asText()
                        : "",
                ready,
                conditions.path("serving").asBoolean(ready),
                conditions.path("terminating").asBoolean(false),
                hints(endpoint.path("hints")));
    }

    private static Endpoint.Hints hints(JsonNode hints) {
        return hints.isEmpty()
                ? Endpoint.Hints.NONE
                : new Endpoint.Hints(names(hints.path("forZones")), names(hints.path("forNodes")));
    }

    private static Set<String> names(JsonNode list) {
        Set<String> names = new HashSet<>();
        list.forEach(item -> names.add(item.path("name").asText()));
        return names;
    }

    private static Fact pod(JsonNode object) {
        List<Ip> ips = new ArrayList<>();
        String phase = object.path("status").path("phase").asText();
        if (!phase.equals("Succeeded") && !phase.equals("Failed")) {
            for (JsonNode ip : object.path("status").path("podIPs")) {
                ips.add(ip(ip.path("ip"), "status.podIPs.ip"));
            }
        }
        return new Fact.OfPod(new Pod(
                namespace(object),
                name(object),
                object.path("metadata").path("uid").asText(""),
                labels(object),
                ips,
                object.path("spec").path("hostNetwork").asBoolean(false)));
    }

    /** JSON's null is as good as nothing. */
    private static String text(JsonNode node) {
        return node.isTextual() ? node.asText() : "";
    }

    private static Ip ip(JsonNode node, String field) {
        return Ip.parse(node.asText())
                .orElseThrow(() -> new Misunderstood(field, "'" + node.asText() + "' is not an IP address"));
    }

    private static Prefix prefix(JsonNode node, String field) {
        return Prefix.parse(node.asText())
                .orElseThrow(() -> new Misunderstood(field, "'" + node.asText() + "' is not a prefix"));
    }

    private static List<Prefix> prefixes(JsonNode list, String field) {
        List<Prefix> prefixes = new ArrayList<>();
        for (JsonNode prefix : list) {
            prefixes.add(prefix(prefix, field));
        }
        return prefixes;
    }

    private static Protocol protocol(JsonNode node, String field) {
        String text = node.isNull() ? "TCP" : node.asText("TCP");
        return Protocol.parse(text.isEmpty() ? "TCP" : text)
                .orElseThrow(() -> new Misunderstood(field, "'" + text + "' is not TCP, UDP or SCTP"));
    }

    private static int port(JsonNode node, String field) {
        int number = node.asInt(0);
        if (number < 1 || number > MOST_PORT) {
            throw new Misunderstood(field, "'" + node.asText() + "' is not a port from 1 to " + MOST_PORT);
        }
        return number;
    }
}
