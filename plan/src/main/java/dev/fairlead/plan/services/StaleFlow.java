package dev.fairlead.plan.services;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.IpPort;
import java.util.List;

/**
 * Conntrack entries of one frontend that must be deleted once the new rules are in (before, packets on the old rules would
 * make them anew). A UDP flow never ends while packets come, so without this it goes on to a pod that is gone, or, when it
 * began before the Service had endpoints, to the virtual address itself. For UDP a backend may keep its flows while it is
 * ready or serving, whatever topology or termination say, as kube-proxy's {@code conntrack/cleanup.go} has it; for SCTP, whose
 * associations belong to one pod, while it is listed at all. TCP is left alone.
 *
 * <p>Entries are matched by the frontend's protocol, address and port as their original destination, and by their reply
 * source's address and port; nothing else is touched.
 */
public sealed interface StaleFlow {
    FrontendKey frontend();

    /** Flows to backends that are no longer there. */
    record To(FrontendKey frontend, List<IpPort> gone) implements StaleFlow {}

    /** All flows but those to these backends: of a frontend that is new, or that had nobody behind it until now. */
    record NotTo(FrontendKey frontend, List<IpPort> live) implements StaleFlow {}

    /**
     * Whether a conntrack entry must go.
     *
     * @param original as the client sent it
     * @param replySource where replies come from: the backend, or the original destination where nothing was translated
     */
    default boolean covers(Flow original, IpPort replySource) {
        if (original.protocol() != frontend().protocol()
                || !original.destination().equals(frontend().address())) {
            return false;
        }
        return switch (this) {
            case To to -> to.gone.contains(replySource);
            case NotTo notTo -> !notTo.live.contains(replySource);
        };
    }
}
