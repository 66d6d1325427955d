package dev.fairlead.lab.document;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.store.ObjectKey;
import dev.fairlead.api.store.ObjectStore;
import dev.fairlead.lab.model.Endpoint;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodSpec;
import dev.fairlead.lab.model.PortEndpoints;
import dev.fairlead.lab.model.Service;
import dev.fairlead.lab.model.ServicePort;
import dev.fairlead.packet.Family;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Who is behind Services, as EndpointSlices and as the Endpoints that older clients look at. */
final class EndpointDocuments {
    private static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
    private static final String OURS = "fairlead-lab";

    /** Endpoints that are behind the same ports. Ports that a name makes another number in each pod are in other groups. */
    private record Group(Family family, List<Endpoint> endpoints, List<PortNumber> ports) {}

    private record PortNumber(ServicePort port, int number) {}

    private final LabPicture picture;
    private final Instant now;
    private final Map<ObjectKey, ObjectNode> wanted = new TreeMap<>();

    private EndpointDocuments(LabPicture picture, Instant now) {
        this.picture = picture;
        this.now = now;
    }

    /** Writes what differs from the picture. */
    static void conclude(LabPicture picture, ObjectStore.Draft draft, Instant now) {
        EndpointDocuments documents = new EndpointDocuments(picture, now);
        for (Service service : picture.services().values()) {
            if (!service.spec().selector().isEmpty() && service.spec().alias().isEmpty()) {
                documents.add(service);
            }
        }
        for (Resource resource : List.of(Resources.ENDPOINTS, Resources.ENDPOINT_SLICES)) {
            for (ObjectNode there : draft.list(resource.name(), "")) {
                ObjectKey key = resource.key(
                        there.path("metadata").path("namespace").asText(),
                        there.path("metadata").path("name").asText());
                boolean ours = there.path("metadata")
                        .path("labels")
                        .path(MANAGED_BY)
                        .asText()
                        .equals(OURS);
                if (ours && !documents.wanted.containsKey(key)) {
                    draft.remove(key);
                }
            }
        }
        documents.wanted.forEach((key, document) -> put(draft, key, document));
    }

    private static void put(ObjectStore.Draft draft, ObjectKey key, ObjectNode wanted) {
        ObjectNode before = draft.find(key).orElse(JsonNodeFactory.instance.objectNode());
        ObjectNode document = before.isEmpty()
                ? wanted
                : SharedParts.replace(before, wanted, List.of("endpoints", "ports", "subsets"));
        if (!document.equals(before)) {
            draft.put(key, document);
        }
    }

    private void add(Service service) {
        String name = service.metadata().name();
        String namespace = service.metadata().namespace();
        List<PortEndpoints> behind = PortEndpoints.of(picture, service);
        ObjectNode old = document(service, Resources.ENDPOINTS, name);
        for (Family family : service.spec().ipFamilies()) {
            List<Group> groups = service.spec().ports().isEmpty() // a headless one needs none
                    ? List.of(new Group(family, PortEndpoints.withoutPorts(picture, service, family), List.of()))
                    : groups(family, behind);
            EndpointHints hints = EndpointHints.of(
                    picture,
                    service,
                    groups.stream().flatMap(group -> group.endpoints().stream()).toList());
            for (int i = 0; i < groups.size(); i++) {
                String sliceName = name + (family == Family.IPV4 ? "-ipv4" : "-ipv6") + (i == 0 ? "" : "-" + (i + 1));
                wanted.put(
                        Resources.ENDPOINT_SLICES.key(namespace, sliceName),
                        slice(service, sliceName, groups.get(i), hints));
                if (family == service.spec().ipFamilies().getFirst()) { // Endpoints know one family
                    addSubset(service, old, groups.get(i));
                }
            }
        }
        wanted.put(Resources.ENDPOINTS.key(namespace, name), old);
    }

    private static List<Group> groups(Family family, List<PortEndpoints> behind) {
        Map<List<Endpoint>, List<PortNumber>> ports = new LinkedHashMap<>();
        for (PortEndpoints one : behind) {
            Map<Integer, List<Endpoint>> byNumber = new LinkedHashMap<>();
            for (Endpoint endpoint : one.endpoints()) {
                if (endpoint.ip().family() == family) {
                    byNumber.computeIfAbsent(endpoint.port(), _ -> new ArrayList<>())
                            .add(withoutPort(endpoint));
                }
            }
            byNumber.forEach((number, endpoints) ->
                    ports.computeIfAbsent(endpoints, _ -> new ArrayList<>()).add(new PortNumber(one.port(), number)));
        }
        List<Group> groups = new ArrayList<>();
        ports.forEach((endpoints, numbers) -> groups.add(new Group(family, endpoints, numbers)));
        return groups.isEmpty() ? List.of(new Group(family, List.of(), List.of())) : groups;
    }

