package dev.fairlead.plan;

import dev.fairlead.packet.Ip;
import java.util.Set;

/**
 * One endpoint of a discovery.k8s.io/v1 EndpointSlice.
 *
 * @param ip the first of {@code addresses}; the others are fungible and nobody uses them
 * @param nodeName where it runs, or empty when the slice doesn't say
 * @param target the pod behind it as {@code namespace/name}, from {@code targetRef}, or empty
 * @param ready {@code conditions.ready}, true where absent
 * @param serving {@code conditions.serving}, which is {@code ready} where absent
 * @param terminating {@code conditions.terminating}, false where absent
 * @param hints from where it is to be used
 */
public record Endpoint(
        Ip ip, String nodeName, String target, boolean ready, boolean serving, boolean terminating, Hints hints) {

    /**
     * The endpoint's {@code hints}.
     *
     * @param zones {@code forZones}
     * @param nodes {@code forNodes}
     */
    public record Hints(Set<String> zones, Set<String> nodes) {
        public static final Hints NONE = new Hints(Set.of(), Set.of());

        public Hints {
            zones = Set.copyOf(zones);
            nodes = Set.copyOf(nodes);
        }
    }

    /** One that is to be used from everywhere. */
    public Endpoint(Ip ip, String nodeName, String target, boolean ready, boolean serving, boolean terminating) {
        this(ip, nodeName, target, ready, serving, terminating, Hints.NONE);
    }

    /** A ready endpoint on a node. */
    public static Endpoint ready(Ip ip, String nodeName) {
        return new Endpoint(ip, nodeName, "", true, true, false);
    }

    /** The same endpoint with other conditions. */
    public Endpoint with(boolean nowReady, boolean nowServing, boolean nowTerminating) {
        return new Endpoint(ip, nodeName, target, nowReady, nowServing, nowTerminating, hints);
    }

    /** The same endpoint in front of a pod, {@code namespace/name}. */
    public Endpoint to(String pod) {
        return new Endpoint(ip, nodeName, pod, ready, serving, terminating, hints);
    }

    /** The same endpoint, to be used from these zones and nodes. */
    public Endpoint hinted(Set<String> zones, Set<String> nodes) {
        return new Endpoint(ip, nodeName, target, ready, serving, terminating, new Hints(zones, nodes));
    }
}
