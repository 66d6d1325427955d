package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.ServicePort;
import dev.fairlead.lab.model.ServicePort.TargetPort;
import dev.fairlead.lab.model.ServiceSpec;
import dev.fairlead.lab.model.ServiceSpec.FamilyPolicy;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a Service's spec. */
final class ServiceReader {
    private ServiceReader() {}

    static ServiceSpec spec(Fields spec) {
        checkPolicies(spec);
        boolean alias = spec.text("type").equals("ExternalName");
        if (alias) {
            checkAlias(spec);
        }
        boolean headless = alias || spec.text("clusterIP").equals("None");
        List<ServicePort> ports = ports(spec);
        if (ports.isEmpty() && !headless) {
            throw spec.wrong("ports", "is missing; a Service needs at least one port");
        }
        if (spec.labels("selector").isEmpty() && !alias) {
            spec.scope().note(spec.path("selector"), "is missing; without one the Service has no endpoints");
        }
        return new ServiceSpec(
                ports,
                spec.labels("selector"),
                headless,
                headless ? headlessIps(spec) : clusterIps(spec),
                familyPolicy(spec),
                families(spec),
                spec.truth("publishNotReadyAddresses"),
                spec.node());
    }

    /** Before anything else: with another type goes a whole set of other fields. */
    static void checkType(String type, Scope scope) {
        switch (type) {
            case "", "ClusterIP", "ExternalName", "NodePort" -> {}
            case "LoadBalancer" ->
                scope.note(
                        "spec.type", "LoadBalancer acts like NodePort; nobody gives out external addresses in a lab");
            default ->
                throw scope.wrong(
                        "spec.type", "'" + Text.brief(type) + "' is not a Service type; use ClusterIP or leave it out");
        }
    }

    private static void checkAlias(Fields spec) {
        String name = spec.text("externalName");
        if (name.isEmpty()) {
            throw spec.wrong(
                    "externalName", "is missing; it is the name that a Service of type ExternalName stands for");
        }
        if (!NameRule.SUBDOMAIN.allows(name.endsWith(".") ? name.substring(0, name.length() - 1) : name)) {
            throw spec.wrong(
                    "externalName", "'" + Text.brief(name) + "' is not a name; " + NameRule.SUBDOMAIN.wanted());
        }
        for (String field : List.of("clusterIP", "clusterIPs")) {
            if (spec.has(field)) {
                throw spec.wrong(field, "may not be set for ExternalName services; leave it out");
            }
        }
    }

    private static void checkPolicies(Fields spec) {
        switch (spec.text("sessionAffinity")) {
            case "", "None" -> {}
            case "ClientIP" ->
                spec.scope().note(spec.path("sessionAffinity"), "has no effect; each connection chooses its endpoint");
            default ->
                throw spec.wrong(
                        "sessionAffinity",
                        "'" + Text.brief(spec.text("sessionAffinity")) + "' is unknown; use None or ClientIP");
        }
        switch (spec.text("internalTrafficPolicy")) {
            case "", "Cluster" -> {}
            case "Local" ->
                spec.scope().note(spec.path("internalTrafficPolicy"), "has no effect; all endpoints get connections");
            default ->
                throw spec.wrong(
                        "internalTrafficPolicy",
                        "'" + Text.brief(spec.text("internalTrafficPolicy")) + "' is unknown; use Cluster or Local");
        }
        checkExternalPolicy(spec);
    }

    private static void checkExternalPolicy(Fields spec) {
        String field = "externalTrafficPolicy";
        if (!spec.has(field)) {
            return;
        }
        String policy = spec.text(field);
        if (!hasNodePorts(spec)) {
            throw spec.wrong(field, "belongs to type NodePort or LoadBalancer; leave it out");
        }
        if (policy.equals("Local")) {
            throw spec.wrong(
                    field,
                    "Local is not supported; with Cluster, which is the default, each node leads to all endpoints");
        }
        if (!policy.isEmpty() && !policy.equals("Cluster")) {
            throw spec.wrong(field, "'" + Text.brief(policy) + "' is unknown; use Cluster or leave it out");
        }
    }

    private static boolean hasNodePorts(Fields spec) {
        return List.of("NodePort", "LoadBalancer").contains(spec.text("type"));
    }

