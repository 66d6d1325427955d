package dev.fairlead.dns;

import dev.fairlead.packet.Ip;
import java.util.List;

/**
 * A Service, as far as its names go.
 *
 * @param clusterIps empty for a headless one and for an alias
 * @param alias {@code spec.externalName} of a Service of type ExternalName, otherwise empty
 * @param ports those that have a name, of a Service with an address
 * @param endpoints the ready ones of a headless Service
 */
public record ServiceNames(
        String namespace,
        String name,
        List<Ip> clusterIps,
        String alias,
        List<NamedPort> ports,
        List<NamedEndpoint> endpoints) {

    public ServiceNames {
        clusterIps = List.copyOf(clusterIps);
        ports = List.copyOf(ports);
        endpoints = List.copyOf(endpoints);
    }

    /** @param protocol {@code tcp}, {@code udp} or {@code sctp} @param number 1 to 65535 */
    public record NamedPort(String name, String protocol, int number) {}

    /**
     * @param hostname the endpoint's own, or empty
     * @param ports as the endpoint has them, which may be others than the Service's
     */
    public record NamedEndpoint(Ip ip, String hostname, List<NamedPort> ports) {
        public NamedEndpoint {
            ports = List.copyOf(ports);
        }

        /** Its own, or one made of the address. */
        String label() {
            return hostname.isEmpty() ? ip.toString().replace('.', '-').replace(':', '-') : hostname;
        }
    }

    boolean isHeadless() {
        return clusterIps.isEmpty() && alias.isEmpty();
    }
}
