package dev.fairlead.agent;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.plugin.CheckRequest;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.dataplane.PodInterface;
import dev.fairlead.dataplane.SpoofGuard;
import dev.fairlead.dataplane.SpoofGuard.Guarded;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@link SpoofGuard} as CNI calls see it: what a lease says, a pod may send as. Does nothing on a node that has none.
 * Safe from any thread.
 */
final class PodGuard implements AutoCloseable {
    /** The plugin configuration's own member; true when missing. */
    private static final String MEMBER = "antiSpoofing";

    private final LeaseBook leases;
    private final Optional<SpoofGuard> guard;

    private PodGuard(LeaseBook leases, Optional<SpoofGuard> guard) {
        this.leases = leases;
        this.guard = guard;
    }

    /** Guards the pods that there are. */
    static PodGuard start(AgentConfig config, LeaseBook leases) {
        if (!config.spoofGuard()) {
            SpoofGuard.remove(config.node());
            return new PodGuard(leases, Optional.empty());
        }
        List<Guarded> pods = new ArrayList<>();
        for (Lease lease : leases.ipam().leases()) {
            pods.add(guarded(lease));
        }
        return new PodGuard(leases, Optional.of(SpoofGuard.start(config.node(), pods)));
    }

    private static Guarded guarded(Lease lease) {
        return new Guarded(lease.attachment().toString(), lease.mac(), lease.addresses());
    }

    /** Whether a network wants it. @throws dev.fairlead.cni.ConfigException when the member is no boolean */
    static boolean isWanted(NetConf conf) {
        return conf.member(MEMBER).isEmpty() || conf.flag(MEMBER);
    }

    /** To be called before the pod is wired. */
    void protect(PodInterface pod, boolean wanted) {
        guard.ifPresent(g -> {
            if (wanted) {
                g.guard(Guarded.of(pod));
            } else {
                g.leaveAlone(Guarded.of(pod));
            }
        });
    }

    /** Of a pod that is wired already. */
    void protect(Lease lease) {
        guard.ifPresent(g -> g.guard(guarded(lease)));
    }

    /** Makes the table anew where somebody has changed it. @return what was found and done */
    List<String> mend() {
        return guard.map(SpoofGuard::mend).orElse(List.of());
    }

    /** To be called when the pod isn't wired any more and still has its lease, if it ever had one. */
    void forget(Attachment owner) {
        if (guard.isPresent()) {
            Optional<Lease> lease = leases.ipam().lease(owner);
            if (lease.isPresent()) {
                guard.get().forget(guarded(lease.get()));
            } else {
                guard.get().forget(owner.toString());
            }
        }
    }

    /** @throws CniException that says what is missing */
    void check(CheckRequest request, Attachment owner) {
        Optional<Lease> lease = leases.ipam().lease(owner);
        if (guard.isEmpty() || lease.isEmpty()) {
            return;
        }
        List<String> missing = guard.get().missing(guarded(lease.get()));
        if (!missing.isEmpty()) {
            throw new CniException(
                    ErrorCode.INTERNAL,
                    request.attachment() + " could send with addresses that aren't its own",
                    "missing: " + String.join(", ", missing)
                            + "; start the agent again, which makes the table anew, and find out who changed it");
        }
    }

    void clean() {
        guard.ifPresent(SpoofGuard::clean);
    }

    @Override
    public void close() {
        guard.ifPresent(SpoofGuard::close);
    }
}
