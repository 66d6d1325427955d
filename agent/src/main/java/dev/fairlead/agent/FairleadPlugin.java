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
import dev.fairlead.kernel.route.Link;
import dev.fairlead.plan.ipam.Attachment;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code fairlead-cni} does on a node: addresses, wiring, features, then the result; in reverse when it is undone. Any
 * number of calls at once; calls for one attachment must not overlap, which the specification asks of runtimes.
 *
 * <p>Over 300 lines: what ADD does and what DEL, GC and a failed ADD undo of it stand side by side, for they must agree.
 */
final class FairleadPlugin implements CniPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(FairleadPlugin.class);

    private final Addresses addresses;
    private final PodBridge bridge;
    private final PodGuard guard;
    private final PodWiring wiring;
    private final PodFeature features;
    private final AttachmentLocks locks;
    private final Steps steps;

    FairleadPlugin(
            Addresses addresses,
            PodBridge bridge,
            PodGuard guard,
            PodWiring wiring,
            PodFeature features,
            AttachmentLocks locks,
            Steps steps) {
        this.addresses = addresses;
        this.guard = guard;
        this.bridge = bridge;
        this.features = features;
        this.locks = locks;
        this.steps = steps;
        this.wiring = wiring;
    }

    @Override
    public AddResult add(AddRequest request) {
        Attachment owner = owner(request.conf().name(), request.attachment());
        begin("ADD", owner, request.call());
        ReentrantLock lock = locks.of(owner);
        lock.lock();
        try {
            Optional<AddResult> theirs = request.prevResult();
            return theirs.isPresent() ? addTo(theirs.get(), request, owner) : add(request, owner);
        } finally {
            lock.unlock();
        }
    }

    /** A link in somebody else's chain: the interface is theirs, and the result goes on as it came. */
    private AddResult addTo(AddResult theirs, AddRequest request, Attachment owner) {
        try {
            features.start(request, owner, theirs);
            reached(Step.FEATURES_STARTED, owner);
        } catch (KernelException e) {
            throw notAttached(request, e);
        }
        CniCallRecord.afterwards(() -> reached(Step.DELIVERED, owner), () -> undo(owner, _ -> true));
        return theirs;
    }

    /** Whether a result is of an attachment that somebody else wired. */
    static boolean isSomebodyElses(AddResult result, Attachment owner) {
        String ours = PodInterface.hostName(owner.toString());
        return result.interfaces().stream()
                .noneMatch(i -> i.isOnHost() && i.name().equals(ours));
    }

    private AddResult add(AddRequest request, Attachment owner) {
        UnsupportedMembers.refuse(request.conf());
        boolean guarded = PodGuard.isWanted(request.conf());
        AddressSource source = addresses.of(request.conf());
        if (addresses.mustBeginAfresh(owner, source)) {
            beginAfresh(owner);
        }
        Given given = source.beforeWiring(request, owner);
        reached(Step.LEASED, owner);
        try (Netns pod = open(request.sandbox())) {
            if (!given.isNew()) {
                beginAgain(owner);
            }
            int mtu = PodMtu.of(request.conf(), given.prefixes(), bridge.mtu());
            PodInterface wanted = given.podInterface(owner, mtu);
            guard.protect(wanted, guarded);
            reached(Step.GUARDED, owner);
            Wired wired = wiring.wire(wanted, pod, made -> {
                reached(step(made), owner);
                if (made == PodWiring.Made.NODE_SIDE) {
                    given.onDisk().await(); // the disk works beside the node's side; the pod has no address before
                    reached(Step.LEASE_ON_DISK, owner);
                }
            });
            reached(Step.POD_WIRED, owner);
            return whenWired(request, owner, pod, wanted, wired, source, given);
        } catch (CniException e) {
            if (given.isNew()) {
                giveBack(owner, e);
            }
            throw e;
        } catch (UncheckedIOException e) {
            if (given.isNew()) {
                giveBack(owner, e);
            }
            throw OwnAddresses.notOnDisk(owner, e);
        } catch (KernelException | PodWiringException e) {
            if (given.isNew()) {
                giveBack(owner, e); // an attachment that already had its lease keeps it
            }
            throw notAttached(request, e);
        }
    }

    private static CniException notAttached(AddRequest request, RuntimeException why) {
        return new CniException(
                ErrorCode.IO_FAILURE,
                "could not attach " + request.attachment() + " to network '"
                        + request.conf().name() + "'",
                String.valueOf(why.getMessage()),
                why);
    }

    private AddResult whenWired(
            AddRequest request,
            Attachment owner,
            Netns pod,
            PodInterface made,
            Wired wired,
            AddressSource source,
            Given before) {
        try {
            Given given = source.afterWiring(before, request, owner, step -> reached(step, owner));
            PodInterface wanted = made;
            if (!given.equals(before)) {
                wanted = given.podInterface(owner, PodMtu.of(request.conf(), given.prefixes(), bridge.mtu()));
                guard.protect(wanted, PodGuard.isWanted(request.conf()));
                wiring.address(wanted, pod);
                reached(Step.ADDRESSED, owner);
            }
            AddResult result = result(request, given, wanted, wired.host());
            features.start(request, owner, result);
            reached(Step.FEATURES_STARTED, owner);
            PodInterface answered = wanted;
            CniCallRecord.afterwards(
                    () -> confirm(answered, wired, owner),
                    () -> undo(owner, port -> port.index() == wired.host().index()));
            return result;
        } catch (CniException | KernelException | PodWiringException | UncheckedIOException e) {
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
        try {
            addresses.takeBack(owner, () -> reached(Step.GIVEN_BACK, owner));
        } catch (CniException | UncheckedIOException e) {
            why.addSuppressed(e); // the note stays, and with it the reminder
            LOG.warn("the addresses of {} are not given back yet: {}", owner, e.getMessage());
        }
        reached(Step.RELEASED, owner);
    }

    private Optional<PortLabel> label(Attachment owner) {
        return bridge.rtnetlink()
                .links()
                .find(PodInterface.hostName(owner.toString()))
                .flatMap(PortLabel::of);
    }

    /** Where an IPAM plugin is asked, or was before: it gives nothing twice, so what an earlier ADD made has to go first. */
    private void beginAfresh(Attachment owner) {
        if (label(owner).filter(PortLabel::answered).isPresent()) {
            throw new CniException(
                    ErrorCode.IO_FAILURE,
                    owner + " is attached already",
                    "a pod can be added once under one interface name, so delete it first or choose another");
        }
        remove(owner);
    }

    /** A runtime that asks again never heard of an interface that is there but was not answered: it is made anew. */
    private void beginAgain(Attachment owner) {
        if (label(owner).filter(label -> !label.answered()).isPresent()) {
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

    private void confirm(PodInterface wanted, Wired wired, Attachment owner) {
        reached(Step.DELIVERED, owner);
        try {
            wiring.confirm(wanted, wired.host().index());
            reached(Step.CONFIRMED, owner);
        } catch (KernelException e) {
            if (!e.isNotFound()) { // else the pod has gone already
                LOG.warn("could not note that {} was answered: {}", owner, e.getMessage());
            }
        }
    }

    /**
     * The runtime's side ended before it had the answer: to the runtime, this ADD has failed. A later ADD may have been
     * quicker than this, and what that one made stays.
     *
     * @param isMine whether a port with this attachment's name is what the ADD made
     */
    private void undo(Attachment owner, Predicate<Link> isMine) {
        ReentrantLock lock = locks.of(owner);
        lock.lock();
        try {
            Optional<Link> port = bridge.rtnetlink().links().find(PodInterface.hostName(owner.toString()));
            if (port.isPresent() && !isMine.test(port.get())) {
                LOG.warn("the runtime ended an ADD of {} before it had the answer, and has added it again", owner);
                return;
            }
            LOG.warn("the ADD of {} is undone, because the runtime ended it before it had the answer", owner);
            remove(owner);
        } catch (CniException e) {
            LOG.error("{}: {}", e.msg(), e.details());
        } catch (KernelException e) {
            LOG.error("the ADD of {} could not be undone: {}", owner, e.getMessage());
        } finally {
            lock.unlock();
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

    /** The pod's end has what it was made with, for the kernel takes all of it or makes none. */
    private AddResult result(AddRequest request, Given given, PodInterface pod, Link host) {
        List<Interface> interfaces = List.of(
                Interface.onHost(bridge.name(), bridge.mac(), bridge.mtu()),
                Interface.onHost(host.name(), host.mac(), host.mtu()),
                Interface.inSandbox(
                        pod.name(), pod.mac(), pod.mtu(), request.sandbox().path()));
        List<IpConfig> ips = given.ips().stream()
                .map(ip -> ip.onInterface(interfaces.size() - 1))
                .toList();
        return AddResult.of(interfaces, ips, given.routes(), dns(request, given));
    }

    /** What the runtime asks for the pod goes before what the network has for all, and that before what IPAM says. */
    private static Dns dns(AddRequest request, Given given) {
        for (Dns dns : List.of(request.runtimeConfig().dns(), request.conf().dns())) {
            if (!dns.isEmpty()) {
                return dns;
            }
        }
        return given.dns();
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
        remove(owner, () -> addresses.takeBack(owner, request, () -> reached(Step.GIVEN_BACK, owner)));
    }

    private void remove(Attachment owner) {
        remove(owner, () -> addresses.takeBack(owner, () -> reached(Step.GIVEN_BACK, owner)));
    }

    /** The link first: an address must not be given on while its old holder can still use it. */
    private void remove(Attachment owner, Runnable takeBack) {
        ReentrantLock lock = locks.of(owner);
        lock.lock();
        try {
            wiring.unwire(owner.toString());
            reached(Step.UNWIRED, owner);
            features.forget(owner);
            reached(Step.FEATURES_ENDED, owner);
            guard.forget(owner);
            reached(Step.UNGUARDED, owner);
            takeBack.run();
            reached(Step.RELEASED, owner);
        } catch (KernelException | UncheckedIOException e) {
            throw new CniException(
                    ErrorCode.IO_FAILURE,
                    "could not take " + owner + " from the network",
                    String.valueOf(e.getMessage()),
                    e);
        } finally {
            lock.unlock();
        }
    }

    /** What we made must be as it was; in somebody else's chain that is what the features made and nothing more. */
    @Override
    public void check(CheckRequest request) {
        Attachment owner = owner(request.conf().name(), request.attachment());
        boolean told = !isSomebodyElses(request.prevResult(), owner);
        boolean held = addresses.holds(owner);
        if (told && !held && label(owner).isEmpty()) {
            throw new CniException(
                    ErrorCode.UNKNOWN_CONTAINER,
                    request.attachment() + " is not attached to network '"
                            + request.conf().name() + "'",
                    "it was deleted, or its namespace is gone; nothing is left to be cleaned up");
        }
        if (told || held) {
            addresses.check(request);
            try (Netns pod = open(request.sandbox())) {
                PodCheck.require(request, pod, bridge);
                guard.check(request, owner);
            }
        }
        features.check(request, owner);
    }

    @Override
    public void gc(GcRequest request) {
        String network = request.conf().name();
        Set<Attachment> valid = new HashSet<>();
        request.validAttachments().forEach(attachment -> valid.add(owner(network, attachment)));
        Set<Attachment> stale = new TreeSet<>(addresses.stale(network, valid));
        for (Attachment owner : features.owners()) {
            if (owner.network().equals(network) && !valid.contains(owner)) {
                stale.add(owner); // of a pod in somebody else's chain, which has no lease
            }
        }
        for (Link link : bridge.rtnetlink().links().list()) {
            PortLabel.of(link)
                    .flatMap(Reconciler::attachment)
                    .filter(owner -> owner.network().equals(network) && !valid.contains(owner))
                    .ifPresent(stale::add);
        }
        List<CniException> failures = new ArrayList<>();
        for (Attachment owner : stale) {
            collect(failures, () -> remove(owner));
        }
        collect(failures, () -> addresses.gc(request));
        if (!failures.isEmpty()) {
            throw new CniException(
                    failures.getFirst().code(),
                    "GC of network '" + network + "' failed in " + failures.size()
                            + (failures.size() == 1 ? " place" : " places"),
                    String.join(
                            "; ", failures.stream().map(Throwable::getMessage).toList()));
        }
    }

    private static void collect(List<CniException> failures, Runnable step) {
        try {
            step.run();
        } catch (CniException e) {
            failures.add(e);
        }
    }

    /**
     * Code 51 where pods that are there are cut off as well.
     *
     * @throws CniException code 50 or 51
     */
    @Override
    public void status(StatusRequest request) {
        String refusal = addresses.leases().refusal();
        if (!refusal.isEmpty()) {
            throw CniException.notAvailable(
                    "no pod can be given an address, since a lease must be on disk before it is used", refusal);
        }
        Optional<Link> link = bridge.rtnetlink().links().find(bridge.name());
        if (link.isEmpty()
                || link.get().index() != bridge.index()
                || !link.get().isUp()) {
            throw CniException.limitedConnectivity(
                    "the pod bridge " + bridge.name() + " is " + (link.isEmpty() ? "gone" : "not as it was made"),
                    "start the agent again, which makes it anew, and then the pods that hung on it");
        }
        addresses.status(request);
    }

    private static Attachment owner(String network, dev.fairlead.cni.protocol.Attachment attachment) {
        return new Attachment(network, attachment.containerId(), attachment.ifname());
    }
}
