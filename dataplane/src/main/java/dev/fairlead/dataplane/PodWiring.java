package dev.fairlead.dataplane;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.OwnThread;
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
import java.util.function.Consumer;

/**
 * Wires a pod: a veth pair between its namespace and the pod bridge, addresses, routes.
 *
 * <pre>
 *   pod: eth0 ───── veth…: port of fl0 (hairpin on) :node
 * </pre>
 *
 * One message makes both ends, each in its final namespace; with the port's settings it is one system call in the node, and
 * all that follows in the pod is one more. Nothing waits: IPv6 addresses are added without duplicate detection, and a veth
 * carries packets as soon as both ends are up.
 *
 * <p>Over 300 lines: how an interface is made and how it is taken away again stand side by side, for they must agree.
 */
public final class PodWiring implements AutoCloseable {
    private final PodBridge bridge;
    private final LinkRemoval removal;
    private final OwnThread.Spare openers = new OwnThread.Spare();

    public PodWiring(PodBridge bridge) {
        this.bridge = bridge;
        this.removal = new LinkRemoval(bridge.node(), bridge.rtnetlink().links());
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

    /**
     * What was made.
     *
     * @param podIndex the number that the kernel gave the pod's end
     * @param host the node's end as the kernel made it, before anything else was said to it
     */
    public record Wired(int podIndex, Link host) {}

    /** What {@link #wire} has done when it tells. */
    public enum Made {
        /** Both ends, the node's without its label, and down. */
        VETH,
        /** All of the node's side, and nothing of the pod's. */
        NODE_SIDE
    }

    /**
     * The steps for an interface, in order.
     *
     * @param podIndex the number that the kernel gave the pod's end; the pod's steps name it, the node's don't
     */
    public List<Step> plan(PodInterface pod, Netns namespace, int podIndex) {
        List<Step> steps = new ArrayList<>(nodePlan(pod, namespace));
        steps.addAll(podPlan(pod, podIndex));
        return steps;
    }

    private List<Step> nodePlan(PodInterface pod, Netns namespace) {
        List<Step> steps = new ArrayList<>();
        String hostName = pod.hostName();
        steps.add(new Step(
                Side.NODE,
                LinkRequests.createVeth(
                        List.of(
                                LinkSetting.name(hostName),
                                LinkSetting.mtu(pod.mtu()),
                                LinkSetting.oneQueue(),
                                LinkSetting.master(bridge.index())),
                        List.of(
                                LinkSetting.name(pod.name()),
                                LinkSetting.mac(pod.mac()),
                                LinkSetting.mtu(pod.mtu()),
                                LinkSetting.oneQueue(),
                                LinkSetting.namespace(namespace)))));
        // The node's end is a port and needs no address. It has no carrier yet, so this is before it would make one.
        // It comes up here and not when it is made: right after that the kernel looks at the new link. One that is up
        // without a carrier it switches off, and waits for all processors, as does everybody with a message for it.
        List<LinkSetting> ofPort = new ArrayList<>();
        ofPort.add(LinkSetting.alias(PortLabel.of(pod, false).text()));
        if (pod.canHaveIpv6()) {
            ofPort.add(LinkSetting.addressGeneration(AddressGeneration.NONE));
        }
        ofPort.add(LinkSetting.up());
        steps.add(new Step(Side.NODE, hairpin(hostName, ofPort.toArray(LinkSetting[]::new))));
        return steps;
    }

    private static List<Step> podPlan(PodInterface pod, int podIndex) {
        List<Step> steps = new ArrayList<>();
        boolean ipv6 = pod.addresses().stream().anyMatch(a -> a.address().isIpv6());
        steps.add(new Step(Side.POD, LinkRequests.set("lo", LinkSetting.up())));
        // Said in any case: a namespace may come with another mode, and SpoofGuard knows no other link-local address.
        AddressGeneration linkLocal = ipv6 ? AddressGeneration.EUI64 : AddressGeneration.NONE;
        if (pod.canHaveIpv6()) {
            steps.add(new Step(Side.POD, LinkRequests.set(podIndex, LinkSetting.addressGeneration(linkLocal))));
        }
        steps.add(new Step(Side.POD, LinkRequests.set(podIndex, LinkSetting.up())));
        steps.addAll(addressSteps(pod, podIndex));
        return steps;
    }

    private static List<Step> addressSteps(PodInterface pod, int podIndex) {
        List<Step> steps = new ArrayList<>();
        for (Prefix address : pod.addresses()) {
            steps.add(new Step(Side.POD, AddressRequests.add(Address.of(podIndex, address))));
        }
        for (Ip gateway : pod.gateways()) {
            steps.add(new Step(
                    Side.POD,
                    RouteRequests.add(
                            Route.defaultRoute(gateway.family()).via(gateway).device(podIndex))));
        }
        for (Route route : pod.routes()) {
            steps.add(new Step(Side.POD, RouteRequests.add(route.device(podIndex))));
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
        return wire(pod, namespace, made -> {});
    }

    /**
     * As {@link #wire(PodInterface, Netns)}; and tells how far it is; the pod has no address before it has told. What
     * that throws is thrown on, and undoes what was made.
     */
    public Wired wire(PodInterface pod, Netns namespace, Consumer<Made> told) {
        // A socket there needs a thread there: it opens while the node's side is made.
        OwnThread.Begun<Rtnetlink> opening = Rtnetlink.opening(namespace, openers);
        try {
            return wire(pod, namespace, told, opening);
        } finally {
            close(opening);
        }
    }

    private Wired wire(PodInterface pod, Netns namespace, Consumer<Made> told, OwnThread.Begun<Rtnetlink> opening) {
        // By itself: the kernel would take the steps behind it also after a refusal, and change somebody else's device.
        List<Step> node = nodePlan(pod, namespace);
        Optional<Link> made = create(node.getFirst(), pod, opening);
        try {
            told.accept(Made.VETH);
            run(bridge.rtnetlink(), node.subList(1, node.size()));
            Link inNode = made.orElseGet(() -> bridge.rtnetlink().links().require(pod.hostName()));
            told.accept(Made.NODE_SIDE);
            Rtnetlink podSocket = opening.await();
            int podIndex = inNode.peer() > 0
                    ? inNode.peer()
                    : podSocket.links().require(pod.name()).index();
            run(podSocket, podPlan(pod, podIndex));
            return new Wired(podIndex, inNode);
        } catch (RuntimeException e) {
            undo(pod, e);
            throw e;
        }
    }

    private static void close(OwnThread.Begun<Rtnetlink> opening) {
        try {
            opening.await().close();
        } catch (RuntimeException e) {
            // Nothing was opened, and whoever wanted to use it has been told why.
        }
    }

    /**
     * Both names must be free; which of them wasn't, the kernel doesn't say.
     *
     * @return the node's end as the kernel made it; empty from kernels before 6.2, which don't tell
     */
    private Optional<Link> create(Step first, PodInterface pod, OwnThread.Begun<Rtnetlink> opening) {
        try {
            return bridge.rtnetlink().links().make(first.request());
        } catch (NetlinkException e) {
            if (bridge.rtnetlink().links().find(bridge.index()).isEmpty()) {
                throw new PodWiringException(
                        "the bridge " + bridge.name()
                                + " is gone, which the agent doesn't take away; it makes it again within a minute",
                        e);
            }
            if (!e.isAlreadyThere()) {
                throw e;
            }
            if (opening.await().links().find(pod.name()).isPresent()) {
                throw new PodWiringException(
                        "the pod's namespace already has an interface " + pod.name()
                                + "; a pod can be added once under one interface name, so delete it first or choose"
                                + " another",
                        e);
            }
            Optional<Link> other = bridge.rtnetlink().links().find(pod.hostName());
            if (other.isEmpty()) {
                throw e;
            }
            String whose = isOurs(other.get(), pod.owner())
                    ? "left from an ADD of " + pod.owner() + " that was never deleted; delete that first"
                    : "not ours; rename it or take it away";
            throw new PodWiringException("the node already has a device " + pod.hostName() + ", which is " + whose, e);
        }
    }

    /**
     * Gives addresses and routes to an interface that was wired without, since some are to be had only over the interface
     * itself (DHCP). The label says them when they are there, so that one without is known as half-made.
     *
     * @throws KernelException of the first step that was refused; the interface stays as far as it got
     */
    public void address(PodInterface pod, Netns namespace) {
        try (Rtnetlink inPod = Rtnetlink.open(namespace)) {
            int index = inPod.links().require(pod.name()).index();
            List<Step> steps = new ArrayList<>();
            if (pod.canHaveIpv6()
                    && pod.addresses().stream().anyMatch(a -> a.address().isIpv6())) {
                // A link makes its link-local address when it comes up, by the mode it has then.
                steps.add(new Step(Side.POD, LinkRequests.set(index, LinkSetting.down())));
                steps.add(new Step(
                        Side.POD, LinkRequests.set(index, LinkSetting.addressGeneration(AddressGeneration.EUI64))));
                steps.add(new Step(Side.POD, LinkRequests.set(index, LinkSetting.up())));
            }
            steps.addAll(addressSteps(pod, index));
            run(inPod, steps);
        }
        bridge.rtnetlink()
                .links()
                .set(pod.hostName(), LinkSetting.alias(PortLabel.of(pod, false).text()));
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
     * Notes on the port that the runtime knows the pod's interface: until then it is one that may be made anew.
     *
     * @param port the node's end, by its index: its name may be a later attachment's by now
     * @throws KernelException that {@code isNotFound()} when the port is gone meanwhile
     */
    public void confirm(PodInterface pod, int port) {
        bridge.rtnetlink()
                .links()
                .set(port, LinkSetting.alias(PortLabel.of(pod, true).text()));
        openers.prepare(); // for the next pod, now that nobody waits
    }

    /**
     * Takes a pod's interface away, from the node's side: the pod's namespace may be gone. Nothing there is fine, and a
     * device that isn't ours is left alone whatever its name. When this returns the interface is gone at both ends; the
     * kernel clears up behind it on its own time.
     */
    public void unwire(String owner) {
        Optional<Link> found = bridge.rtnetlink().links().find(PodInterface.hostName(owner));
        if (found.isPresent() && isOurs(found.get(), owner)) {
            removal.remove(found.get());
        }
    }

    /** Makes the node's end a port of the bridge as it was when the pod was wired. */
    public void plugIn(String owner) {
        String port = PodInterface.hostName(owner);
        run(
                bridge.rtnetlink(),
                List.of(
                        new Step(Side.NODE, LinkRequests.set(port, LinkSetting.master(bridge.index()))),
                        new Step(Side.NODE, LinkRequests.set(port, LinkSetting.up())),
                        new Step(Side.NODE, hairpin(port))));
    }

    /** A pod must reach itself by a Service address: such a frame leaves by the port it came in on. */
    private static Request hairpin(String port, LinkSetting... also) {
        return LinkRequests.setPort(port, Map.of(PortFlag.HAIRPIN, true), also);
    }

    /** Waits until the kernel has cleared up. The bridge and its socket stay the caller's. */
    @Override
    public void close() {
        openers.close();
        removal.close();
    }

    /** The alias says whose it is; an agent that was killed may not have come to that. */
    private boolean isOurs(Link link, String owner) {
        boolean unlabelled = link.alias().isEmpty() && link.master() == bridge.index();
        return unlabelled
                || PortLabel.of(link)
                        .filter(label -> label.owner().equals(owner))
                        .isPresent();
    }
}
