package dev.fairlead.plan.services;

import dev.fairlead.packet.IpPort;
import java.util.List;

/**
 * A virtual address and the pods behind it.
 *
 * @param owner sorts frontends that claim the same key: the first one has it
 * @param backends where new connections go, sorted; none means that they are refused
 * @param lasting where existing flows of a protocol without connections may go on to, sorted; see {@link StaleFlow}. Empty
 *     for TCP, whose connections end by themselves. Not part of the rules.
 */
public record Frontend(FrontendKey key, PortName owner, List<IpPort> backends, List<IpPort> lasting)
        implements Comparable<Frontend> {

    public Frontend {
        backends = List.copyOf(backends);
        lasting = List.copyOf(lasting);
    }

    /** Whether connections are refused because nobody is there to take them. */
    public boolean rejects() {
        return backends.isEmpty();
    }

    /** {@code service-HASH-namespace/name/protocol/port}, see {@link PortName#chain}. */
    public String chain() {
        return owner.chain("service-", key.protocol());
    }

    /** Whether both put the same rules into the kernel. */
    boolean sameRules(Frontend other) {
        return key.equals(other.key) && owner.equals(other.owner) && backends.equals(other.backends);
    }

    @Override
    public int compareTo(Frontend other) {
        return owner.compareTo(other.owner);
    }

    /** A line such as {@code 10.96.0.10 . tcp . 80 default/web:http dnat to 10.244.1.5:8080, 10.244.2.7:8080}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(key).append(' ').append(owner);
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
