package dev.fairlead.plan;

import dev.fairlead.packet.Ip;

/**
 * One endpoint of a discovery.k8s.io/v1 EndpointSlice.
 *
 * @param ip the first of {@code addresses}; the others are fungible and nobody uses them
 * @param nodeName where it runs, or empty when the slice doesn't say
 * @param target the pod behind it as {@code namespace/name}, from {@code targetRef}, or empty
 * @param ready {@code conditions.ready}, true where absent
 * @param serving {@code conditions.serving}, which is {@code ready} where absent
 * @param terminating {@code conditions.terminating}, false where absent
 */
public record Endpoint(Ip ip, String nodeName, String target, boolean ready, boolean serving, boolean terminating) {

    /** A ready endpoint on a node. */
    public static Endpoint ready(Ip ip, String nodeName) {
        return new Endpoint(ip, nodeName, "", true, true, false);
    }

    /** The same endpoint with other conditions. */
    public Endpoint with(boolean nowReady, boolean nowServing, boolean nowTerminating) {
        return new Endpoint(ip, nodeName, target, nowReady, nowServing, nowTerminating);
    }

    /** The same endpoint in front of a pod, {@code namespace/name}. */
    public Endpoint to(String pod) {
        return new Endpoint(ip, nodeName, pod, ready, serving, terminating);
    }
}
