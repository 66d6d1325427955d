package dev.fairlead.dataplane;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Address;
import dev.fairlead.kernel.route.AddressGeneration;
import dev.fairlead.kernel.route.AddressRequests;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.LinkRequests;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.PortFlag;
import dev.fairlead.kernel.route.Route;
import dev.fairlead.kernel.route.RouteRequests;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Wires a pod: a veth pair between its namespace and the pod bridge, addresses, default routes.
 *
 * <pre>
 *   pod: eth0 ───── veth…: port of fl0 (hairpin on) :node
 * </pre>
 *
 * One message makes both ends, each in its final namespace; with the port's settings it is one system call in the node, and
 * all that follows in the pod is one more. Nothing waits: IPv6 addresses are added without duplicate detection, and a veth
 * carries packets as soon as both ends are up.
 */
public final class PodWiring {
    private final PodBridge bridge;

    public PodWiring(PodBridge bridge) {
        this.bridge = bridge;
    }

    /** Where a step's message goes. */
    public enum Side {
        NODE,
        POD
    }

    /** One message of a plan. Prints as what it is for. */
    public record Step(Side side, Request request) {
        @Override
        public String toString() {
            return (side == Side.NODE ? "node: " : "pod:  ") + request.wanted();
        }
    }

    /** What was made. @param hostIndex of the node's end */
    public record Wired(Link pod, Link host) {}

    /**
     * The steps for an interface, in order.
     *
     * @param podIndex the number that the kernel gave the pod's end; the pod's steps name it, the node's don't
     */
    public List<Step> plan(PodInterface pod, Netns namespace, int podIndex) {
        List<Step> steps = new ArrayList<>();
        boolean ipv6 = pod.addresses().stream().anyMatch(a -> a.address().isIpv6());
        steps.add(new Step(
                Side.NODE,
                LinkRequests.createVeth(
                        List.of(
                                LinkSetting.name(pod.hostName()),
                                LinkSetting.mtu(pod.mtu()),
                                LinkSetting.master(bridge.index()),
                                LinkSetting.up()),
                        List.of(
                                LinkSetting.name(pod.name()),
                                LinkSetting.mac(pod.mac()),
                                LinkSetting.mtu(pod.mtu()),
                                LinkSetting.namespace(namespace)))));
        // The node's end is a port and needs no address. It has no carrier yet, so this is before it would make one.
        steps.add(new Step(
                Side.NODE,
                LinkRequests.set(
                        pod.hostName(),
                        LinkSetting.alias(pod.owner()),
                        LinkSetting.addressGeneration(AddressGeneration.NONE))));
        // A pod must reach itself by a Service address: such a frame leaves by the port it came in on.
        steps.add(new Step(Side.NODE, LinkRequests.setPort(pod.hostName(), Map.of(PortFlag.HAIRPIN, true))));
        steps.add(new Step(Side.POD, LinkRequests.set("lo", LinkSetting.up())));
        if (!ipv6) {
            steps.add(new Step(
                    Side.POD, LinkRequests.set(podIndex, LinkSetting.addressGeneration(AddressGeneration.NONE))));
        }
        steps.add(new Step(Side.POD, LinkRequests.set(podIndex, LinkSetting.up())));
        for (Prefix address : pod.addresses()) {
            steps.add(new Step(Side.POD, AddressRequests.add(Address.of(podIndex, address))));
        }
        for (Ip gateway : pod.gateways()) {
            steps.add(new Step(
                    Side.POD,
                    RouteRequests.add(
                            Route.defaultRoute(gateway.family()).via(gateway).device(podIndex))));
        }
        return steps;
    }

    /**
     * Wires a pod; when a step is refused, what was made is taken away again.
     *
     * @throws PodWiringException when the interface is there already, or another device has the name of the node's end
     * @throws KernelException of the first step that was refused
     */
    public Wired wire(PodInterface pod, Netns namespace) {
        try (Rtnetlink inPod = Rtnetlink.open(namespace)) {
            requireFree(inPod, pod.name());
            // By itself: the kernel would take the steps behind it also after a refusal, and change somebody else's
            // device.
            List<Step> node = steps(plan(pod, namespace, 0), Side.NODE);
            create(node.getFirst(), pod);
            try {
                run(bridge.rtnetlink(), node.subList(1, node.size()));
                int index = inPod.links().require(pod.name()).index();
                run(inPod, steps(plan(pod, namespace, index), Side.POD));
                return new Wired(
                        inPod.links().require(pod.name()),
                        bridge.rtnetlink().links().require(pod.hostName()));
            } catch (RuntimeException e) {
                undo(pod, e);
                throw e;
            }
        }
    }

    private static void requireFree(Rtnetlink inPod, String name) {
        if (inPod.links().find(name).isPresent()) {
            throw new PodWiringException("the pod's namespace already has an interface " + name
                    + "; a pod can be added once under one interface name, so delete it first or choose another");
        }
    }

    private void create(Step first, PodInterface pod) {
        try {
            run(bridge.rtnetlink(), List.of(first));
        } catch (NetlinkException e) {
            Optional<Link> other = bridge.rtnetlink().links().find(pod.hostName());
            if (!e.isAlreadyThere() || other.isEmpty()) {
                throw e;
            }
            String whose = other.get().alias().equals(pod.owner())
                    ? "left from an ADD of " + pod.owner() + " that was never deleted; delete that first"
                    : "not ours; rename it or take it away";
            throw new PodWiringException("the node already has a device " + pod.hostName() + ", which is " + whose, e);
        }
    }

    private static List<Step> steps(List<Step> all, Side side) {
        return all.stream().filter(step -> step.side() == side).toList();
    }

    private static void run(Rtnetlink socket, List<Step> steps) {
        List<Request> requests = new ArrayList<>();
        steps.forEach(step -> requests.add(step.request()));
        for (Optional<NetlinkException> refusal : socket.pipeline(requests)) {
            if (refusal.isPresent()) {
                throw refusal.get();
            }
        }
    }

    private void undo(PodInterface pod, RuntimeException why) {
        try {
            unwire(pod.owner());
        } catch (KernelException e) {
            why.addSuppressed(e);
        }
    }

    /**
     * Takes a pod's interface away, from the node's side: the pod's namespace may be gone. Nothing there is fine, and a
     * device that isn't ours is left alone whatever its name.
     */
    public void unwire(String owner) {
        try {
            Optional<Link> found = bridge.rtnetlink().links().find(PodInterface.hostName(owner));
            if (found.isPresent() && isOurs(found.get(), owner)) {
                bridge.rtnetlink().links().delete(found.get().index());
            }
        } catch (KernelException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    /** The alias says whose it is; an agent that was killed may not have come to that. */
    private boolean isOurs(Link link, String owner) {
        return link.alias().equals(owner) || (link.alias().isEmpty() && link.master() == bridge.index());
    }
}
