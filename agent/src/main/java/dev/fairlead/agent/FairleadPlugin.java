package dev.fairlead.agent;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.plugin.AddRequest;
import dev.fairlead.cni.plugin.CheckRequest;
import dev.fairlead.cni.plugin.CniCall;
import dev.fairlead.cni.plugin.CniPlugin;
import dev.fairlead.cni.plugin.DelRequest;
import dev.fairlead.cni.plugin.GcRequest;
import dev.fairlead.cni.plugin.StatusRequest;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.Dns;
import dev.fairlead.cni.protocol.Interface;
import dev.fairlead.cni.protocol.IpConfig;
import dev.fairlead.cni.protocol.IpRange;
import dev.fairlead.cni.protocol.RequestedIp;
import dev.fairlead.cni.protocol.Route;
import dev.fairlead.cni.protocol.Sandbox;
import dev.fairlead.dataplane.PodBridge;
import dev.fairlead.dataplane.PodInterface;
import dev.fairlead.dataplane.PodWiring;
import dev.fairlead.dataplane.PodWiring.Wired;
import dev.fairlead.dataplane.PodWiringException;
import dev.fairlead.dataplane.PortLabel;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.Ipam;
import dev.fairlead.plan.ipam.Ipam.PoolUse;
import dev.fairlead.plan.ipam.IpamException;
import dev.fairlead.plan.ipam.Lease;
import dev.fairlead.plan.ipam.LeaseRequest;
import dev.fairlead.plan.ipam.Placement;
import dev.fairlead.plan.ipam.Range;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code fairlead-cni} does on a node: a lease, then the wiring, then the result; in reverse when it is undone. Any
 * number of calls at once; calls for one attachment must not overlap, which the specification asks of runtimes.
 *
 * <p>Over 300 lines: what ADD does and what DEL, GC and a failed ADD undo of it stand side by side, for they must agree.
 */
