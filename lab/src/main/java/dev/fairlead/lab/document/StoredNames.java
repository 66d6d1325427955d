package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.dns.NameSource;
import dev.fairlead.dns.ServiceNames;
import dev.fairlead.dns.ServiceNames.NamedEndpoint;
import dev.fairlead.dns.ServiceNames.NamedPort;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The names of Services as the API's documents have them at the moment of a question. Any thread. */
public record StoredNames(ObjectStore documents) implements NameSource {

    @Override
    public boolean hasNamespace(String namespace) {
        return documents.find(Resources.NAMESPACES.key("", namespace)).isPresent();
    }

    @Override
    public Optional<ServiceNames> service(String namespace, String name) {
        return documents.find(Resources.SERVICES.key(namespace, name)).map(service -> read(service, slices(service)));
    }

    @Override
    public List<ServiceNames> servicesAt(Ip ip) {
        List<ServiceNames> all = new ArrayList<>();
        for (ObjectNode service : documents.list(Resources.SERVICES.name(), "").objects()) {
            ServiceNames named = read(service, slices(service));
            if (named.clusterIps().contains(ip)
                    || named.endpoints().stream().anyMatch(one -> one.ip().equals(ip))) {
                all.add(named);
            }
        }
        return all;
    }

    private static boolean isHeadless(JsonNode service) {
        return service.path("spec").path("clusterIP").asText().equals("None");
    }

    private List<ObjectNode> slices(ObjectNode service) {
        if (!isHeadless(service)) {
            return List.of(); // its own address is all there is to say
        }
        JsonNode metadata = service.path("metadata");
        return documents
                .list(
                        Resources.ENDPOINT_SLICES.name(),
                        metadata.path("namespace").asText())
                .objects()
                .stream()
                .filter(slice -> slice.path("metadata")
                        .path("labels")
                        .path("kubernetes.io/service-name")
                        .asText()
                        .equals(metadata.path("name").asText()))
                .toList();
    }

    private static ServiceNames read(ObjectNode service, List<ObjectNode> slices) {
        JsonNode spec = service.path("spec");
        List<Ip> ips = new ArrayList<>();
        for (JsonNode ip : spec.path("clusterIPs")) {
            Ip.parse(ip.asText()).ifPresent(ips::add);
        }
        boolean isAlias = spec.path("type").asText().equals("ExternalName");
        List<NamedEndpoint> endpoints = new ArrayList<>();
        slices.forEach(slice -> addReady(slice, endpoints));
        return new ServiceNames(
                service.path("metadata").path("namespace").asText(),
                service.path("metadata").path("name").asText(),
                isAlias ? List.of() : ips,
                isAlias ? spec.path("externalName").asText() : "",
                isHeadless(service) ? List.of() : ports(spec.path("ports")),
                endpoints);
    }

    private static void addReady(JsonNode slice, List<NamedEndpoint> endpoints) {
        List<NamedPort> ports = ports(slice.path("ports"));
        for (JsonNode endpoint : slice.path("endpoints")) {
            if (endpoint.path("conditions").path("ready").asBoolean(true)) {
                Ip.parse(endpoint.path("addresses").path(0).asText())
                        .ifPresent(ip -> endpoints.add(
                                new NamedEndpoint(ip, endpoint.path("hostname").asText(""), ports)));
            }
        }
    }

    private static List<NamedPort> ports(JsonNode ports) {
        List<NamedPort> named = new ArrayList<>();
        for (JsonNode port : ports) {
            if (!port.path("name").asText("").isEmpty()) {
                named.add(new NamedPort(
                        port.path("name").asText(),
                        port.path("protocol").asText("TCP").toLowerCase(Locale.ROOT),
                        port.path("port").asInt()));
            }
        }
        return named;
    }
}
