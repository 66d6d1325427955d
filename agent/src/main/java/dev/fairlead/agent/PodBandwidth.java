package dev.fairlead.agent;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.plugin.AddRequest;
import dev.fairlead.cni.plugin.CheckRequest;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.Bandwidth;
import dev.fairlead.cni.protocol.Sandbox;
import dev.fairlead.dataplane.BandwidthLimits;
import dev.fairlead.dataplane.PodBridge;
import dev.fairlead.dataplane.PodWiringException;
import dev.fairlead.dataplane.RateLimit;
import dev.fairlead.kernel.Errno;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.LinkKind;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.plan.ipam.Attachment;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The capability {@code bandwidth} (CONVENTIONS.md): how fast a pod may receive (ingress) and send (egress). Works for every
 * pod that hangs on the node by a veth pair, whoever made that.
 */
final class PodBandwidth implements PodFeature {
    private static final int BITS = 8;
    private static final int ETHERNET_HEADER = 14;

    private final Rtnetlink rtnetlink;
    private final BandwidthLimits limits;

    private PodBandwidth(Rtnetlink rtnetlink, BandwidthLimits limits) {
        this.rtnetlink = rtnetlink;
        this.limits = limits;
    }

    static PodBandwidth start(PodBridge bridge) {
        return new PodBandwidth(bridge.rtnetlink(), new BandwidthLimits(bridge.node(), bridge.rtnetlink()));
    }

    @Override
    public void start(AddRequest request, Attachment owner, AddResult wired) {
        Bandwidth asked = request.conf().bandwidth();
        if (asked.ingressRate() == 0 && asked.egressRate() == 0) {
            return;
        }
        Link port = port(request.sandbox(), owner.ifName());
        RateLimit toPod = limit("ingress", asked.ingressRate(), asked.ingressBurst(), port);
        RateLimit fromPod = limit("egress", asked.egressRate(), asked.egressBurst(), port);
        try {
            limits.limit(owner.toString(), port, toPod, fromPod);
        } catch (NetlinkException e) {
            throw refused(owner, e);
        } catch (PodWiringException e) {
            throw CniException.invalidConfig(
                    "the bandwidth of " + owner + " can't be limited", String.valueOf(e.getMessage()));
        }
    }

    /** What a refusal means; a kernel that lacks a part says so in its own words. */
    static CniException refused(Attachment owner, NetlinkException e) {
        if (e.isNotSupported() || e.errno().equals(Errno.ENOENT)) {
            return new CniException(
                    ErrorCode.INVALID_CONFIG,
                    "the bandwidth of " + owner + " can't be limited, because this node's kernel lacks a part for it",
                    e.getMessage()
                            + "; load the modules sch_tbf, sch_ingress, cls_u32, act_mirred and ifb, or start the"
                            + " pod without bandwidth",
                    e);
        }
        return new CniException(
                ErrorCode.IO_FAILURE,
                "the bandwidth of " + owner + " could not be limited",
                String.valueOf(e.getMessage()),
                e);
    }

    /** @throws CniException code 7 that names the field and its value */
    private static RateLimit limit(String direction, long rate, long burst, Link port) {
        if (rate == 0) {
            return RateLimit.NONE;
        }
        if (rate < BITS) {
            throw wrong(direction + "Rate", rate, "should be at least " + BITS + ", a byte a second");
        }
        long most = RateLimit.LARGEST_BURST * BITS;
        if (burst > most) {
            throw wrong(direction + "Burst", burst, "should be at most " + most + ", which is 4 GiB");
        }
        long packet = (long) port.mtu() + ETHERNET_HEADER;
        if (burst < packet * BITS) {
            throw wrong(
                    direction + "Burst",
                    burst,
                    "should be at least " + packet * BITS + ", a packet of " + packet
                            + " bytes, because one that is larger than the burst would never pass");
        }
        return new RateLimit(rate / BITS, burst / BITS);
    }

    private static CniException wrong(String field, long value, String problem) {
        return CniException.invalidConfig("bandwidth: " + field + " is " + value + " bits and " + problem, "");
    }

    /** The node's end of a pod's veth pair: each says that the other is its peer. */
    private Link port(Sandbox sandbox, String name) {
        try (Netns pod = FairleadPlugin.open(sandbox);
                Rtnetlink inPod = Rtnetlink.open(pod)) {
            Link link = inPod.links().require(name);
            Optional<Link> port =
                    link.kind() instanceof LinkKind.Veth ? rtnetlink.links().find(link.peer()) : Optional.empty();
            return port.filter(end -> end.kind() instanceof LinkKind.Veth && end.peer() == link.index())
                    .orElseThrow(() -> CniException.invalidConfig(
                            "bandwidth: the pod's interface " + name + " has no other end on this node",
                            "it must be one of a veth pair whose other end is in the node's own network namespace"));
        }
    }

    @Override
    public void forget(Attachment owner) {
        limits.forget(owner.toString());
    }

    @Override
    public void check(CheckRequest request, Attachment owner) {
        Bandwidth asked = request.conf().bandwidth();
        if (asked.ingressRate() == 0 && asked.egressRate() == 0) {
            return;
        }
        Link port = port(request.sandbox(), owner.ifName());
        RateLimit toPod = limit("ingress", asked.ingressRate(), asked.ingressBurst(), port);
        RateLimit fromPod = limit("egress", asked.egressRate(), asked.egressBurst(), port);
        List<String> missing = limits.missing(owner.toString(), port, toPod, fromPod);
        if (!missing.isEmpty()) {
            throw new CniException(
                    ErrorCode.INTERNAL,
                    "the bandwidth of " + owner + " is not limited as ADD left it",
                    "missing: " + String.join(", ", missing) + "; delete the pod and let it be made anew");
        }
    }

    @Override
    public Set<Attachment> owners() {
        Set<Attachment> owners = new LinkedHashSet<>();
        limits.owners().forEach(owner -> Reconciler.attachment(owner).ifPresent(owners::add));
        return owners;
    }

    @Override
    public List<String> mend() {
        return limits.mend();
    }

    @Override
    public void clean() {
        limits.clean();
    }

    @Override
    public void close() {
        limits.close();
    }
}
