package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.store.ObjectStore.Draft;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Services (kubernetes {@code pkg/registry/core/service} and {@code pkg/apis/core/validation}).
 *
 * <p>Over 300 lines: what a Service is given depends on what was checked before, field by field.
 */
final class ServiceRules implements Rules {
    private static final int AFFINITY_SECONDS = 10_800;
    private static final int NODE_PORT_FIRST = 30_000;
    private static final int NODE_PORT_LAST = 32_767;
    /** Of these 2768 ports as many as KEP-3668 keeps: a 32nd, but 16 to 128. */
    private static final int NODE_PORTS_ASKED_FOR = 86;

    private static final String HEADLESS = "None";
    private static final List<String> DISTRIBUTIONS = List.of("PreferClose", "PreferSameZone", "PreferSameNode");

    private final ClusterAddresses addresses;

    ServiceRules(ClusterAddresses addresses) {
        this.addresses = addresses;
    }

    private static String type(JsonNode service) {
        return service.path("spec").path("type").asText();
    }

    private static boolean isExternalName(JsonNode service) {
        return type(service).equals("ExternalName");
    }

    private static boolean hasNodePorts(JsonNode service) {
        return type(service).equals("NodePort")
                || (type(service).equals("LoadBalancer")
                        && service.path("spec")
                                .path("allocateLoadBalancerNodePorts")
                                .asBoolean(true));
    }

    private static boolean isHeadless(JsonNode service) {
        return service.path("spec").path("clusterIP").asText().equals(HEADLESS);
    }

    @Override
    public void defaults(ObjectNode service) {
        ObjectNode spec = Defaults.object(service, "spec");
        Defaults.text(spec, "type", "ClusterIP");
        Defaults.text(spec, "sessionAffinity", "None");
        if (spec.path("sessionAffinity").asText().equals("ClientIP")) {
            Defaults.number(
                    Defaults.object(Defaults.object(spec, "sessionAffinityConfig"), "clientIP"),
                    "timeoutSeconds",
                    AFFINITY_SECONDS);
        } else {
            spec.remove("sessionAffinityConfig");
        }
        if (!isExternalName(service)) {
            Defaults.text(spec, "internalTrafficPolicy", "Cluster");
        }
        if (type(service).equals("NodePort") || type(service).equals("LoadBalancer")) {
            Defaults.text(spec, "externalTrafficPolicy", "Cluster");
        }
        if (type(service).equals("LoadBalancer")) {
            Defaults.flag(spec, "allocateLoadBalancerNodePorts", true);
        }
        Defaults.protocols(spec.path("ports"));
        for (JsonNode port : spec.path("ports")) {
            boolean isNumbered = port.path("port").asInt() != 0;
            if (isNumbered && port.path("targetPort").asText().isEmpty()) {
                ((ObjectNode) port).set("targetPort", port.path("port"));
            }
        }
        matchAddresses(spec);
    }

    /** {@code clusterIP} and the first of {@code clusterIPs} are the same; old clients write one, new ones the other. */
    private static void matchAddresses(ObjectNode spec) {
        String one = spec.path("clusterIP").asText();
        if (spec.path("clusterIPs").isEmpty() && !one.isEmpty()) {
            spec.putArray("clusterIPs").add(one);
        } else if (one.isEmpty() && !spec.path("clusterIPs").isEmpty()) {
            spec.set("clusterIP", spec.path("clusterIPs").get(0));
        }
    }

    @Override
    public void prepareCreate(ObjectNode service) {
        service.putObject("status").putObject("loadBalancer");
    }

    /** What was allocated and isn't said again is kept. */
    @Override
    public void prepareUpdate(ObjectNode service, ObjectNode before) {
        ObjectNode spec = Defaults.object(service, "spec");
        JsonNode old = before.path("spec");
        if (isExternalName(service)) {
            return;
        }
        for (String field : List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
            if (!spec.has(field) && old.has(field)) {
                spec.set(field, old.get(field).deepCopy());
            }
        }
        dropWhatTheTypeHasNot(service, before);
        if (hasNodePorts(service) && hasNodePorts(before)) {
            for (JsonNode port : spec.path("ports")) {
                for (JsonNode earlier : old.path("ports")) {
                    boolean same = earlier.path("port").equals(port.path("port"))
                            && earlier.path("protocol").equals(port.path("protocol"));
                    if (same && !port.has("nodePort") && earlier.has("nodePort")) {
                        ((ObjectNode) port).set("nodePort", earlier.get("nodePort"));
                    }
                }
            }
        }
    }

