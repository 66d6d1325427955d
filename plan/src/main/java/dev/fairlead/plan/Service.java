package dev.fairlead.plan;

import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.List;

/**
 * What the network needs to know of a core/v1 Service. Its pods are in {@link EndpointSlice}s, which come and go by
 * themselves. Headless and ExternalName Services have no {@code clusterIps}, and so no part in any plan.
 *
 * @param clusterIps {@code spec.clusterIPs}, of one or both families
 */
public record Service(ServiceName name, List<Ip> clusterIps, List<ServicePort> ports) {

    public Service {
        clusterIps = List.copyOf(clusterIps);
        ports = List.copyOf(ports);
    }

    /** Starts a Service; what isn't said is empty, or as the API server would set it. */
    public static Builder named(String namespace, String name) {
        return new Builder(new ServiceName(namespace, name));
    }

    /** Collects a Service. Confined to one thread. */
    public static final class Builder {
        private final ServiceName name;
        private final List<Ip> clusterIps = new ArrayList<>();
        private final List<ServicePort> ports = new ArrayList<>();

        private Builder(ServiceName name) {
            this.name = name;
        }

        /** Adds a {@code clusterIP}. */
        public Builder clusterIp(Ip ip) {
            clusterIps.add(ip);
            return this;
        }

        /** Adds a port. */
        public Builder port(ServicePort port) {
            ports.add(port);
            return this;
        }

        public Service build() {
            return new Service(name, clusterIps, ports);
        }
    }
}
