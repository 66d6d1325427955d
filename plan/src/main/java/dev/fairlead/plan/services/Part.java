package dev.fairlead.plan.services;

import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServiceName;
import dev.fairlead.plan.ServicePort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one Service puts into a node's plan.
 *
 * @param hairpins addresses of this node's endpoints that a frontend leads to
 */
record Part(
        ServiceName service,
        SortedMap<FrontendKey, Frontend> frontends,
        SortedSet<Ip> clusterIps,
        SortedSet<Ip> hairpins) {

    /** What {@code name} puts into the plan of {@code nodeName}: nothing where it isn't there or has no ClusterIP. */
    static Part of(ClusterPicture picture, ServiceName name, String nodeName) {
        Part part = new Part(name, new TreeMap<>(), new TreeSet<>(), new TreeSet<>());
        Optional<Service> service = picture.service(name);
        if (service.isPresent()) {
            Optional<Node> node = picture.node(nodeName);
            Locality locality = new Locality(nodeName, node);
            Collection<EndpointSlice> slices = picture.slices(name).values();
            for (Ip clusterIp : service.get().clusterIps()) {
                part.clusterIps.add(clusterIp);
                Optional<Ip> nodeIp = node.flatMap(own -> own.address(clusterIp.family()));
                for (ServicePort port : service.get().ports()) {
                    part.add(new FrontendKey(clusterIp, port.protocol(), port.port()), false, port, slices, locality);
                    if (port.nodePort() != 0 && nodeIp.isPresent()) {
                        FrontendKey key = new FrontendKey(nodeIp.get(), port.protocol(), port.nodePort());
                        part.add(key, true, port, slices, locality);
                    }
                }
            }
        }
        return part;
    }

    /** Tells this node's endpoints: by the node they name, or where they name none, by their address. */
    private record Locality(String nodeName, Optional<Node> node) {
        Topology topology() {
            return new Topology(nodeName, node.map(Node::zone).orElse(""));
        }

        boolean isHere(Endpoint endpoint) {
            return endpoint.nodeName().isEmpty()
                    ? node.isPresent() && node.get().holds(endpoint.ip())
                    : endpoint.nodeName().equals(nodeName);
        }
    }

    private void add(
            FrontendKey key, boolean nodePort, ServicePort port, Collection<EndpointSlice> slices, Locality locality) {
        PortName owner = new PortName(service, port.name());
        SortedMap<IpPort, Endpoint> endpoints = endpoints(port, key.ip().family(), slices);
        List<IpPort> backends = usable(endpoints, locality.topology());
        Frontend frontend = new Frontend(key, owner, nodePort, backends, lasting(endpoints, port.protocol()));
        if (frontends.putIfAbsent(key, frontend) == null) {
            for (IpPort backend : backends) {
                Endpoint endpoint = endpoints.get(backend);
                if (endpoint != null && locality.isHere(endpoint)) {
                    hairpins.add(backend.ip());
                }
            }
        }
    }

    /** The endpoints of a port in one family, one for each address and port number. */
    private static SortedMap<IpPort, Endpoint> endpoints(
            ServicePort port, Family family, Collection<EndpointSlice> slices) {
        SortedMap<IpPort, Endpoint> found = new TreeMap<>();
        for (EndpointSlice slice : slices) {
            for (EndpointSlice.Port slicePort : slice.ports()) {
                if (slicePort.protocol() != port.protocol() || !slicePort.name().equals(port.name())) {
                    continue;
                }
                for (Endpoint endpoint : slice.endpoints()) {
                    if (endpoint.ip().family() == family) {
                        found.merge(new IpPort(endpoint.ip(), slicePort.number()), endpoint, Part::preferred);
                    }
                }
            }
        }
        return found;
    }

    /**
     * Of two endpoints with one address: a pod that is gone but still listed, and a new one that was given its address; or
     * one endpoint on its way from a slice to another (kubernetes#135593). The one that isn't terminating, then one that is
     * ready, then one that serves, then the first that was listed.
     */
    private static Endpoint preferred(Endpoint one, Endpoint other) {
        return rank(other) > rank(one) ? other : one;
    }

    private static int rank(Endpoint endpoint) {
        return (endpoint.terminating() ? 0 : 4) + (endpoint.ready() ? 2 : 0) + (endpoint.serving() ? 1 : 0);
    }

    /** The ready ones that are near; where none is ready, those that still serve while they terminate (KEP-1669). */
    private static List<IpPort> usable(Map<IpPort, Endpoint> endpoints, Topology topology) {
        List<IpPort> ready = new ArrayList<>();
        List<IpPort> fallback = new ArrayList<>();
        for (Map.Entry<IpPort, Endpoint> entry : endpoints.entrySet()) {
            Endpoint endpoint = entry.getValue();
            if (endpoint.ready()) {
                ready.add(entry.getKey());
            } else if (endpoint.serving() && endpoint.terminating()) {
                fallback.add(entry.getKey());
            }
        }
        return ready.isEmpty() ? fallback : topology.near(ready, endpoints);
    }

    /** See {@link StaleFlow}. */
    private static List<IpPort> lasting(Map<IpPort, Endpoint> endpoints, Protocol protocol) {
        List<IpPort> lasting = new ArrayList<>();
        for (Map.Entry<IpPort, Endpoint> entry : endpoints.entrySet()) {
            Endpoint endpoint = entry.getValue();
            boolean stays = switch (protocol) {
                case TCP -> false;
                case UDP -> endpoint.ready() || endpoint.serving();
                case SCTP -> true;
                case ICMP, ICMPV6 -> false; // they have no ports, so no Service port is theirs
            };
            if (stays) {
                lasting.add(entry.getKey());
            }
        }
        return lasting;
    }
}