    /** Whoever only changes the type need not take out what went with it ({@code dropTypeDependentFields} of the server). */
    private static void dropWhatTheTypeHasNot(ObjectNode service, ObjectNode before) {
        JsonNode old = before.path("spec");
        ObjectNode spec = Defaults.object(service, "spec");
        if (hasNodePorts(before) && !hasNodePorts(service) && nodePorts(spec).equals(nodePorts(old))) {
            spec.path("ports").forEach(port -> ((ObjectNode) port).remove("nodePort"));
        }
        String policy = "externalTrafficPolicy";
        if (isOpen(before) && !isOpen(service) && spec.path(policy).equals(old.path(policy))) {
            spec.remove(policy);
        }
    }

    private static List<Integer> nodePorts(JsonNode spec) {
        List<Integer> ports = new ArrayList<>();
        spec.path("ports").forEach(port -> ports.add(port.path("nodePort").asInt()));
        return ports;
    }

    /** Whether somebody outside of the cluster can reach it. */
    private static boolean isOpen(JsonNode service) {
        return type(service).equals("NodePort")
                || type(service).equals("LoadBalancer")
                || (type(service).equals("ClusterIP")
                        && !service.path("spec").path("externalIPs").isEmpty());
    }

    @Override
    public void validate(ObjectNode object, List<FieldError> errors) {
        Cursor spec = new Cursor(object, "", errors).at("spec");
        spec.at("type").oneOf(List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"));
        spec.at("selector").labels();
        spec.at("sessionAffinity").oneOf(List.of("ClientIP", "None"));
        spec.at("internalTrafficPolicy").oneOf(List.of("Cluster", "Local"));
        Cursor external = spec.at("externalTrafficPolicy");
        if (isOpen(object) || external.text().isEmpty()) {
            external.oneOf(List.of("Cluster", "Local"));
        } else {
            external.invalid("may only be set for externally-accessible services");
        }
        spec.at("trafficDistribution").oneOf(DISTRIBUTIONS);
        if (isExternalName(object)) {
            Cursor name = spec.at("externalName");
            if (name.required("")) {
                name.named(NameRule.SUBDOMAIN);
            }
            if (!spec.at("clusterIP").text().isEmpty()) {
                spec.at("clusterIPs").forbidden("may not be set for ExternalName services");
            }
        } else if (!isHeadless(object) || type(object).equals("LoadBalancer")) {
            spec.at("ports").required("");
        }
        if (isHeadless(object) && !type(object).equals("ClusterIP") && !isExternalName(object)) {
            spec.at("clusterIPs").at("0").invalid("None", "may not be set to 'None' for " + type(object) + " services");
        }
        ports(object, spec.at("ports"));
        for (Cursor ip : spec.at("externalIPs").items()) {
            ip.ip();
        }
        for (Cursor range : spec.at("loadBalancerSourceRanges").items()) {
            range.cidr();
        }
        Cursor seconds = spec.at("sessionAffinityConfig").at("clientIP").at("timeoutSeconds");
        if (seconds.isThere() && (seconds.node().asLong() <= 0 || seconds.node().asLong() > 86_400)) {
            seconds.invalid("must be greater than 0 and less than 86400");
        }
        families(object, spec);
    }

    private static void ports(ObjectNode service, Cursor ports) {
        Set<String> names = new HashSet<>();
        Set<String> numbers = new HashSet<>();
        for (Cursor port : ports.items()) {
            Cursor name = port.at("name");
            if (name.text().isEmpty() && ports.node().size() > 1) {
                port.errors().add(FieldError.required(name.path(), ""));
            } else if (!name.text().isEmpty()) {
                name.named(NameRule.LABEL);
                if (!names.add(name.text())) {
                    port.errors().add(FieldError.duplicate(name.path(), name.text()));
                }
            }
            port.at("port").portNumber();
            port.at("protocol").oneOf(List.of("SCTP", "TCP", "UDP"));
            port.at("targetPort").port();
            Cursor nodePort = port.at("nodePort");
            if (nodePort.node().asLong() != 0 && (type(service).equals("ClusterIP") || isExternalName(service))) {
                nodePort.forbidden("may not be used when `type` is '" + type(service) + "'");
            }
            if (!numbers.add(port.at("protocol").text() + port.at("port").text())) {
                port.errors().add(FieldError.duplicate(port.path(), port.node()));
            }
        }
    }

    private void families(ObjectNode service, Cursor spec) {
        spec.at("ipFamilyPolicy").oneOf(List.of("SingleStack", "PreferDualStack", "RequireDualStack"));
        for (Cursor family : spec.at("ipFamilies").items()) {
            family.oneOf(List.of("IPv4", "IPv6"));
            if (!family.text().isEmpty()
                    && !isExternalName(service)
                    && addresses.cidr(family(family.text())).isEmpty()) {
                family.invalid("not configured on this cluster");
            }
        }
        if (spec.at("ipFamilyPolicy").text().equals("RequireDualStack")
                && addresses.families().size() < 2) {
            spec.at("ipFamilyPolicy").invalid("this cluster is not configured for dual-stack services");
        }
        for (Cursor ip : spec.at("clusterIPs").items()) {
            if (!ip.text().equals(HEADLESS) && Ip.parse(ip.text()).isEmpty()) {
                ip.invalid("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
            }
        }
        String one = spec.at("clusterIP").text();
        String first = spec.node().path("clusterIPs").path(0).asText();
        if (!one.equals(first)) {
            spec.at("clusterIPs").invalid(spec.at("clusterIPs").node(), "first value must match `clusterIP`");
        }
    }

    private static Family family(String text) {
        return text.equals("IPv6") ? Family.IPV6 : Family.IPV4;
    }

    @Override
    public void validateUpdate(ObjectNode service, ObjectNode before, List<FieldError> errors) {
        if (isExternalName(service) || isExternalName(before)) {
            return;
        }
        JsonNode old = before.path("spec").path("clusterIPs");
        JsonNode now = service.path("spec").path("clusterIPs");
        if (!old.isEmpty() && !now.isEmpty() && !old.get(0).equals(now.get(0))) {
            errors.add(FieldError.invalid("spec.clusterIPs[0]", now, "may not change once set"));
        }
    }

    @Override
    public void allocate(ObjectNode service, Draft draft, List<FieldError> errors) {
        ObjectNode spec = Defaults.object(service, "spec");
        if (isExternalName(service)) {
            earlier(service, draft).ifPresent(before -> release(before, draft));
            spec.remove(List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"));
            return;
        }
        chooseFamilies(service, spec);
        if (!isHeadless(service)) {
            allocateAddresses(service, spec, draft, errors);
        }
        if (hasNodePorts(service)) {
            allocateNodePorts(service, spec, draft, errors);
        } else {
            spec.path("ports").forEach(port -> ((ObjectNode) port).remove("nodePort"));
        }
    }

    private static Optional<ObjectNode> earlier(ObjectNode service, Draft draft) {
        JsonNode meta = service.path("metadata");
        return draft.find(Resources.SERVICES.key(
                meta.path("namespace").asText(), meta.path("name").asText()));
    }

    private void chooseFamilies(ObjectNode service, ObjectNode spec) {
        List<Family> wanted = new ArrayList<>();
        spec.path("ipFamilies").forEach(text -> wanted.add(family(text.asText())));
        if (wanted.isEmpty()) {
            ClusterAddresses.of(service).forEach(ip -> wanted.add(ip.family()));
        }
        if (wanted.isEmpty()) {
            wanted.add(addresses.families().getFirst());
        }
        Defaults.text(spec, "ipFamilyPolicy", wanted.size() > 1 ? "RequireDualStack" : "SingleStack");
        if (!spec.path("ipFamilyPolicy").asText().equals("SingleStack")) {
            for (Family family : addresses.families()) {
                if (!wanted.contains(family)) {
                    wanted.add(family);
                }
            }
        } else if (wanted.size() > 1) {
            wanted.subList(1, wanted.size()).clear();
        }
        ArrayNode names = spec.putArray("ipFamilies");
        wanted.forEach(family -> names.add(family == Family.IPV4 ? "IPv4" : "IPv6"));
    }

    private void allocateAddresses(ObjectNode service, ObjectNode spec, Draft draft, List<FieldError> errors) {
        List<Ip> had = earlier(service, draft).map(ClusterAddresses::of).orElse(List.of());
        List<Ip> ips = new ArrayList<>();
        List<Ip> asked = ClusterAddresses.of(service);
        int index = 0;
        for (JsonNode name : spec.path("ipFamilies")) {
            Family family = family(name.asText());
            Optional<Ip> own =
                    asked.stream().filter(ip -> ip.family() == family).findFirst();
            String path = "spec.clusterIPs[" + index++ + "]";
            if (own.isPresent() && !had.contains(own.get())) {
                String why = !addresses.isInRange(own.get())
                        ? "the provided IP (" + own.get() + ") is not in the valid range. The range of valid IPs is "
                                + addresses.cidr(family).map(Object::toString).orElse("")
                        : ClusterAddresses.holder(own.get(), draft).isPresent()
                                ? "provided IP is already allocated"
                                : "";
                if (!why.isEmpty()) {
                    errors.add(FieldError.invalid(
                            path.replaceFirst("\\[.*", ""),
                            spec.path("clusterIPs"),
                            "failed to allocate IP " + own.get() + ": " + why));
                    return;
                }
            }
            Optional<Ip> ip = own.isPresent() ? own : addresses.free(family, draft);
            if (ip.isEmpty()) {
                errors.add(FieldError.invalid(path, "", "failed to allocate an IP: range is full"));
                return;
            }
            if (!had.contains(ip.get())) {
                ClusterAddresses.take(ip.get(), service, draft);
            }
            ips.add(ip.get());
        }
        had.stream().filter(ip -> !ips.contains(ip)).forEach(ip -> ClusterAddresses.giveBack(ip, draft));
        ArrayNode texts = spec.putArray("clusterIPs");
        ips.forEach(ip -> texts.add(ip.toString()));
        spec.put("clusterIP", ips.getFirst().toString());
    }

    private static void allocateNodePorts(ObjectNode service, ObjectNode spec, Draft draft, List<FieldError> errors) {
        JsonNode uid = service.path("metadata").path("uid");
        Set<String> taken = new HashSet<>();
        for (ObjectNode other : draft.list(Resources.SERVICES.name(), "")) {
            if (!other.path("metadata").path("uid").equals(uid)) {
                other.path("spec")
                        .path("ports")
                        .forEach(port ->
                                taken.add(nodePort(port, port.path("nodePort").asInt())));
            }
        }
        int index = 0;
        for (JsonNode port : spec.path("ports")) {
            String path = "spec.ports[" + index++ + "].nodePort";
            int wanted = port.path("nodePort").asInt();
            if (wanted != 0 && (wanted < NODE_PORT_FIRST || wanted > NODE_PORT_LAST)) {
                errors.add(FieldError.invalid(
                        path,
                        wanted,
                        "provided port is not in the valid range. The range of valid ports is " + NODE_PORT_FIRST + "-"
                                + NODE_PORT_LAST));
            } else if (wanted != 0 && !taken.add(nodePort(port, wanted))) {
                errors.add(FieldError.invalid(path, wanted, "provided port is already allocated"));
            } else if (wanted == 0) {
                free(port, taken)
                        .ifPresentOrElse(
                                free -> ((ObjectNode) port).put("nodePort", free),
                                () -> errors.add(
                                        FieldError.invalid(path, 0, "failed to allocate a nodePort: range is full")));
            }
        }
    }

    /** Behind the lower part of the range while there is any: that part is for those who say which one they want. */
    private static OptionalInt free(JsonNode port, Set<String> taken) {
        return IntStream.concat(
                        IntStream.rangeClosed(NODE_PORT_FIRST + NODE_PORTS_ASKED_FOR, NODE_PORT_LAST),
                        IntStream.range(NODE_PORT_FIRST, NODE_PORT_FIRST + NODE_PORTS_ASKED_FOR))
                .filter(number -> taken.add(nodePort(port, number)))
                .findFirst();
    }

    private static String nodePort(JsonNode port, int number) {
        return port.path("protocol").asText() + number;
    }

    @Override
    public void release(ObjectNode service, Draft draft) {
        ClusterAddresses.of(service).forEach(ip -> ClusterAddresses.giveBack(ip, draft));
    }
}
