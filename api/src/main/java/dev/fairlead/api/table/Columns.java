package dev.fairlead.api.table;

import static dev.fairlead.api.table.Column.number;
import static dev.fairlead.api.table.Column.text;
import static dev.fairlead.api.table.Column.wide;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.api.resource.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The columns of each kind.
 *
 * <p>Over 300 lines: a list of columns, kind after kind.
 */
final class Columns {
    private static final String NONE = "<none>";
    private static final Column NAME =
            text("Name", (o, now) -> o.path("metadata").path("name").asText());
    private static final Column AGE =
            text("Age", (o, now) -> Age.of(o.path("metadata").path("creationTimestamp"), now));
    private static final int MOST_ENDPOINTS = 3;

    private static final Map<String, List<Column>> OF_KIND = Map.ofEntries(
            Map.entry("Pod", pod()),
            Map.entry("Service", service()),
            Map.entry("Node", node()),
            Map.entry("Namespace", List.of(NAME, text("Status", at("status", "phase")), AGE)),
            Map.entry("Endpoints", List.of(NAME, text("Endpoints", (o, now) -> endpoints(o)), AGE)),
            Map.entry("EndpointSlice", endpointSlice()),
            Map.entry("ConfigMap", List.of(NAME, number("Data", (o, now) -> data(o)), AGE)),
            Map.entry("Secret", List.of(NAME, text("Type", at("type")), number("Data", (o, now) -> data(o)), AGE)),
            Map.entry(
                    "ServiceAccount",
                    List.of(
                            NAME,
                            number("Secrets", (o, now) -> o.path("secrets").size()),
                            AGE)),
            Map.entry("Event", event()),
            Map.entry("Deployment", deployment()),
            Map.entry("ReplicaSet", replicaSet()),
            Map.entry("Lease", List.of(NAME, text("Holder", at("spec", "holderIdentity")), AGE)),
            Map.entry(
                    "NetworkPolicy",
                    List.of(
                            NAME,
                            text(
                                    "Pod-Selector",
                                    (o, now) -> selector(o.path("spec").path("podSelector"))),
                            AGE)),
            Map.entry(
                    "ServiceCIDR",
                    List.of(NAME, text("CIDRs", (o, now) -> join(o.path("spec").path("cidrs"), Columns::plain)), AGE)),
            Map.entry("IPAddress", List.of(NAME, text("ParentRef", (o, now) -> parent(o)), AGE)));

    private Columns() {}

    static List<Column> of(Resource resource) {
        return OF_KIND.getOrDefault(resource.kind(), List.of(NAME, AGE));
    }

    private static Column.Cell at(String... path) {
        return (o, now) -> {
            JsonNode node = o;
            for (String name : path) {
                node = node.path(name);
            }
            return node.asText();
        };
    }

    private static List<Column> pod() {
        return List.of(
                NAME,
                text("Ready", (o, now) -> PodStatusText.ready(o)),
                text("Status", (o, now) -> PodStatusText.status(o)),
                text("Restarts", PodStatusText::restarts),
                AGE,
                wide("IP", (o, now) -> orNone(o.path("status").path("podIP").asText())),
                wide("Node", (o, now) -> orNone(o.path("spec").path("nodeName").asText())),
                wide(
                        "Nominated Node",
                        (o, now) -> orNone(
                                o.path("status").path("nominatedNodeName").asText())),
                wide("Readiness Gates", (o, now) -> NONE));
    }

    private static List<Column> service() {
        return List.of(
                NAME,
                text("Type", at("spec", "type")),
                text(
                        "Cluster-IP",
                        (o, now) -> orNone(o.path("spec").path("clusterIP").asText())),
                text("External-IP", (o, now) -> externalIp(o)),
                text("Port(s)", (o, now) -> ports(o)),
                AGE,
                wide("Selector", (o, now) -> labels(o.path("spec").path("selector"))));
    }

    private static String externalIp(JsonNode service) {
        JsonNode spec = service.path("spec");
        List<String> all = new ArrayList<>();
        for (JsonNode ingress : service.path("status").path("loadBalancer").path("ingress")) {
            all.add(
                    ingress.has("ip")
                            ? ingress.path("ip").asText()
                            : ingress.path("hostname").asText());
        }
        spec.path("externalIPs").forEach(ip -> all.add(ip.asText()));
        if (!all.isEmpty()) {
            return String.join(",", all);
        }
        return switch (spec.path("type").asText()) {
            case "ExternalName" -> spec.path("externalName").asText();
            case "LoadBalancer" -> "<pending>";
            default -> NONE;
        };
    }