    private static Endpoint withoutPort(Endpoint endpoint) {
        return new Endpoint(
                endpoint.ip(),
                0,
                endpoint.nodeName(),
                endpoint.ready(),
                endpoint.serving(),
                endpoint.terminating(),
                endpoint.pod());
    }

    private ObjectNode document(Service service, Resource resource, String name) {
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("kind", resource.kind())
                .put("apiVersion", resource.apiVersion());
        ObjectNode metadata = document.putObject("metadata")
                .put("name", name)
                .put("namespace", service.metadata().namespace())
                .put(
                        "uid",
                        UUID.nameUUIDFromBytes(
                                        (resource.name() + service.metadata().uid() + name)
                                                .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                                .toString())
                .put("creationTimestamp", PodStatuses.text(now));
        metadata.putObject("labels")
                .put("kubernetes.io/service-name", service.metadata().name())
                .put(MANAGED_BY, OURS);
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", "v1")
                .put("kind", "Service")
                .put("name", service.metadata().name())
                .put("uid", service.metadata().uid())
                .put("controller", true)
                .put("blockOwnerDeletion", true);
        return document;
    }

    private ObjectNode slice(Service service, String name, Group group, EndpointHints hints) {
        ObjectNode slice = document(service, Resources.ENDPOINT_SLICES, name);
        slice.put("addressType", group.family() == Family.IPV4 ? "IPv4" : "IPv6");
        ArrayNode endpoints = slice.putArray("endpoints");
        for (Endpoint endpoint : group.endpoints()) {
            ObjectNode json = endpoints.addObject();
            json.putArray("addresses").add(endpoint.ip().toString());
            json.putObject("conditions")
                    .put("ready", endpoint.ready())
                    .put("serving", endpoint.serving())
                    .put("terminating", endpoint.terminating());
            hostname(service, endpoint).ifPresent(hostname -> json.put("hostname", hostname));
            json.put("nodeName", endpoint.nodeName());
            json.set("targetRef", reference(endpoint));
            String zone = EndpointHints.zone(picture, endpoint.nodeName());
            if (!zone.isEmpty()) {
                json.put("zone", zone);
            }
            hints.find(endpoint).ifPresent(found -> json.set("hints", found));
        }
        ArrayNode ports = slice.putArray("ports");
        group.ports().forEach(port -> ports.add(port(port)));
        return slice;
    }

    /** A pod that says of which Service it is part has a name of its own there. */
    private Optional<String> hostname(Service service, Endpoint endpoint) {
        return Optional.ofNullable(picture.pods().get(endpoint.pod()))
                .map(Pod::spec)
                .filter(spec -> !spec.hostname().isEmpty()
                        && spec.original()
                                .path("subdomain")
                                .asText()
                                .equals(service.metadata().name()))
                .map(PodSpec::hostname);
    }

    private static ObjectNode port(PortNumber port) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", port.port().name())
                .put("protocol", port.port().protocol().name())
                .put("port", port.number());
    }

    private ObjectNode reference(Endpoint endpoint) {
        ObjectNode reference = JsonNodeFactory.instance
                .objectNode()
                .put("kind", "Pod")
                .put("namespace", endpoint.pod().namespace())
                .put("name", endpoint.pod().name());
        Pod pod = picture.pods().get(endpoint.pod());
        return pod == null ? reference : reference.put("uid", pod.metadata().uid());
    }

    private void addSubset(Service service, ObjectNode endpoints, Group group) {
        ObjectNode subset = JsonNodeFactory.instance.objectNode();
        for (Endpoint endpoint : group.endpoints()) {
            if (endpoint.ready() || !endpoint.terminating()) {
                ObjectNode address = subset.withArrayProperty(endpoint.ready() ? "addresses" : "notReadyAddresses")
                        .addObject()
                        .put("ip", endpoint.ip().toString())
                        .put("nodeName", endpoint.nodeName());
                hostname(service, endpoint).ifPresent(hostname -> address.put("hostname", hostname));
                address.set("targetRef", reference(endpoint));
            }
        }
        if (!subset.isEmpty()) {
            group.ports().forEach(port -> {
                ObjectNode json = port(port);
                if (port.port().name().isEmpty()) {
                    json.remove("name");
                }
                subset.withArrayProperty("ports").add(json);
            });
            endpoints.withArrayProperty("subsets").add(subset);
        }
    }
}
