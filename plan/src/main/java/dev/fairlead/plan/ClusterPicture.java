package dev.fairlead.plan;

import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The cluster as this node last heard of it: what every plan is computed from. A change makes a new picture that shares
 * the rest with the old one, and a change that changes nothing gives the same picture back.
 *
 * @param nodes by name
 * @param slices by Service, then by the slice's name; a slice may come before its Service does
 * @param serviceCidrs the ranges that ClusterIPs are taken from, host bits cleared, sorted
 * @param namespaces by name
 * @param pods this node's own, as {@code namespace/name}
 */
@SuppressWarnings("ReferenceEquality") // a map that didn't change is the same object
public record ClusterPicture(
        PersistentMap<String, Node> nodes,
        PersistentMap<ServiceName, Service> services,
        PersistentMap<ServiceName, PersistentMap<String, EndpointSlice>> slices,
        List<Prefix> serviceCidrs,
        PersistentMap<String, Namespace> namespaces,
        PersistentMap<String, Pod> pods) {

    /** A cluster of which nothing is known yet. */
    public static final ClusterPicture EMPTY = new ClusterPicture(
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            List.of(),
            PersistentMap.empty(),
            PersistentMap.empty());

    public ClusterPicture {
        List<Prefix> networks = new ArrayList<>(serviceCidrs.size());
        for (Prefix cidr : serviceCidrs) {
            networks.add(cidr.network());
        }
        networks.sort(null);
        serviceCidrs = List.copyOf(networks);
    }

    public ClusterPicture with(Node node) {
        return with(nodes.with(node.name(), node));
    }

    public ClusterPicture withoutNode(String name) {
        return with(nodes.without(name));
    }

    private ClusterPicture with(PersistentMap<String, Node> changed) {
        return changed == nodes ? this : new ClusterPicture(changed, services, slices, serviceCidrs, namespaces, pods);
    }

    public ClusterPicture with(Service service) {
        return withServices(services.with(service.name(), service));
    }

    public ClusterPicture withoutService(ServiceName name) {
        return withServices(services.without(name));
    }

    private ClusterPicture withServices(PersistentMap<ServiceName, Service> changed) {
        return changed == services ? this : new ClusterPicture(nodes, changed, slices, serviceCidrs, namespaces, pods);
    }

    /** Adds or replaces a slice of a Service, which needn't be known yet. */
    public ClusterPicture with(ServiceName service, EndpointSlice slice) {
        return withSlices(slices.with(service, slices(service).with(slice.name(), slice)));
    }

    /** Takes a slice from a Service; a slice that isn't there is fine. */
    public ClusterPicture withoutSlice(ServiceName service, String sliceName) {
        PersistentMap<String, EndpointSlice> left = slices(service).without(sliceName);
        return withSlices(left.isEmpty() ? slices.without(service) : slices.with(service, left));
    }

    private ClusterPicture withSlices(PersistentMap<ServiceName, PersistentMap<String, EndpointSlice>> changed) {
        return changed == slices ? this : new ClusterPicture(nodes, services, changed, serviceCidrs, namespaces, pods);
    }

    /** Replaces the Service ranges. */
    public ClusterPicture withServiceCidrs(List<Prefix> cidrs) {
        ClusterPicture changed = new ClusterPicture(nodes, services, slices, cidrs, namespaces, pods);
        return changed.serviceCidrs.equals(serviceCidrs) ? this : changed;
    }

    public ClusterPicture with(Namespace namespace) {
        return withNamespaces(namespaces.with(namespace.name(), namespace));
    }

    public ClusterPicture withoutNamespace(String name) {
        return withNamespaces(namespaces.without(name));
    }

    private ClusterPicture withNamespaces(PersistentMap<String, Namespace> changed) {
        return changed == namespaces ? this : new ClusterPicture(nodes, services, slices, serviceCidrs, changed, pods);
    }

    /** Adds or replaces a pod of this node. */
    public ClusterPicture with(Pod pod) {
        return withPods(pods.with(pod.toString(), pod));
    }

    /** @param pod as {@code namespace/name} */
    public ClusterPicture withoutPod(String pod) {
        return withPods(pods.without(pod));
    }

    private ClusterPicture withPods(PersistentMap<String, Pod> changed) {
        return changed == pods ? this : new ClusterPicture(nodes, services, slices, serviceCidrs, namespaces, changed);
    }

    public Optional<Node> node(String name) {
        return nodes.find(name);
    }

    public Optional<Service> service(ServiceName name) {
        return services.find(name);
    }

    /** The slices of a Service by name; empty when there are none. */
    public PersistentMap<String, EndpointSlice> slices(ServiceName service) {
        return slices.find(service).orElseGet(PersistentMap::empty);
    }
}
