package dev.fairlead.plan.services;

import dev.fairlead.packet.IpPort;
import java.util.List;

/**
 * An address that Services answer at, and the pods behind it: a ClusterIP, or the node's own address with a node port.
 *
 * @param nodePort whether the address is the node's own
 * @param owner sorts frontends that claim the same key: the first one has it
 * @param backends where new connections go, sorted; none means that they are refused
 * @param lasting where existing flows of a protocol without connections may go on to, sorted; see {@link StaleFlow}. Empty
 *     for TCP, whose connections end by themselves. Not part of the rules.
 */
public record Frontend(FrontendKey key, PortName owner, boolean nodePort, List<IpPort> backends, List<IpPort> lasting)
        implements Comparable<Frontend> {

    public Frontend {
        backends = List.copyOf(backends);
        lasting = List.copyOf(lasting);
    }

    /** Whether connections are refused because nobody is there to take them. */
    public boolean rejects() {
        return backends.isEmpty();
    }

    /**
     * {@code service-HASH-namespace/name/protocol/port}, or {@code external-…} of a node port, as kube-proxy names them; with a 6
     * behind the first word for IPv6, since both families are in one table. See {@link PortName#chain}.
     */
    public String chain() {
        return owner.chain((nodePort ? "external" : "service") + (key.ip().isIpv4() ? "-" : "6-"), key.protocol());
    }

    /** Whether both put the same rules into the kernel. */
    boolean sameRules(Frontend other) {
        return key.equals(other.key)
                && nodePort == other.nodePort
                && owner.equals(other.owner)
                && backends.equals(other.backends);
    }

    @Override
    public int compareTo(Frontend other) {
        return owner.compareTo(other.owner);
    }

    /** A line such as {@code 10.96.0.10 . tcp . 80 default/web:http dnat to 10.244.1.5:8080, 10.244.2.7:8080}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(key).append(' ').append(owner);
        if (nodePort) {
            text.append(" node-port");
        }
        if (rejects()) {
            return text.append(" reject").toString();
        }
        String separator = " dnat to ";
        for (IpPort backend : backends) {
            text.append(separator).append(backend);
            separator = ", ";
        }
        return text.toString();
    }
}
