package dev.fairlead.lab;

import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.PortEndpoints;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServiceName;
import dev.fairlead.plan.ServicePort;
import java.util.ArrayList;
import java.util.List;

/** What agents are told of the lab: the store's picture in the words of {@code plan}. */
final class ClusterView {
    private ClusterView() {}

    static ClusterPicture of(LabPicture lab, List<Prefix> serviceCidrs) {
        ClusterPicture picture = ClusterPicture.EMPTY.withServiceCidrs(serviceCidrs);
        for (dev.fairlead.lab.model.Node node : lab.nodes().values()) {
            if (!node.netns().isEmpty()) { // others were only written about
                picture = picture.with(new Node(node.name(), node.addresses(), node.podCidrs()));
            }
        }
        for (dev.fairlead.lab.model.Service service : lab.services().values()) {
            ServiceName name = new ServiceName(
                    service.metadata().namespace(), service.metadata().name());
            picture = picture.with(new Service(name, service.spec().clusterIps(), ports(service)));
            for (PortEndpoints behind : PortEndpoints.of(lab, service)) {
                for (EndpointSlice slice : slices(service.metadata().name(), behind)) {
                    picture = picture.with(name, slice);
                }
            }
        }
        return picture;
    }

    private static List<ServicePort> ports(dev.fairlead.lab.model.Service service) {
        List<ServicePort> ports = new ArrayList<>();
        for (dev.fairlead.lab.model.ServicePort port : service.spec().ports()) {
            ports.add(new ServicePort(
                    port.name(), port.protocol(), port.port(), port.targetPort().toString(), port.nodePort()));
        }
        return ports;
    }

    /** A slice for each number that a named target port has in the pods: within a slice every endpoint has every port. */
    private static List<EndpointSlice> slices(String service, PortEndpoints behind) {
        List<EndpointSlice> slices = new ArrayList<>();
        List<Integer> numbers = behind.endpoints().stream()
                .map(dev.fairlead.lab.model.Endpoint::port)
                .distinct()
                .toList();
        for (int number : numbers) {
            List<dev.fairlead.plan.Endpoint> endpoints = new ArrayList<>();
            for (dev.fairlead.lab.model.Endpoint e : behind.endpoints()) {
                if (e.port() == number) {
                    endpoints.add(new dev.fairlead.plan.Endpoint(
                            e.ip(), e.nodeName(), e.pod().toString(), e.ready(), e.serving(), e.terminating()));
                }
            }
            String name =
                    service + "-" + behind.port().protocol() + behind.port().port() + "-" + number;
            slices.add(new EndpointSlice(
                    name,
                    List.of(new EndpointSlice.Port(
                            behind.port().name(), behind.port().protocol(), number)),
                    endpoints));
        }
        return slices;
    }
}
