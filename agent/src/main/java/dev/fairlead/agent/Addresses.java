package dev.fairlead.agent;

import dev.fairlead.cni.plugin.CheckRequest;
import dev.fairlead.cni.plugin.DelRequest;
import dev.fairlead.cni.plugin.GcRequest;
import dev.fairlead.cni.plugin.StatusRequest;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.Lease;
import java.util.Set;
import java.util.TreeSet;

/**
 * Both sources of addresses together: which one a network has, and what follows from an attachment having come from either.
 * Any thread; calls for one attachment one at a time.
 */
record Addresses(LeaseBook leases, OwnAddresses own, DelegatedAddresses delegated) {

    AddressSource of(NetConf conf) {
        return DelegatedAddresses.type(conf).isPresent() ? delegated : own;
    }

    /** Whether an ADD must not go on from what an earlier one of the same attachment was given. */
    boolean mustBeginAfresh(Attachment owner, AddressSource source) {
        boolean known = leases.ipam().lease(owner).isPresent() || delegated.knows(owner);
        return source instanceof DelegatedAddresses ? known : delegated.knows(owner);
    }

    boolean holds(Attachment owner) {
        return leases.ipam().lease(owner).isPresent() || delegated.knows(owner);
    }

    /** DEL. The interface must be gone. {@code givenBack} runs when an IPAM plugin has its addresses back. */
    void takeBack(Attachment owner, DelRequest request, Runnable givenBack) {
        if (delegated.takeBack(owner, request.conf(), request.call())) {
            givenBack.run();
        }
        release(owner);
    }

    /** As DEL, when no runtime says so. */
    void takeBack(Attachment owner, Runnable givenBack) {
        if (delegated.takeBack(owner)) {
            givenBack.run();
        }
        release(owner);
    }

    /** The note last: whoever finds one knows that something may be left. */
    private void release(Attachment owner) {
        leases.release(owner);
        delegated.forget(owner);
    }

    void check(CheckRequest request) {
        delegated.check(request.conf(), request.call());
    }

    /** Of a network, those that aren't among {@code valid}. */
    Set<Attachment> stale(String network, Set<Attachment> valid) {
        Set<Attachment> stale = new TreeSet<>();
        for (Lease lease : leases.ipam().staleLeases(network, valid)) {
            stale.add(lease.attachment());
        }
        for (Attachment owner : delegated.owners()) {
            if (owner.network().equals(network) && !valid.contains(owner)) {
                stale.add(owner);
            }
        }
        return stale;
    }

    /** GC, after the stale attachments were taken back one by one. */
    void gc(GcRequest request) {
        delegated.gc(request.conf(), request.call());
    }

    void status(StatusRequest request) {
        if (of(request.conf()) instanceof DelegatedAddresses) {
            delegated.status(request.conf(), request.call());
        } else {
            own.requireFree();
        }
    }
}
