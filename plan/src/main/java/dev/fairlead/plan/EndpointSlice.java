package dev.fairlead.plan;

import dev.fairlead.packet.Protocol;
import java.util.List;

/**
 * What the network needs to know of a discovery.k8s.io/v1 EndpointSlice: every endpoint listens on every port. A Service
 * may have many slices, and their numbers for one port name may differ.
 *
 * @param name {@code metadata.name}, unique among the slices of a Service
 */
public record EndpointSlice(String name, List<Port> ports, List<Endpoint> endpoints) {

    public EndpointSlice {
        ports = List.copyOf(ports);
        endpoints = List.copyOf(endpoints);
    }

    /**
     * A port of a slice. Slices also know ports without a number, which stand for all ports; those have no meaning behind a
     * ClusterIP and are left out here.
     *
     * @param name the name of the {@link ServicePort} it belongs to, empty where that has none
     * @param number what the pods listen on, 1 to 65535
     */
    public record Port(String name, Protocol protocol, int number) {

        public Port {
            if (number < 1 || number > 65535) {
                throw new IllegalArgumentException("port " + number + " is outside 1 to 65535");
            }
        }
    }
}
