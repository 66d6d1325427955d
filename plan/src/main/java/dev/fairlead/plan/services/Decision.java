package dev.fairlead.plan.services;

import dev.fairlead.packet.IpPort;
import java.util.List;

/** What the data path does with the first packet of a flow. */
public sealed interface Decision {

    /**
     * Its destination becomes one of these, each as likely as the others.
     *
     * @param frontend the Service port that was met
     */
    record Dnat(Frontend frontend, List<Target> targets) implements Decision {}

    /**
     * A possible destination.
     *
     * @param masquerade whether the source becomes this node's: the reply would miss this node otherwise
     */
    record Target(IpPort backend, boolean masquerade) {
        @Override
        public String toString() {
            return backend + (masquerade ? " masquerade" : "");
        }
    }

    /** It is refused at once: the address is a Service's, but nobody is behind this port. */
    record Reject(String reason) implements Decision {}

    /** It is dropped: the address is in a Service range but no Service has it, and it must not follow the default route. */
    record Drop(String reason) implements Decision {}

    /** Services have nothing to do with it. */
    record Pass() implements Decision {}
}
