package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerPort;
import dev.fairlead.lab.model.Finding;
import dev.fairlead.lab.model.ManifestException;
import dev.fairlead.lab.model.PodSpec;
import dev.fairlead.lab.model.PodSpec.RestartPolicy;
import dev.fairlead.lab.model.Volume;
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
    /** Fields of a container that no variable can mend. */
    private static final Set<String> AT_ONCE = Set.of("image", "command");

    private PodReader() {}

    static PodSpec spec(Fields spec) {
        List<Volume> volumes = VolumeReader.read(spec);
        Set<String> names = new HashSet<>();
        Map<String, String> listeners = new HashMap<>();
        List<Container> containers = containers(spec, "containers", names, volumes, listeners);
        List<Container> initial = containers(spec, "initContainers", names, volumes, listeners);
        if (containers.isEmpty()) {
            throw spec.wrong("containers", "is empty; a pod needs at least one container");
        }
        spec.name("serviceAccountName", NameRule.SUBDOMAIN);
        return new PodSpec(
                containers,
                spec.name("nodeName", NameRule.SUBDOMAIN),
                PlacementReader.read(spec),
                restartPolicy(spec),
                spec.count("terminationGracePeriodSeconds", GRACE_SECONDS),
                spec.name("hostname", NameRule.LABEL),
                initial,
                volumes,
                spec.truth("hostNetwork"),
                spec.node());
    }

    private static List<Container> containers(
            Fields spec, String list, Set<String> names, List<Volume> volumes, Map<String, String> listeners) {
        boolean initial = list.equals("initContainers");
        List<Container> containers = new ArrayList<>();
        for (Fields fields : spec.list(list, Schemas.CONTAINER)) {
            Container container = ContainerReader.read(fields, initial, spec.truth("hostNetwork"));
            if (!names.add(container.name())) {
                throw fields.wrong(
                        "name", "'" + container.name() + "' is already the name of another container of this pod");
            }
            VolumeReader.checkMounts(container, fields, volumes);
            if (initial && !container.sidecar() && !isProgram(container)) {
                throw fields.wrong(
                        "image",
                        container.image()
                                + " never ends, and the containers after it would wait for that; use the image"
                                + " host, or restartPolicy: Always for one that goes on beside them");
            }
            checkWorkload(container, fields, listeners);
            containers.add(container);
        }
        return containers;
    }

    private static boolean isProgram(Container container) {
        return Image.of(container.image()).filter(image -> image == Image.HOST).isPresent();
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
            if (container.hasLateEnv() && !AT_ONCE.contains(finding.field())) {
                return; // a variable may still bring it
            }
            throw fields.wrong(finding.field(), finding.problem());
        }
        if (container.hasLateEnv()) {
            return; // its port may be one that only a variable will tell
        }
        if (workload instanceof Workload.Http http) {
            claim("TCP", http.port(), container, fields, listeners);
        } else if (workload instanceof Workload.Echo echo) {
            claimBoth(echo.port(), container, fields, listeners);
        } else if (workload instanceof Workload.Dns dns) {
            claimBoth(dns.port(), container, fields, listeners);
        }
    }

    private static void claimBoth(int port, Container container, Fields fields, Map<String, String> listeners) {
        claim("TCP", port, container, fields, listeners);
        claim("UDP", port, container, fields, listeners);
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
