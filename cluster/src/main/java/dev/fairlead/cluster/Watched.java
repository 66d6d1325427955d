package dev.fairlead.cluster;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The kinds that an agent follows. */
public enum Watched {
    NODES("nodes", "/api/v1/nodes"),
    /** Without those that are another proxy's, and slices of headless Services, as kube-proxy has it. */
    SERVICES("services", "/api/v1/services"),
    ENDPOINT_SLICES("endpointslices", "/apis/discovery.k8s.io/v1/endpointslices"),
    NAMESPACES("namespaces", "/api/v1/namespaces"),
    /** Of the agent's own node. */
    PODS("pods", "/api/v1/pods"),
    /** Servers before 1.33 have none, and their Service range isn't in their API. */
    SERVICE_CIDRS("servicecidrs", "/apis/networking.k8s.io/v1/servicecidrs");

    /** kubernetes {@code cmd/kube-proxy/app/server.go}: neither objects of other proxies nor headless ones. */
    private static final String OURS = "!service.kubernetes.io/headless,!service.kubernetes.io/service-proxy-name";

    private final String resource;
    private final String path;

    Watched(String resource, String path) {
        this.resource = resource;
        this.path = path;
    }

    /** The resource's name, as in the API's paths. */
    public String resource() {
        return resource;
    }

    /** By the resource's name. */
    static Optional<Watched> ofResource(String name) {
        for (Watched watched : values()) {
            if (watched.resource.equals(name)) {
                return Optional.of(watched);
            }
        }
        return Optional.empty();
    }

    /** Whether a server may be without it. */
    boolean isOptional() {
        return this == SERVICE_CIDRS;
    }

    /** The path with the selectors of an agent on {@code node}; more parameters can be added behind it. */
    String path(String node) {
        return switch (this) {
            case SERVICES, ENDPOINT_SLICES -> path + "?labelSelector=" + encoded(OURS) + "&";
            case PODS -> path + "?fieldSelector=" + encoded("spec.nodeName=" + node) + "&";
            case NODES, NAMESPACES, SERVICE_CIDRS -> path + "?";
        };
    }

    static String encoded(String parameter) {
        return URLEncoder.encode(parameter, StandardCharsets.UTF_8);
    }
}
