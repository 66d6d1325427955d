package dev.fairlead.api.resource;

import java.util.List;
import java.util.Optional;

/** All resources of the server, in the order in which kubectl shows them. */
public final class Resources {
    public static final Resource CONFIG_MAPS = core("ConfigMap", "configmaps", List.of("cm"), List.of());
    public static final Resource ENDPOINTS = core("Endpoints", "endpoints", List.of("ep"), List.of());
    public static final Resource EVENTS = core("Event", "events", List.of("ev"), List.of());
    /** The same objects as {@link #EVENTS}, in another form. */
    public static final Resource EVENTS_V1 =
            new Resource("events.k8s.io", "v1", "Event", "events", true, List.of("ev"), List.of(), List.of());

    public static final Resource NAMESPACES = new Resource(
            "", "v1", "Namespace", "namespaces", false, List.of("ns"), List.of(), List.of("finalize", "status"));
    public static final Resource NODES =
            new Resource("", "v1", "Node", "nodes", false, List.of("no"), List.of(), List.of("status"));
    public static final Resource PODS = new Resource(
            "",
            "v1",
            "Pod",
            "pods",
            true,
            List.of("po"),
            List.of("all"),
            List.of("attach", "binding", "eviction", "exec", "log", "portforward", "status"));
    public static final Resource SECRETS = core("Secret", "secrets", List.of(), List.of());
    public static final Resource SERVICE_ACCOUNTS = core("ServiceAccount", "serviceaccounts", List.of("sa"), List.of());
    public static final Resource SERVICES =
            new Resource("", "v1", "Service", "services", true, List.of("svc"), List.of("all"), List.of("status"));
    public static final Resource DEPLOYMENTS = new Resource(
            "apps",
            "v1",
            "Deployment",
            "deployments",
            true,
            List.of("deploy"),
            List.of("all"),
            List.of("scale", "status"));
    public static final Resource REPLICA_SETS = new Resource(
            "apps", "v1", "ReplicaSet", "replicasets", true, List.of("rs"), List.of("all"), List.of("scale", "status"));
    public static final Resource LEASES =
            new Resource("coordination.k8s.io", "v1", "Lease", "leases", true, List.of(), List.of(), List.of());
    public static final Resource ENDPOINT_SLICES = new Resource(
            "discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", true, List.of(), List.of(), List.of());
    public static final Resource IP_ADDRESSES = new Resource(
            "networking.k8s.io", "v1", "IPAddress", "ipaddresses", false, List.of("ip"), List.of(), List.of());
    public static final Resource NETWORK_POLICIES = new Resource(
            "networking.k8s.io",
            "v1",
            "NetworkPolicy",
            "networkpolicies",
            true,
            List.of("netpol"),
            List.of(),
            List.of());
    public static final Resource SERVICE_CIDRS = new Resource(
            "networking.k8s.io", "v1", "ServiceCIDR", "servicecidrs", false, List.of(), List.of(), List.of("status"));

    public static final List<Resource> ALL = List.of(
            CONFIG_MAPS,
            ENDPOINTS,
            EVENTS,
            NAMESPACES,
            NODES,
            PODS,
            SECRETS,
            SERVICE_ACCOUNTS,
            SERVICES,
            DEPLOYMENTS,
            REPLICA_SETS,
            LEASES,
            ENDPOINT_SLICES,
            EVENTS_V1,
            IP_ADDRESSES,
            NETWORK_POLICIES,
            SERVICE_CIDRS);

    private Resources() {}

    private static Resource core(String kind, String plural, List<String> shortNames, List<String> subresources) {
        return new Resource("", "v1", kind, plural, true, shortNames, List.of(), subresources);
    }

    /** By the words of a path. */
    public static Optional<Resource> find(String group, String version, String plural) {
        for (Resource resource : ALL) {
            if (resource.group().equals(group)
                    && resource.version().equals(version)
                    && resource.plural().equals(plural)) {
                return Optional.of(resource);
            }
        }
        return Optional.empty();
    }

    /** By what an object says of itself. */
    public static Optional<Resource> ofKind(String apiVersion, String kind) {
        for (Resource resource : ALL) {
            if (resource.apiVersion().equals(apiVersion) && resource.kind().equals(kind)) {
                return Optional.of(resource);
            }
        }
        return Optional.empty();
    }
}