final class FairleadPlugin implements CniPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(FairleadPlugin.class);

    private final LeaseBook leases;
    private final PodBridge bridge;
    private final PodGuard guard;
    private final PodWiring wiring;
    private final PodFeature features;
    private final AttachmentLocks locks;
    private final Steps steps;

    FairleadPlugin(
            LeaseBook leases,
            PodBridge bridge,
            PodGuard guard,
            PodWiring wiring,
            PodFeature features,
            AttachmentLocks locks,
            Steps steps) {
        this.leases = leases;
        this.guard = guard;
        this.bridge = bridge;
        this.features = features;
        this.locks = locks;
        this.steps = steps;
        this.wiring = wiring;
    }

    @Override
    public AddResult add(AddRequest request) {
        if (request.prevResult().isPresent()) {
            return request.prevResult().get(); // a link in somebody else's chain: the interface is theirs
        }
        Attachment owner = owner(request.conf().name(), request.attachment());
        begin("ADD", owner, request.call());
        ReentrantLock lock = locks.of(owner);
        lock.lock();
        try {
            return add(request, owner);
        } finally {
            lock.unlock();
        }
    }

    private AddResult add(AddRequest request, Attachment owner) {
        boolean guarded = PodGuard.isWanted(request.conf());
        LeaseBook.Leasing leasing = lease(leaseRequest(request, owner));
        Ipam.Granted granted = leasing.granted();
        reached(Step.LEASED, owner);
        boolean isNew = !granted.events().isEmpty();
        try (Netns pod = open(request.sandbox())) {
            if (!isNew) {
                beginAgain(owner);
            }
            PodInterface wanted = podInterface(request, owner, granted);
            guard.protect(wanted, guarded);
            reached(Step.GUARDED, owner);
            Wired wired = wiring.wire(wanted, pod, made -> {
                reached(step(made), owner);
                if (made == PodWiring.Made.NODE_SIDE) {
                    leasing.onDisk().await(); // the disk works beside the node's side; the pod has no address before
                    reached(Step.LEASE_ON_DISK, owner);
                }
            });
            reached(Step.POD_WIRED, owner);
            AddResult result = result(request, granted, wired);
            startFeatures(request, owner, result);
            CniCallRecord.afterwards(() -> confirm(wanted, owner), () -> undo(owner));
            return result;
        } catch (CniException e) {
            if (isNew) {
                giveBack(owner, e);
            }
            throw e;
        } catch (java.io.UncheckedIOException e) {
            if (isNew) {
                giveBack(owner, e);
            }
            throw notOnDisk(request.attachment().toString(), e);
        } catch (KernelException | PodWiringException e) {
            if (isNew) {
                giveBack(owner, e); // an attachment that already had its lease keeps it
            }
            throw new CniException(
                    ErrorCode.IO_FAILURE,
                    "could not attach " + request.attachment() + " to network '"
                            + request.conf().name() + "'",
                    String.valueOf(e.getMessage()),
                    e);
        }
    }

    private void startFeatures(AddRequest request, Attachment owner, AddResult wired) {
        try {
            features.start(request, owner, wired);
            reached(Step.FEATURES_STARTED, owner);
        } catch (CniException | KernelException e) {
            try {
                wiring.unwire(owner.toString());
            } catch (KernelException undo) {
                e.addSuppressed(undo);
            }
            throw e;
        }
    }

    private void giveBack(Attachment owner, RuntimeException why) {
        try {
            guard.forget(owner);
            reached(Step.UNGUARDED, owner);
        } catch (KernelException e) {
            why.addSuppressed(e);
        }
        leases.release(owner);
        reached(Step.RELEASED, owner);
    }

    /** A runtime that asks again never heard of an interface that is there but was not answered: it is made anew. */
    private void beginAgain(Attachment owner) {
        Optional<PortLabel> label = bridge.rtnetlink()
                .links()
                .find(PodInterface.hostName(owner.toString()))
                .flatMap(PortLabel::of);
        if (label.isPresent() && !label.get().answered()) {
            wiring.unwire(owner.toString());
            reached(Step.CLEARED, owner);
        }
    }

    private static Step step(PodWiring.Made made) {
        return switch (made) {
            case VETH -> Step.VETH_MADE;
            case NODE_SIDE -> Step.NODE_WIRED;
        };
    }

    private void confirm(PodInterface wanted, Attachment owner) {
        reached(Step.DELIVERED, owner);
        try {
            wiring.confirm(wanted);
            reached(Step.CONFIRMED, owner);
        } catch (KernelException e) {
            if (!e.isNotFound()) { // else the pod has gone already
                LOG.warn("could not note that {} was answered: {}", owner, e.getMessage());
            }
        }
    }

    /** The runtime's side ended before it had the answer: to the runtime, this ADD has failed. */
    private void undo(Attachment owner) {
        LOG.warn("the ADD of {} is undone, because the runtime ended it before it had the answer", owner);
        try {
            remove(owner);
        } catch (CniException e) {
            LOG.error("{}: {}", e.msg(), e.details());
        }
    }

    private void begin(String verb, Attachment owner, CniCall call) {
        CniCallRecord.describe(verb, owner, call.environment().get("TRACEPARENT"));
        reached(Step.PARSED, owner);
    }

    private void reached(Step step, Attachment owner) {
        CniCallRecord.mark(step, owner);
        steps.reached(step, owner);
    }

    private static LeaseRequest leaseRequest(AddRequest request, Attachment owner) {
        List<List<Range>> ranges = new ArrayList<>();
        for (List<IpRange> group : request.runtimeConfig().ipRanges()) {
            ranges.add(group.stream().map(FairleadPlugin::range).toList());
        }
        List<Ip> wanted = new ArrayList<>();
        for (RequestedIp ip : request.conf().requestedIps(request.args())) {
            wanted.add(ip.address());
        }
        Mac mac = request.runtimeConfig().mac().orElse(LeaseRequest.ANY_MAC);
        return LeaseRequest.of(owner).from(ranges).wanting(wanted).withMac(mac);
    }

    private static Range range(IpRange range) {
        Range all = Range.of(range.subnet());
        return new Range(
                range.subnet(),
                range.rangeStart().orElse(all.start()),
                range.rangeEnd().orElse(all.end()),
                range.gateway().orElse(all.gateway()));
    }

    private LeaseBook.Leasing lease(LeaseRequest request) {
        try {
            return leases.begin(request);
        } catch (IpamException.PoolExhausted e) {
            throw CniException.tryAgainLater(
                    "no free address for " + request.attachment() + ": " + e.getMessage(),
                    "delete pods of this node, or give it a larger pod CIDR");
        } catch (IpamException | IllegalArgumentException e) {
            throw CniException.invalidConfig("no address for " + request.attachment(), String.valueOf(e.getMessage()));
        } catch (java.io.UncheckedIOException e) {
            throw notOnDisk(request.attachment().toString(), e);
        }
    }

    private static CniException notOnDisk(String attachment, java.io.UncheckedIOException why) {
        return new CniException(
                ErrorCode.IO_FAILURE,
                "no address for " + attachment + ", since a lease must be on disk before it is used",
                String.valueOf(why.getMessage()),
                why);
    }

    private PodInterface podInterface(AddRequest request, Attachment owner, Ipam.Granted granted) {
        int mtu = PodMtu.of(request.conf(), granted.placements(), bridge.mtu());
        List<Prefix> addresses = new ArrayList<>();
        List<Ip> gateways = new ArrayList<>();
        for (Placement placement : granted.placements()) {
            addresses.add(placement.address());
            gateways.add(placement.gateway());
        }
        return new PodInterface(
                owner.toString(), owner.ifName(), granted.lease().mac(), addresses, gateways, mtu);
    }

    private AddResult result(AddRequest request, Ipam.Granted granted, Wired wired) {
        List<Interface> interfaces = List.of(
                Interface.onHost(bridge.name(), bridge.mac(), bridge.mtu()),
                Interface.onHost(
                        wired.host().name(), wired.host().mac(), wired.host().mtu()),
                Interface.inSandbox(
                        wired.pod().name(),
                        wired.pod().mac(),
                        wired.pod().mtu(),
                        request.sandbox().path()));
        List<IpConfig> ips = new ArrayList<>();
        List<Route> routes = new ArrayList<>();
        for (Placement placement : granted.placements()) {
            ips.add(IpConfig.of(placement.address(), placement.gateway(), interfaces.size() - 1));
            Ip any = placement.gateway().isIpv4() ? Ip.of("0.0.0.0") : Ip.of("::");
            routes.add(Route.via(new Prefix(any, 0), placement.gateway()));
        }
        return AddResult.of(interfaces, ips, routes, dns(request));
    }

    /** What the runtime asks for the pod goes before what the network has for all. */
    private static Dns dns(AddRequest request) {
        Dns asked = request.runtimeConfig().dns();
        return asked.isEmpty() ? request.conf().dns() : asked;
    }

    /** The descriptor that came with the call names the namespace whatever the path means here. */
    static Netns open(Sandbox sandbox) {
        OptionalInt fd = sandbox.fd();
        String why;
        try {
            Netns pod =
                    Netns.open(fd.isPresent() ? Path.of("/proc/self/fd/" + fd.getAsInt()) : Path.of(sandbox.path()));
            if (pod.isNetwork()) {
                return pod;
            }
            pod.close();
            why = "what is there is no network namespace";
        } catch (SyscallException e) {
            why = String.valueOf(e.getMessage());
        }
        throw new CniException(
                ErrorCode.INVALID_NETNS,
                "CNI_NETNS '" + sandbox.path() + "' can't be used",
                why + "; the container has ended meanwhile, or the runtime named the wrong file; nothing was changed");
    }

    @Override
    public void del(DelRequest request) {
        Attachment owner = owner(request.conf().name(), request.attachment());
        begin("DEL", owner, request.call());
        remove(owner);
    }

    /** The link first: an address must not be given on while its old holder can still use it. */
    private void remove(Attachment owner) {
        ReentrantLock lock = locks.of(owner);
        lock.lock();
        try {
            wiring.unwire(owner.toString());
            reached(Step.UNWIRED, owner);
            features.forget(owner);
            reached(Step.FEATURES_ENDED, owner);
            guard.forget(owner);
            reached(Step.UNGUARDED, owner);
            leases.release(owner);
            reached(Step.RELEASED, owner);
        } catch (KernelException | java.io.UncheckedIOException e) {
            throw new CniException(
                    ErrorCode.IO_FAILURE,
                    "could not take " + owner + " from the network",
                    String.valueOf(e.getMessage()),
                    e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void check(CheckRequest request) {
        try (Netns pod = open(request.sandbox())) {
            PodCheck.require(request, pod, bridge);
            Attachment owner = owner(request.conf().name(), request.attachment());
            guard.check(request, owner);
            features.check(request, owner);
        }
    }

    @Override
    public void gc(GcRequest request) {
        String network = request.conf().name();
        Set<Attachment> valid = new HashSet<>();
        request.validAttachments().forEach(attachment -> valid.add(owner(network, attachment)));
        List<String> failures = new ArrayList<>();
        for (Lease stale : leases.ipam().staleLeases(network, valid)) {
            try {
                remove(stale.attachment());
            } catch (CniException e) {
                failures.add(e.msg() + ": " + e.details());
            }
        }
        if (!failures.isEmpty()) {
            throw new CniException(
                    ErrorCode.IO_FAILURE,
                    failures.size() + " stale attachments of network '" + network + "' could not be removed",
                    String.join("; ", failures));
        }
    }

    @Override
    public void status(StatusRequest request) {
        String refusal = leases.refusal();
        if (!refusal.isEmpty()) {
            throw CniException.notAvailable(
                    "no pod can be given an address, since a lease must be on disk before it is used", refusal);
        }
        for (PoolUse pool : leases.ipam().pools()) {
            if (pool.free() == 0) {
                throw CniException.notAvailable(
                        "no address is free in " + pool.range(),
                        "all " + pool.capacity()
                                + " are leased; delete pods of this node, or give it a larger pod CIDR");
            }
        }
    }

    private static Attachment owner(String network, dev.fairlead.cni.protocol.Attachment attachment) {
        return new Attachment(network, attachment.containerId(), attachment.ifname());
    }
}
