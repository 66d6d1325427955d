package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerPort;
import dev.fairlead.lab.model.EnvVar;
import dev.fairlead.lab.model.Finding;
import dev.fairlead.lab.model.ManifestException;
import dev.fairlead.lab.model.PodSpec;
import dev.fairlead.lab.model.PodSpec.RestartPolicy;
import dev.fairlead.packet.Protocol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a pod's spec, be it a Pod's own or a template's. */
final class PodReader {
    private static final int GRACE_SECONDS = 30;

    private PodReader() {}

    static PodSpec spec(Fields spec) {
        List<Container> containers = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Map<String, String> listeners = new HashMap<>();
        for (Fields fields : spec.list("containers", Schemas.CONTAINER)) {
            Container container = container(fields);
            if (!names.add(container.name())) {
                throw fields.wrong(
                        "name", "'" + container.name() + "' is already the name of another container of this pod");
            }
            checkWorkload(container, fields, listeners);
            containers.add(container);
        }
        if (containers.isEmpty()) {
            throw spec.wrong("containers", "is empty; a pod needs at least one container");
        }
        spec.name("serviceAccountName", NameRule.SUBDOMAIN);
        return new PodSpec(
                containers,
                spec.name("nodeName", NameRule.SUBDOMAIN),
                spec.labels("nodeSelector"),
                restartPolicy(spec),
                spec.count("terminationGracePeriodSeconds", GRACE_SECONDS),
                spec.name("hostname", NameRule.LABEL),
                spec.node());
    }

    private static RestartPolicy restartPolicy(Fields spec) {
        String text = spec.text("restartPolicy");
        if (text.isEmpty()) {
            return RestartPolicy.ALWAYS;
        }
        for (RestartPolicy policy : RestartPolicy.values()) {
            if (policy.toString().equals(text)) {
                return policy;
            }
        }
        throw spec.wrong(
                "restartPolicy", "'" + Text.brief(text) + "' is not a restart policy; use Always, OnFailure or Never");
    }

    private static Container container(Fields fields) {
        List<EnvVar> env = new ArrayList<>();
        for (Fields variable : fields.list("env", Schemas.ENV)) {
            env.add(new EnvVar(required(variable, NameRule.VARIABLE), variable.text("value")));
        }
        return new Container(
                required(fields, NameRule.LABEL),
                fields.text("image"),
                fields.texts("command"),
                fields.texts("args"),
                fields.text("workingDir"),
                ports(fields),
                env);
    }

    private static String required(Fields fields, NameRule rule) {
        String name = fields.name("name", rule);
        if (name.isEmpty()) {
            throw fields.wrong("name", "is empty; " + rule.wanted());
        }
        return name;
    }

    private static List<ContainerPort> ports(Fields container) {
        List<ContainerPort> ports = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Fields fields : container.list("ports", Schemas.CONTAINER_PORT)) {
            String name = fields.name("name", NameRule.PORT_NAME);
            if (!name.isEmpty() && !names.add(name)) {
                throw fields.wrong("name", "'" + name + "' is already the name of another port of this container");
            }
            ports.add(new ContainerPort(name, fields.port("containerPort"), protocol(fields)));
        }
        return ports;
    }

    /** {@code protocol} of a container's or a Service's port. */
    static Protocol protocol(Fields port) {
        return switch (port.text("protocol")) {
            case "", "TCP" -> Protocol.TCP;
            case "UDP" -> Protocol.UDP;
            case "SCTP" -> throw port.wrong("protocol", "SCTP is not supported by the lab; use TCP or UDP");
            default ->
                throw port.wrong(
                        "protocol", "'" + Text.brief(port.text("protocol")) + "' is not a protocol; use TCP or UDP");
        };
    }

    /** Finds at once what would otherwise fail when the pod starts. */
    private static void checkWorkload(Container container, Fields fields, Map<String, String> listeners) {
        Workload workload;
        try {
            workload = Workload.of(container);
        } catch (ManifestException e) {
            Finding finding = e.finding();
            throw fields.wrong(finding.field(), finding.problem());
        }
        if (workload instanceof Workload.Http http) {
            claim("TCP", http.port(), container, fields, listeners);
        } else if (workload instanceof Workload.Echo echo) {
            claim("TCP", echo.port(), container, fields, listeners);
            claim("UDP", echo.port(), container, fields, listeners);
        }
    }

    private static void claim(
            String protocol, int port, Container container, Fields fields, Map<String, String> listeners) {
        String earlier = listeners.putIfAbsent(protocol + port, container.name());
        if (earlier != null) {
            throw fields.wrong(
                    "ports",
                    container.image() + " would listen on " + protocol + " port " + port + " like container '" + earlier
                            + "', but the containers of a pod share one address; give it another containerPort");
        }
        for (ContainerPort declared : container.ports()) {
            if (declared.containerPort() != port && declared.protocol().name().equals(protocol)) {
                fields.scope()
                        .note(
                                fields.path("ports"),
                                "only " + port + " is listened on; " + container.image() + " has one port, and "
                                        + declared.containerPort() + " refuses connections");
            }
        }
    }
}
