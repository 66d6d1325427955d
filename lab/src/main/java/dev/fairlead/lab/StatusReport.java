package dev.fairlead.lab;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerStatus;
import dev.fairlead.lab.model.ContainerStatus.State;
import dev.fairlead.lab.model.Endpoint;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PortEndpoints;
import dev.fairlead.lab.model.Service;
import dev.fairlead.lab.node.HostView;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.RunningContainer;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What {@code lab status --json} prints. Paths and process numbers are the host's. */
final class StatusReport {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private StatusReport() {}

    static ObjectNode of(Lab lab) {
        LabPicture picture = lab.picture();
        ObjectNode report = JSON.objectNode()
                .put("name", lab.options().name().name())
                .put("pid", HostView.ownPid())
                .put("page", lab.page.link());
        ArrayNode nodes = report.putArray("nodes");
        picture.nodes().values().forEach(node -> nodes.add(node(lab, node)));
        ArrayNode pods = report.putArray("pods");
        picture.pods().values().forEach(pod -> pods.add(pod(lab, pod)));
        ArrayNode services = report.putArray("services");
        picture.services().values().forEach(service -> services.add(service(picture, service)));
        ArrayNode deployments = report.putArray("deployments");
        picture.deployments()
                .values()
                .forEach(deployment -> deployments
                        .addObject()
                        .put("namespace", deployment.metadata().namespace())
                        .put("name", deployment.metadata().name())
                        .put("replicas", deployment.spec().replicas()));
        return report;
    }

    private static ObjectNode node(Lab lab, Node node) {
        ObjectNode json = JSON.objectNode().put("name", node.name());
        ips(json, node.addresses());
        json.put("podCIDR", node.podCidrs().getFirst().toString());
        ArrayNode cidrs = json.putArray("podCIDRs");
        for (Prefix cidr : node.podCidrs()) {
            cidrs.add(cidr.toString());
        }
        json.put("netns", node.netns()).put("ready", node.ready());
        ArrayNode faults = json.putArray("linkFaults");
        for (LabNode running : lab.nodes()) {
            if (running.slot().name().equals(node.name())) {
                running.link().faults().forEach(faults::add);
            }
        }
        return json;
    }

    private static ObjectNode pod(Lab lab, Pod pod) {
        ObjectNode json = JSON.objectNode()
                .put("namespace", pod.metadata().namespace())
                .put("name", pod.metadata().name())
                .put("node", pod.spec().nodeName());
        ips(json, pod.status().podIps());
        json.put("pid", pod.status().pausePid())
                .put("netns", pod.status().netns())
                .put(
                        "phase",
                        pod.metadata().deleting()
                                ? "Terminating"
                                : pod.status().phase().toString())
                .put("ready", pod.status().ready())
                .put("reason", pod.status().reason());
        Map<String, ContainerStatus> statuses = new HashMap<>();
        pod.status().containers().forEach(status -> statuses.put(status.name(), status));
        Map<String, String> summaries = summaries(lab, pod);
        ArrayNode containers = json.putArray("containers");
        pod.status().initContainers().forEach(status -> statuses.put(status.name(), status));
        for (Container container : pod.spec().allContainers()) {
            ObjectNode entry =
                    containers.addObject().put("name", container.name()).put("image", container.image());
            ContainerStatus status = statuses.get(container.name());
            if (status != null) {
                entry.put("ready", status.ready()).put("restarts", status.restartCount());
                state(entry, status.state());
            }
            entry.put("summary", summaries.getOrDefault(container.name(), ""));
        }
        return json;
    }

    private static Map<String, String> summaries(Lab lab, Pod pod) {
        Map<String, String> summaries = new HashMap<>();
        if (!pod.spec().nodeName().isEmpty()) {
            lab.findRunning(pod).ifPresent(running -> {
                for (RunningContainer container : running.containers()) {
                    summaries.put(container.name(), container.summary());
                }
            });
        }
        return summaries;
    }

    private static void state(ObjectNode json, State state) {
        switch (state) {
            case State.Waiting waiting ->
                json.put("state", "Waiting").put("reason", waiting.reason()).put("message", waiting.message());
            case State.Running running -> json.put("state", "Running").put("pid", running.pid());
            case State.Terminated terminated ->
                json.put("state", "Terminated")
                        .put("reason", terminated.reason())
                        .put("exitCode", terminated.exitCode());
        }
    }

    private static ObjectNode service(LabPicture picture, Service service) {
        ObjectNode json = JSON.objectNode()
                .put("namespace", service.metadata().namespace())
                .put("name", service.metadata().name());
        ips(json, service.spec().clusterIps());
        ArrayNode ports = json.putArray("ports");
        ArrayNode endpoints = json.putArray("endpoints");
        for (PortEndpoints behind : PortEndpoints.of(picture, service)) {
            ObjectNode port = ports.addObject()
                    .put("name", behind.port().name())
                    .put("protocol", behind.port().protocol().name())
                    .put("port", behind.port().port())
                    .put("targetPort", behind.port().targetPort().toString());
            if (behind.port().nodePort() != 0) {
                port.put("nodePort", behind.port().nodePort());
            }
            for (Endpoint endpoint : behind.endpoints()) {
                endpoints
                        .addObject()
                        .put("ip", endpoint.ip().toString())
                        .put("port", endpoint.port())
                        .put("portName", behind.port().name())
                        .put("pod", endpoint.pod().name())
                        .put("node", endpoint.nodeName())
                        .put("ready", endpoint.ready());
            }
        }
        return json;
    }

    private static void ips(ObjectNode json, List<Ip> addresses) {
        json.put("ip", addresses.isEmpty() ? "" : addresses.getFirst().toString());
        ArrayNode all = json.putArray("ips");
        addresses.forEach(ip -> all.add(ip.toString()));
    }
}
