package dev.fairlead.plan.nat;

import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;

/**
 * A port of the node that leads to a port of a pod. Both are of one family.
 *
 * @param host the node's side; the address {@code 0.0.0.0} or {@code ::} stands for all addresses of the family
 * @param pod the pod's side
 */
public record Forward(Protocol protocol, IpPort host, IpPort pod) {
    public Forward {
        if (host.ip().family() != pod.ip().family()) {
            throw new IllegalArgumentException(host + " can't lead to " + pod + ", which is of the other family");
        }
    }

    /** Whether it is for all of the node's addresses of its family. */
    public boolean isForAll() {
        return host.ip().isUnspecified();
    }

    /** Whether some packet could be meant by both. */
    public boolean overlaps(Forward other) {
        return protocol == other.protocol
                && host.port() == other.host.port()
                && host.ip().family() == other.host.ip().family()
                && (isForAll() || other.isForAll() || host.ip().equals(other.host.ip()));
    }

    /** Whether it is reached at 127.0.0.1: the only way by which packets with a loopback address have to leave the node. */
    public boolean isForLoopback() {
        return host.ip().isIpv4() && (isForAll() || host.ip().isLoopback());
    }

    /** The node's side, for people: {@code tcp 0.0.0.0:8080}. */
    public String hostText() {
        return protocol + " " + host;
    }

    /** {@code tcp 0.0.0.0:8080 to 10.244.1.5:80}. */
    @Override
    public String toString() {
        return hostText() + " to " + pod;
    }
}