    private static String ports(JsonNode service) {
        String ports = join(
                service.path("spec").path("ports"),
                port -> port.path("port").asText()
                        + (port.path("nodePort").asInt() > 0
                                ? ":" + port.path("nodePort").asText()
                                : "") + "/"
                        + port.path("protocol").asText("TCP"));
        return ports.isEmpty() ? NONE : ports;
    }

    private static List<Column> node() {
        return List.of(
                NAME,
                text("Status", (o, now) -> nodeStatus(o)),
                text("Roles", (o, now) -> roles(o)),
                AGE,
                text("Version", at("status", "nodeInfo", "kubeletVersion")),
                wide("Internal-IP", (o, now) -> address(o, "InternalIP")),
                wide("External-IP", (o, now) -> address(o, "ExternalIP")),
                wide("OS-Image", at("status", "nodeInfo", "osImage")),
                wide("Kernel-Version", at("status", "nodeInfo", "kernelVersion")),
                wide("Container-Runtime", at("status", "nodeInfo", "containerRuntimeVersion")));
    }

    private static String nodeStatus(JsonNode node) {
        String ready = "Unknown";
        for (JsonNode condition : node.path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                ready = condition.path("status").asText().equals("True") ? "Ready" : "NotReady";
            }
        }
        return ready + (node.path("spec").path("unschedulable").asBoolean() ? ",SchedulingDisabled" : "");
    }

    private static String roles(JsonNode node) {
        List<String> roles = new ArrayList<>();
        String prefix = "node-role.kubernetes.io/";
        node.path("metadata").path("labels").fieldNames().forEachRemaining(label -> {
            if (label.startsWith(prefix)) {
                roles.add(label.substring(prefix.length()));
            }
        });
        return roles.isEmpty() ? NONE : String.join(",", roles.stream().sorted().toList());
    }

    private static String address(JsonNode node, String type) {
        for (JsonNode address : node.path("status").path("addresses")) {
            if (address.path("type").asText().equals(type)) {
                return address.path("address").asText();
            }
        }
        return NONE;
    }

    private static List<Column> endpointSlice() {
        return List.of(
                NAME,
                text("AddressType", at("addressType")),
                text(
                        "Ports",
                        (o, now) -> orUnset(
                                join(o.path("ports"), p -> p.path("port").asText("*")))),
                text("Endpoints", (o, now) -> orUnset(sliceEndpoints(o))),
                AGE);
    }

    private static String sliceEndpoints(JsonNode slice) {
        List<String> all = new ArrayList<>();
        slice.path("endpoints").forEach(e -> e.path("addresses").forEach(a -> all.add(a.asText())));
        return shortened(all);
    }

    private static String endpoints(JsonNode endpoints) {
        List<String> all = new ArrayList<>();
        for (JsonNode subset : endpoints.path("subsets")) {
            for (JsonNode port : subset.path("ports")) {
                for (JsonNode address : subset.path("addresses")) {
                    String ip = address.path("ip").asText();
                    all.add((ip.contains(":") ? "[" + ip + "]" : ip) + ":"
                            + port.path("port").asText());
                }
            }
            if (subset.path("ports").isEmpty()) {
                subset.path("addresses").forEach(a -> all.add(a.path("ip").asText()));
            }
        }
        return orNone(shortened(all));
    }

    private static String shortened(List<String> all) {
        if (all.size() <= MOST_ENDPOINTS) {
            return String.join(",", all);
        }
        return String.join(",", all.subList(0, MOST_ENDPOINTS)) + " + " + (all.size() - MOST_ENDPOINTS) + " more...";
    }

    private static List<Column> event() {
        return List.of(
                text("Last Seen", (o, now) -> Age.of(lastSeen(o), now)),
                text("Type", at("type")),
                text("Reason", at("reason")),
                text(
                        "Object",
                        (o, now) ->
                                o.path("involvedObject").path("kind").asText().toLowerCase(java.util.Locale.ROOT) + "/"
                                        + o.path("involvedObject").path("name").asText()),
                wide("Subobject", at("involvedObject", "fieldPath")),
                wide("Source", (o, now) -> source(o)),
                text("Message", (o, now) -> o.path("message").asText().strip()),
                wide("First Seen", (o, now) -> Age.of(firstSeen(o), now)),
                wide(
                        "Count",
                        (o, now) -> o.path("series")
                                .path("count")
                                .asText(o.path("count").asText("1"))),
                wide("Name", at("metadata", "name")));
    }

    private static String source(JsonNode event) {
        String component = event.path("source")
                .path("component")
                .asText(event.path("reportingComponent").asText());
        String host = event.path("source").path("host").asText();
        return host.isEmpty() ? component : component + ", " + host;
    }

    private static JsonNode lastSeen(JsonNode event) {
        if (event.path("series").has("lastObservedTime")) {
            return event.path("series").path("lastObservedTime");
        }
        return event.hasNonNull("lastTimestamp") ? event.path("lastTimestamp") : firstSeen(event);
    }

    private static JsonNode firstSeen(JsonNode event) {
        return event.hasNonNull("firstTimestamp") ? event.path("firstTimestamp") : event.path("eventTime");
    }

    private static List<Column> deployment() {
        List<Column> columns = new ArrayList<>(List.of(
                NAME,
                text(
                        "Ready",
                        (o, now) -> o.path("status").path("readyReplicas").asInt() + "/"
                                + o.path("spec").path("replicas").asInt()),
                number(
                        "Up-to-date",
                        (o, now) -> o.path("status").path("updatedReplicas").asInt()),
                number(
                        "Available",
                        (o, now) -> o.path("status").path("availableReplicas").asInt()),
                AGE));
        columns.addAll(template());
        return columns;
    }

    private static List<Column> replicaSet() {
        List<Column> columns = new ArrayList<>(List.of(
                NAME,
                number("Desired", (o, now) -> o.path("spec").path("replicas").asInt()),
                number("Current", (o, now) -> o.path("status").path("replicas").asInt()),
                number(
                        "Ready",
                        (o, now) -> o.path("status").path("readyReplicas").asInt()),
                AGE));
        columns.addAll(template());
        return columns;
    }

    private static List<Column> template() {
        return List.of(
                wide("Containers", (o, now) -> containers(o, "name")),
                wide("Images", (o, now) -> containers(o, "image")),
                wide("Selector", (o, now) -> selector(o.path("spec").path("selector"))));
    }

    private static String containers(JsonNode object, String member) {
        return join(
                object.path("spec").path("template").path("spec").path("containers"),
                container -> container.path(member).asText());
    }

    private static int data(JsonNode object) {
        return object.path("data").size() + object.path("binaryData").size();
    }

    private static String parent(JsonNode address) {
        JsonNode parent = address.path("spec").path("parentRef");
        return parent.path("resource").asText() + "/" + parent.path("namespace").asText() + "/"
                + parent.path("name").asText();
    }

    private static String labels(JsonNode labels) {
        List<String> all = new ArrayList<>();
        labels.properties().forEach(l -> all.add(l.getKey() + "=" + l.getValue().asText()));
        return orNone(String.join(",", all.stream().sorted().toList()));
    }

    /** As {@code FormatLabelSelector} writes one. */
    private static String selector(JsonNode selector) {
        List<String> all = new ArrayList<>();
        selector.path("matchLabels")
                .properties()
                .forEach(l -> all.add(l.getKey() + "=" + l.getValue().asText()));
        List<String> sorted = new ArrayList<>(all.stream().sorted().toList());
        for (JsonNode e : selector.path("matchExpressions")) {
            String values = " (" + join(e.path("values"), Columns::plain) + ")";
            String key = e.path("key").asText();
            sorted.add(
                    switch (e.path("operator").asText()) {
                        case "In" -> key + " in" + values;
                        case "NotIn" -> key + " notin" + values;
                        case "Exists" -> key;
                        default -> "!" + key;
                    });
        }
        return orNone(String.join(",", sorted));
    }

    private static String plain(JsonNode node) {
        return node.asText();
    }

    private static String join(JsonNode list, Function<JsonNode, String> text) {
        List<String> all = new ArrayList<>();
        list.forEach(item -> all.add(text.apply(item)));
        return String.join(",", all);
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }

    private static String orUnset(String text) {
        return text.isEmpty() ? "<unset>" : text;
    }
}
