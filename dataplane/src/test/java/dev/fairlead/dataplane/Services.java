package dev.fairlead.dataplane;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServicePort;
import java.util.ArrayList;
import java.util.List;

/** Short ways to write Services of one family into a picture. Each has port 80, TCP and UDP, to port 8080 of its endpoints. */
record Services(ClusterPicture picture, Family family) {
    private static final List<EndpointSlice.Port> PORTS =
            List.of(new EndpointSlice.Port("t", Protocol.TCP, 8080), new EndpointSlice.Port("u", Protocol.UDP, 8080));

    /** {@code 10.96.0.NUMBER} or {@code fd00:96::NUMBER}. */
    static Ip address(Family family, int number) {
        return Ip.of((family == Family.IPV4 ? "10.96.0." : "fd00:96::") + number);
    }

    /** @param endpoints as {@code 10.244.1.5@n1 10.244.2.7@n2}, all ready */
    Services add(String name, int number, String endpoints) {
        return add(name, number, 0, endpoints);
    }

    /** The same, and at each node's own address. @param nodePort or 0 */
    Services add(String name, int number, int nodePort, String endpoints) {
        Service service = Service.named("default", name + (family == Family.IPV4 ? "" : "-6"))
                .clusterIp(address(family, number))
                .port(new ServicePort("t", Protocol.TCP, 80, "8080", nodePort))
                .port(new ServicePort("u", Protocol.UDP, 80, "8080", nodePort))
                .build();
        return new Services(picture.with(service).with(service.name(), slice(endpoints)), family);
    }

    private static EndpointSlice slice(String endpoints) {
        List<Endpoint> list = new ArrayList<>();
        for (String word : endpoints.isEmpty() ? new String[0] : endpoints.split(" ", -1)) {
            String[] parts = word.split("@", 2);
            list.add(Endpoint.ready(Ip.of(parts[0]), parts[1]));
        }
        return new EndpointSlice("slice", PORTS, list);
    }
}