    private static List<ServicePort> ports(Fields spec) {
        List<ServicePort> ports = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<String> numbers = new HashSet<>();
        List<Fields> all = spec.list("ports", Schemas.SERVICE_PORT);
        for (Fields fields : all) {
            ServicePort port = new ServicePort(
                    fields.name("name", NameRule.LABEL),
                    PodReader.protocol(fields),
                    fields.port("port"),
                    targetPort(fields),
                    nodePort(spec, fields));
            if (port.name().isEmpty() && all.size() > 1) {
                throw fields.wrong("name", "is missing; with several ports each needs a name");
            }
            if (!port.name().isEmpty() && !names.add(port.name())) {
                throw fields.wrong("name", "'" + port.name() + "' is already the name of another port of this Service");
            }
            if (!numbers.add(port.protocol() + " " + port.port())) {
                throw fields.wrong(
                        "port",
                        port.port() + " is given twice for " + port.protocol().name());
            }
            ports.add(port);
        }
        return ports;
    }

    private static int nodePort(Fields spec, Fields port) {
        if (!port.has("nodePort") || port.value("nodePort").asInt() == 0) {
            return 0;
        }
        if (!hasNodePorts(spec)) {
            throw port.wrong("nodePort", "belongs to type NodePort or LoadBalancer; leave it out");
        }
        return port.port("nodePort");
    }

    private static TargetPort targetPort(Fields port) {
        if (!port.has("targetPort") || port.value("targetPort").isNumber()) {
            return new TargetPort.Number(port.port(port.has("targetPort") ? "targetPort" : "port"));
        }
        String name = port.text("targetPort");
        if (!NameRule.PORT_NAME.allows(name)) {
            throw port.wrong(
                    "targetPort",
                    "'" + Text.brief(name) + "' is neither a port nor a port's name; use 1 to 65535 without quotes, or "
                            + NameRule.PORT_NAME.wanted().substring("use ".length()));
        }
        return new TargetPort.Name(name);
    }

    private static List<Ip> headlessIps(Fields spec) {
        List<String> texts = spec.texts("clusterIPs");
        if (texts.size() > 1 || texts.size() == 1 && !texts.getFirst().equals("None")) {
            throw spec.wrong("clusterIPs", "contradicts clusterIP: None; leave it out");
        }
        return List.of();
    }

    private static List<Ip> clusterIps(Fields spec) {
        List<Ip> ips = new ArrayList<>();
        String first = spec.text("clusterIP");
        if (!first.isEmpty()) {
            ips.add(address(spec, "clusterIP", first));
        }
        List<String> texts = spec.texts("clusterIPs");
        for (int i = 0; i < texts.size(); i++) {
            Ip ip = address(spec, "clusterIPs[" + i + "]", texts.get(i));
            if (i == 0 && (ips.isEmpty() || !ips.getFirst().equals(ip))) {
                throw spec.wrong(
                        "clusterIPs[0]", "must be the same as clusterIP, which is '" + Text.brief(first) + "'");
            }
            if (i > 1 || i == 1 && ips.getFirst().family() == ip.family()) {
                throw spec.wrong(
                        "clusterIPs[" + i + "]", ip + " is one too many; there is one address for each family at most");
            }
            if (i == 1) {
                ips.add(ip);
            }
        }
        return ips;
    }

    private static Ip address(Fields spec, String field, String text) {
        Optional<Ip> ip = Ip.parse(text);
        if (ip.isEmpty()) {
            throw spec.wrong(
                    field,
                    "'" + Text.brief(text) + "' is not an IP address; leave it out, or write None for a headless"
                            + " Service");
        }
        return ip.get();
    }

    private static FamilyPolicy familyPolicy(Fields spec) {
        String text = spec.text("ipFamilyPolicy");
        for (FamilyPolicy policy : FamilyPolicy.values()) {
            if (policy.toString().equals(text)) {
                return policy;
            }
        }
        throw spec.wrong(
                "ipFamilyPolicy",
                "'" + Text.brief(text) + "' is unknown; use SingleStack, PreferDualStack or RequireDualStack");
    }

    private static List<Family> families(Fields spec) {
        List<Family> families = new ArrayList<>();
        for (String text : spec.texts("ipFamilies")) {
            String field = "ipFamilies[" + families.size() + "]";
            Family family = switch (text) {
                case "IPv4" -> Family.IPV4;
                case "IPv6" -> Family.IPV6;
                default ->
                    throw spec.wrong(field, "'" + Text.brief(text) + "' is not an address family; use IPv4 or IPv6");
            };
            if (families.contains(family)) {
                throw spec.wrong(field, text + " is given twice");
            }
            families.add(family);
        }
        return families;
    }
}
