package dev.fairlead.lab;

import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerPort;
import dev.fairlead.lab.model.ContainerStatus;
import dev.fairlead.lab.model.ContainerStatus.State;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PortEndpoints;
import dev.fairlead.lab.model.Service;
import dev.fairlead.lab.node.Underlay;
import dev.fairlead.web.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The lab's picture in the words of its page. */
final class PageTopology {
    private PageTopology() {}

    static Topology of(Lab lab) {
        LabPicture picture = lab.picture();
        return new Topology(
                lab.options().name().name(),
                picture.resourceVersion(),
                picture.nodes().values().stream()
                        .map(node -> new Topology.Node(
                                node.name(),
                                node.addresses(),
                                node.podCidrs(),
                                TraceStage.BRIDGE,
                                Underlay.UPLINK,
                                node.ready()))
                        .toList(),
                picture.pods().values().stream().map(pod -> pod(lab, pod)).toList(),
                picture.services().values().stream()
                        .map(service -> service(picture, service))
                        .toList());
    }

    private static Topology.Pod pod(Lab lab, Pod pod) {
        return new Topology.Pod(
                pod.metadata().namespace(),
                pod.metadata().name(),
                pod.spec().nodeName(),
                pod.status().podIps(),
                pod.metadata().deleting() ? "Terminating" : pod.status().phase().toString(),
                pod.status().ready(),
                pod.status().reason(),
                pod.spec().hostNetwork(),
                lab.findRunning(pod).map(TraceStage::port).orElse(""),
                pod.status().pausePid(),
                containers(pod));
    }

    private static List<Topology.Container> containers(Pod pod) {
        Map<String, ContainerStatus> statuses = new HashMap<>();
        pod.status().containers().forEach(status -> statuses.put(status.name(), status));
        pod.status().initContainers().forEach(status -> statuses.put(status.name(), status));
        List<Topology.Container> containers = new ArrayList<>();
        for (Container container : pod.spec().allContainers()) {
            ContainerStatus status = statuses.get(container.name());
            containers.add(new Topology.Container(
                    container.name(),
                    container.image(),
                    status == null ? "Waiting" : state(status.state()),
                    status == null ? 0 : status.restartCount(),
                    container.ports().stream().map(ContainerPort::containerPort).toList()));
        }
        return containers;
    }

    private static String state(State state) {
        return switch (state) {
            case State.Waiting waiting -> waiting.reason();
            case State.Running _ -> "Running";
            case State.Terminated terminated -> terminated.reason();
        };
    }

    private static Topology.Service service(LabPicture picture, Service service) {
        List<Topology.Port> ports = new ArrayList<>();
        List<Topology.Endpoint> endpoints = new ArrayList<>();
        for (PortEndpoints behind : PortEndpoints.of(picture, service)) {
            String name = behind.port().name();
            ports.add(new Topology.Port(
                    name,
                    behind.port().protocol(),
                    behind.port().port(),
                    behind.port().targetPort().toString()));
            behind.endpoints()
                    .forEach(endpoint -> endpoints.add(new Topology.Endpoint(
                            endpoint.pod().toString(), endpoint.ip(), endpoint.port(), name, endpoint.ready())));
        }
        return new Topology.Service(
                service.metadata().namespace(),
                service.metadata().name(),
                service.spec().clusterIps(),
                ports,
                endpoints);
    }
}
