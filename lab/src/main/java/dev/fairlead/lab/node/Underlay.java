package dev.fairlead.lab.node;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.Sysctl;
import dev.fairlead.kernel.route.LinkKind;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.Route;
import dev.fairlead.kernel.route.RouteProtocol;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.PodMac;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The switch between the nodes: a bridge in a network namespace of its own, which has no other link. A packet that a node
 * routes wrongly ends here.
 *
 * <pre>
 *   node-1: uplink ── node-1 ┐
 *                            ├ switch (bridge, no address)
 *   node-2: uplink ── node-2 ┘
 * </pre>
 */
public final class Underlay implements AutoCloseable {
    public static final String UPLINK = "uplink";
    private static final String SWITCH = "switch";

    private final Netns namespace;
    private final Rtnetlink rtnetlink;
    private final int bridge;

    private Underlay(Netns namespace, Rtnetlink rtnetlink, int bridge) {
        this.namespace = namespace;
        this.rtnetlink = rtnetlink;
        this.bridge = bridge;
    }

    public static Underlay create() {
        Netns namespace = Netns.create();
        try {
            Rtnetlink rtnetlink = Rtnetlink.open(namespace);
            rtnetlink.links().create(LinkKind.Bridge.plain(), LinkSetting.name(SWITCH), LinkSetting.up());
            return new Underlay(
                    namespace, rtnetlink, rtnetlink.links().require(SWITCH).index());
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    /**
     * Plugs a node in: its end is {@link #UPLINK}, up and with these addresses. The node gets what a machine has before a
     * network plugin comes: it forwards, and has a route for every address.
     *
     * @param services what the node's own processes find by this route; elsewhere the default route does it, and here there
     *     is none
     */
    public void connect(String nodeName, Netns node, List<Prefix> addresses, List<Prefix> services, int mtu) {
        rtnetlink
                .links()
                .createVeth(
                        List.of(
                                LinkSetting.name(nodeName),
                                LinkSetting.mtu(mtu),
                                LinkSetting.oneQueue(),
                                LinkSetting.master(bridge),
                                LinkSetting.up()),
                        List.of(
                                LinkSetting.name(UPLINK),
                                LinkSetting.mac(mac(addresses)),
                                LinkSetting.mtu(mtu),
                                LinkSetting.oneQueue(),
                                LinkSetting.namespace(node)));
        forward(node, addresses);
        try (Rtnetlink inNode = Rtnetlink.open(node)) {
            inNode.links().set("lo", LinkSetting.up());
            inNode.links().set(UPLINK, LinkSetting.up());
            int index = inNode.links().require(UPLINK).index();
            for (Prefix address : addresses) {
                inNode.addresses().add(index, address);
            }
            for (Prefix service : services) {
                inNode.routes().add(Route.unicast(service).device(index).withProtocol(RouteProtocol.STATIC));
            }
        }
    }

    /** The same after the node was off, as a machine's is: others would send to the one they know for half a minute. */
    private static Mac mac(List<Prefix> addresses) {
        return PodMac.of(addresses.stream().map(Prefix::address).toList());
    }

    /** The link of a node that is plugged in, to be made worse. @param mtu with which it was */
    public NodeLink link(NodeSlot slot, Netns node, int mtu) {
        return new NodeLink(slot, node, rtnetlink, mtu);
    }

    /** Pulls a node's plug. Its own end goes too. */
    public void disconnect(String nodeName) {
        try {
            rtnetlink.links().delete(nodeName);
        } catch (KernelException e) {
            if (!e.isNotFound()) { // it went with the node's namespace
                throw e;
            }
        }
    }

    /**
     * Plugins turn it on too; but where two of them do so at the same moment, the kernel can leave the devices without it: one
     * finds the value there that the other, which has to wait for the device lock, is about to take back.
     */
    private static void forward(Netns node, List<Prefix> addresses) {
        Map<String, String> switches = new LinkedHashMap<>();
        for (Prefix address : addresses) {
            switches.put(address.family() == Family.IPV4 ? Sysctl.IPV4_FORWARD : Sysctl.IPV6_FORWARD, "1");
        }
        switches.put(Sysctl.CONNTRACK_COUNTERS, "1"); // so that flows can say how much they carry
        Sysctl.in(node).writeAll(switches);
    }

    public Netns namespace() {
        return namespace;
    }

    @Override
    public void close() {
        rtnetlink.close();
        namespace.close();
    }
}
