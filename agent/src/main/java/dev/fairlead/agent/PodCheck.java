package dev.fairlead.agent;

import dev.fairlead.cni.CniException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.plugin.CheckRequest;
import dev.fairlead.cni.protocol.Interface;
import dev.fairlead.cni.protocol.IpConfig;
import dev.fairlead.dataplane.PodBridge;
import dev.fairlead.dataplane.PodInterface;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Address;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.Route;
import dev.fairlead.kernel.route.RouteTable;
import dev.fairlead.kernel.route.Rtnetlink;
import java.util.List;
import java.util.Optional;

/**
 * CNI CHECK: compares the kernel with the result of ADD (SPEC.md, CHECK). What later plugins added is not ours to judge;
 * what we made must be there.
 */
final class PodCheck {
    private final CheckRequest request;
    private final PodBridge bridge;

    private PodCheck(CheckRequest request, PodBridge bridge) {
        this.request = request;
        this.bridge = bridge;
    }

    /** @throws CniException that says what is missing */
    static void require(CheckRequest request, Netns pod, PodBridge bridge) {
        PodCheck check = new PodCheck(request, bridge);
        try (Rtnetlink inPod = Rtnetlink.open(pod)) {
            Link link = check.podLink(inPod);
            check.hostLink();
            check.addresses(inPod, link);
            check.routes(inPod, link);
        }
    }

    private Link podLink(Rtnetlink inPod) {
        String name = request.attachment().ifname();
        Link link = inPod.links().find(name).orElseThrow(() -> worse("the interface " + name + " is gone"));
        if (!link.isUp()) {
            throw worse("the interface " + name + " is down");
        }
        Optional<Interface> told = request.prevResult().sandboxInterface(name);
        if (told.isPresent()
                && !told.get().mac().isEmpty()
                && !told.get().mac().equalsIgnoreCase(link.mac().toString())) {
            throw worse("the interface " + name + " has MAC address " + link.mac() + " and was given "
                    + told.get().mac());
        }
        return link;
    }

    /** By its name: a later plugin may have a device on the node too, and that one's is not ours to judge. */
    private void hostLink() {
        String owner = String.join(
                "/",
                request.conf().name(),
                request.attachment().containerId(),
                request.attachment().ifname());
        for (Interface told : request.prevResult().interfaces()) {
            if (told.isOnHost() && told.name().equals(PodInterface.hostName(owner))) {
                Link host = bridge.rtnetlink()
                        .links()
                        .find(told.name())
                        .orElseThrow(() -> worse("the node's end " + told.name() + " is gone"));
                if (host.master() != bridge.index()) {
                    throw worse("the node's end " + told.name() + " is not a port of the bridge " + bridge.name());
                }
            }
        }
    }

    private void addresses(Rtnetlink inPod, Link link) {
        List<Address> present = inPod.addresses().list(link.index());
        for (IpConfig told : request.prevResult().ips()) {
            int index = told.interfaceIndex().orElse(-1);
            boolean ours = index >= 0
                    && request.prevResult().interfaces().get(index).name().equals(link.name());
            if (ours && present.stream().noneMatch(a -> a.prefix().equals(told.address()))) {
                throw worse("the address " + told.address() + " is gone from " + link.name());
            }
        }
    }

    /** In whatever table: a later plugin may move them, as source based routing does. */
    private void routes(Rtnetlink inPod, Link link) {
        for (dev.fairlead.cni.protocol.Route told : request.prevResult().routes()) {
            boolean there = false;
            for (Route route : inPod.routes().list(told.dst().family(), RouteTable.ANY)) {
                there |= route.destination().equals(told.dst().network());
            }
            if (!there) {
                throw worse("the route to " + told.dst() + " by " + link.name() + " is gone");
            }
        }
    }

    private CniException worse(String what) {
        return new CniException(
                ErrorCode.INTERNAL,
                request.attachment() + " on network '" + request.conf().name() + "' is not as ADD left it",
                what + "; delete the pod and let it be made anew");
    }
}
