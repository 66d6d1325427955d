package dev.fairlead.agent;

import dev.fairlead.cni.CniException;
import dev.fairlead.dataplane.PodBridge;
import dev.fairlead.dataplane.PodInterface;
import dev.fairlead.dataplane.PodWiring;
import dev.fairlead.dataplane.PortLabel;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.IpamException;
import dev.fairlead.plan.ipam.Lease;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings leases and links together. The kernel is right: a veth lives exactly as long as the pod's namespace and nobody else
 * makes one with our name and label, so a lease without a veth has lost its pod (it died, or the machine was restarted), and a
 * veth without a lease, or with another than its label says, gets its own back. What an agent that was killed left half-made is
 * undone, and a bridge that somebody took away is made again with the ports that it had. Any thread; calls that are being
 * served are waited for, one attachment at a time.
 */
final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private final LeaseBook leases;
    private final Addresses addresses;
    private final PodBridge bridge;
    private final PodWiring wiring;
    private final AttachmentLocks locks;
    private volatile Listener listener = new Listener() {
        @Override
        public void released(Attachment attachment) {}

        @Override
        public void adopted(Lease lease) {}
    };

    /** Those who keep something for each lease. */
    interface Listener {
        /** Told before the lease is given back. */
        void released(Attachment attachment);

        /** Told of a lease that was taken up again. */
        void adopted(Lease lease);
    }

    Reconciler(Addresses addresses, PodBridge bridge, PodWiring wiring, AttachmentLocks locks) {
        this.leases = addresses.leases();
        this.addresses = addresses;
        this.bridge = bridge;
        this.wiring = wiring;
        this.locks = locks;
    }

    void tell(Listener wanted) {
        listener = wanted;
    }

    /** Compares and mends; each finding is logged too. Goes on over failures, which are findings as well. */
    Reconciliation run() {
        List<String> findings = new ArrayList<>();
        mendBridge(findings);
        Map<String, Link> links = new HashMap<>();
        for (Link link : bridge.rtnetlink().links().list()) {
            links.put(link.name(), link);
        }
        for (Lease lease : leases.ipam().leases()) {
            Link port = links.get(PodInterface.hostName(lease.attachment().toString()));
            if (port == null || isHalfMade(port)) {
                mend(lease.attachment(), () -> mendLease(lease.attachment()), findings);
            } else if (isOfAnother(port, lease)) {
                mend(lease.attachment(), () -> mendAddresses(lease.attachment()), findings);
            }
        }
        // After all that was to be given back is: a port may hold what the book has given to somebody who is gone.
        HashSet<String> known = new HashSet<>();
        leases.ipam()
                .leases()
                .forEach(lease ->
                        known.add(PodInterface.hostName(lease.attachment().toString())));
        for (Link link : links.values()) {
            Optional<Attachment> owner = PortLabel.of(link).flatMap(Reconciler::attachment);
            if (owner.isPresent() && !known.contains(link.name())) {
                mend(owner.get(), () -> mendPort(owner.get()), findings);
            } else if (owner.isPresent() && link.master() != bridge.index()) {
                mend(owner.get(), () -> mendMembership(owner.get()), findings);
            }
        }
        for (Attachment owner : addresses.delegated().owners()) {
            if (leases.ipam().lease(owner).isEmpty()) {
                mend(owner, () -> mendNote(owner), findings);
            }
        }
        findings.forEach(finding -> LOG.warn("{}", finding));
        return new Reconciliation(findings);
    }

    private void mendBridge(List<String> findings) {
        try {
            findings.addAll(bridge.mend());
        } catch (KernelException | IllegalStateException e) {
            findings.add("the bridge " + bridge.name() + " is not as it should be and could not be mended: "
                    + e.getMessage());
        }
    }

    /** One side of the comparison, under the attachment's lock. */
    private interface Mending {
        /** What was found and done; empty when all is well by now. */
        Optional<String> run();
    }

    private void mend(Attachment owner, Mending mending, List<String> findings) {
        ReentrantLock lock = locks.of(owner);
        lock.lock();
        try {
            mending.run().ifPresent(findings::add);
        } catch (KernelException | CniException | UncheckedIOException e) {
            findings.add(owner + " is not as it should be and could not be mended: " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private Optional<Link> port(Attachment owner) {
        return bridge.rtnetlink().links().find(PodInterface.hostName(owner.toString()));
    }

    private Optional<String> mendLease(Attachment owner) {
        Optional<Lease> lease = leases.ipam().lease(owner);
        Optional<Link> port = port(owner);
        if (lease.isEmpty() || (port.isPresent() && !isHalfMade(port.get()))) {
            return Optional.empty(); // a call has come in between
        }
        wiring.unwire(owner.toString());
        giveBack(owner);
        String what = lease.get().addresses() + " of " + owner + " were given back, because ";
        return Optional.of(what + (port.isPresent() ? "its ADD was cut off and was undone" : "its interface is gone"));
    }

    /** An IPAM plugin was going to be asked, or was, and nobody was given what it answered. */
    private Optional<String> mendNote(Attachment owner) {
        if (leases.ipam().lease(owner).isPresent() || !addresses.delegated().knows(owner)) {
            return Optional.empty(); // a call has come in between
        }
        wiring.unwire(owner.toString());
        giveBack(owner);
        return Optional.of("the IPAM plugin of " + owner
                + " was told to take back what it may have given, because its ADD was cut off");
    }

    private void giveBack(Attachment owner) {
        listener.released(owner);
        addresses.takeBack(owner, () -> {});
    }

    /** The book missed a DEL and an ADD, as one does that was damaged: what the interface has is what counts. */
    private Optional<String> mendAddresses(Attachment owner) {
        Optional<Lease> lease = leases.ipam().lease(owner);
        Optional<Link> port = port(owner);
        if (lease.isEmpty() || port.isEmpty() || !isOfAnother(port.get(), lease.get())) {
            return Optional.empty();
        }
        giveBack(owner);
        Optional<String> adopted = mendPort(owner);
        return Optional.of(
                lease.get().addresses() + " of " + owner + " were given back, because its interface has others"
                        + adopted.map(text -> "; " + text).orElse(""));
    }

    private Optional<String> mendPort(Attachment owner) {
        Optional<Link> port = port(owner);
        Optional<PortLabel> label = port.flatMap(PortLabel::of);
        if (label.isEmpty() || leases.ipam().lease(owner).isPresent()) {
            return Optional.empty();
        }
        if (isHalfMade(port.get())) {
            wiring.unwire(owner.toString());
            return Optional.of("the port " + port.get().name() + " of " + owner
                    + " was removed, because its ADD was cut off and it has no lease");
        }
        try {
            Lease lease = new Lease(owner, label.get().addresses(), label.get().mac(), System.currentTimeMillis());
            leases.adopt(lease);
            listener.adopted(lease);
            var _ = mendMembership(owner);
            return Optional.of(owner + " had no lease and got one of "
                    + label.get().addresses() + " again, because its interface is there");
        } catch (IpamException.LeaseConflict e) {
            wiring.unwire(owner.toString());
            return Optional.of("the port of " + owner + " was removed, because it has no lease and " + e.getMessage()
                    + "; delete the pod and let it be made anew");
        }
    }

    private Optional<String> mendMembership(Attachment owner) {
        Optional<Link> port = port(owner);
        if (port.isEmpty() || PortLabel.of(port.get()).isEmpty() || port.get().master() == bridge.index()) {
            return Optional.empty();
        }
        wiring.plugIn(owner.toString());
        return Optional.of("the port " + port.get().name() + " of " + owner + " was put back on " + bridge.name()
                + ", because somebody had taken it off");
    }

    private static boolean isOfAnother(Link port, Lease lease) {
        Optional<PortLabel> label = PortLabel.of(port);
        return label.isPresent()
                && !(label.get().addresses().equals(lease.addresses())
                        && label.get().mac().equals(lease.mac()));
    }

    /**
     * Whether an ADD ended in the middle: the pod's end is brought up by the call that gives it addresses and routes, all in
     * one message to the kernel, and until then the node's end has no carrier. Where an IPAM plugin gives the addresses the
     * pod's end is up before, and the label says when it has them.
     */
    private static boolean isHalfMade(Link port) {
        Optional<PortLabel> label = PortLabel.of(port);
        boolean answered = label.isPresent() && label.get().answered();
        boolean addressed = label.isPresent() && !label.get().addresses().isEmpty();
        return !answered && (!addressed || !port.flags().isLowerUp());
    }

    static Optional<Attachment> attachment(PortLabel label) {
        return attachment(label.owner());
    }

    /** Reads {@code network/container/interface}. */
    static Optional<Attachment> attachment(String owner) {
        String[] parts = owner.split("/", -1);
        try {
            return parts.length == 3 ? Optional.of(new Attachment(parts[0], parts[1], parts[2])) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // not one of our names, so not our port
        }
    }
}
