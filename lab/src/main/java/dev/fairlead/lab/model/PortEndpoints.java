package dev.fairlead.lab.model;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The endpoints of one port of a Service, in the order of their pods' keys. */
public record PortEndpoints(ServicePort port, List<Endpoint> endpoints) {

    public PortEndpoints {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * Computes them from the pods' labels and states, for each port and in its order. Conditions as the EndpointSlice
     * controller sets them; a pod counts from the moment it has an address until it is over, and one that lacks a port
     * that {@code targetPort} names isn't behind that port.
     */
    public static List<PortEndpoints> of(LabPicture picture, Service service) {
        List<Pod> pods = podsBehind(picture, service);
        List<PortEndpoints> all = new ArrayList<>();
        for (ServicePort port : service.spec().ports()) {
            List<Endpoint> endpoints = new ArrayList<>();
            for (Pod pod : pods) {
                targetPort(pod, port).ifPresent(number -> add(endpoints, service.spec(), pod, number));
            }
            all.add(new PortEndpoints(port, endpoints));
        }
        return all;
    }

    /** The pods behind a Service that says no port, each with port 0. */
    public static List<Endpoint> withoutPorts(LabPicture picture, Service service, Family family) {
        List<Endpoint> endpoints = new ArrayList<>();
        podsBehind(picture, service).forEach(pod -> add(endpoints, service.spec(), pod, 0));
        return endpoints.stream()
                .filter(endpoint -> endpoint.ip().family() == family)
                .toList();
    }

    private static List<Pod> podsBehind(LabPicture picture, Service service) {
        List<Pod> pods = new ArrayList<>();
        if (service.spec().selector().isEmpty()) {
            return pods;
        }
        for (Pod pod : picture.pods().values()) {
            ObjectMeta metadata = pod.metadata();
            if (metadata.namespace().equals(service.metadata().namespace())
                    && !pod.status().phase().over()
                    && LabelSelector.hasAll(metadata.labels(), service.spec().selector())) {
                pods.add(pod);
            }
        }
        return pods;
    }

    private static void add(List<Endpoint> endpoints, ServiceSpec spec, Pod pod, int port) {
        boolean serving = pod.status().ready();
        boolean terminating = pod.metadata().deleting();
        boolean ready = spec.publishNotReadyAddresses() || (serving && !terminating);
        for (Family family : spec.ipFamilies()) {
            for (Ip ip : pod.status().podIps()) {
                if (ip.family() == family) {
                    endpoints.add(
                            new Endpoint(ip, port, pod.spec().nodeName(), ready, serving, terminating, pod.key()));
                }
            }
        }
    }

    private static OptionalInt targetPort(Pod pod, ServicePort port) {
        return switch (port.targetPort()) {
            case ServicePort.TargetPort.Number number -> OptionalInt.of(number.port());
            case ServicePort.TargetPort.Name name -> named(pod, name.name(), port);
        };
    }

    private static OptionalInt named(Pod pod, String name, ServicePort port) {
        for (Container container : pod.spec().containers()) {
            for (ContainerPort candidate : container.ports()) {
                if (candidate.name().equals(name) && candidate.protocol() == port.protocol()) {
                    return OptionalInt.of(candidate.containerPort());
                }
            }
        }
        return OptionalInt.empty();
    }
}
