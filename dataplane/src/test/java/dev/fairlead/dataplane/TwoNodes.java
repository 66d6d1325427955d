package dev.fairlead.dataplane;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.Sysctl;
import dev.fairlead.kernel.route.LinkKind;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.Route;
import dev.fairlead.kernel.route.RouteProtocol;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.ipam.PodMac;
import dev.fairlead.plan.routes.NodeRoutes;
import dev.fairlead.testkit.TestNamespaces;
import java.util.ArrayList;
import java.util.List;

/**
 * Two nodes and somebody outside, each a namespace of its own; the pods are wired by our own {@link PodWiring}, the rest by
 * hand.
 *
 * <pre>
 *   client 10.244.1.8 ─┐
 *   a      10.244.1.5 ─┤ fl0 10.244.1.1   n1   uplink 172.30.0.2 ─┐
 *                                                                 │
 *   b      10.244.2.7 ── fl0 10.244.2.1   n2   uplink 172.30.0.3 ─┤ switch
 *                                                                 │
 *                     198.51.100.7 on lo  outside eth0 172.30.0.1 ─┘
 *
 *   IPv6: fd00:1::8, fd00:1::5, fd00:2::7; nodes fd00::2, fd00::3; outside fd00::f, 2001:db8::7
 *   n1, n2:   default via outside, so a packet that Services should have kept is seen there
 *   outside:  10.96.0.0/16 and 10.244.1.0/24 via n1, 10.244.2.0/24 via n2; sends from 198.51.100.7
 * </pre>
 */
final class TwoNodes implements AutoCloseable {
    static final Prefix SERVICES4 = Prefix.of("10.96.0.0/16");
    static final Prefix SERVICES6 = Prefix.of("fd00:96::/112");

    final Place n1;
    final Place n2;
    final Place outside;
    final Place client;
    final Place a;
    final Place b;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Rtnetlink inSwitch;
    private final int switchIndex;

    TwoNodes(TestNamespaces namespaces) {
        Netns switchNetns = namespaces.create();
        inSwitch = closeLater(Rtnetlink.open(switchNetns));
        inSwitch.links().create(LinkKind.Bridge.plain(), LinkSetting.name("sw"), LinkSetting.up());
        switchIndex = inSwitch.links().require("sw").index();

        n1 = new Place("n1", namespaces.create(), Ip.of("172.30.0.2"), Ip.of("fd00::2"));
        n2 = new Place("n2", namespaces.create(), Ip.of("172.30.0.3"), Ip.of("fd00::3"));
        outside = new Place("outside", namespaces.create(), Ip.of("198.51.100.7"), Ip.of("2001:db8::7"));
        outside(switchNetns);
        PodWiring first = node(n1, "n1", switchNetns);
        PodWiring second = node(n2, "n2", switchNetns);
        client = pod(first, namespaces.create(), "client", "10.244.1.8", "fd00:1::8");
        a = pod(first, namespaces.create(), "a", "10.244.1.5", "fd00:1::5");
        b = pod(second, namespaces.create(), "b", "10.244.2.7", "fd00:2::7");
    }

    // ---- what the cluster's picture says of it

    /** The nodes and the Service ranges, and no Services. */
    static ClusterPicture picture() {
        return ClusterPicture.EMPTY
                .with(new Node(
                        "n1",
                        List.of(Ip.of("172.30.0.2"), Ip.of("fd00::2")),
                        List.of(Prefix.of("10.244.1.0/24"), Prefix.of("fd00:1::/64"))))
                .with(new Node(
                        "n2",
                        List.of(Ip.of("172.30.0.3"), Ip.of("fd00::3")),
                        List.of(Prefix.of("10.244.2.0/24"), Prefix.of("fd00:2::/64"))))
                .withServiceCidrs(List.of(SERVICES4, SERVICES6));
    }

    // ---- wiring

    private void outside(Netns switchNetns) {
        withoutDuplicateDetection(outside.netns());
        Rtnetlink in = closeLater(Rtnetlink.open(outside.netns()));
        int eth = cable(in, "eth0", switchNetns, "to-outside");
        int lo = in.links().require("lo").index();
        in.links().set(lo, LinkSetting.up());
        in.addresses().add(lo, outside.ipv4().asPrefix());
        in.addresses().add(lo, outside.ipv6().asPrefix());
        in.addresses().add(eth, Prefix.of("172.30.0.1/24"));
        in.addresses().add(eth, Prefix.of("fd00::f/64"));
        for (String to : List.of("10.96.0.0/16", "10.244.1.0/24", "fd00:96::/112", "fd00:1::/64")) {
            route(in, eth, to, n1);
        }
        for (String to : List.of("10.244.2.0/24", "fd00:2::/64")) {
            route(in, eth, to, n2);
        }
    }

    private void route(Rtnetlink in, int device, String to, Place via) {
        Prefix prefix = Prefix.of(to);
        in.routes()
                .add(Route.unicast(prefix)
                        .via(via.ip(prefix.family()))
                        .device(device)
                        .withPreferredSource(outside.ip(prefix.family())));
    }

    /** Of the link-local addresses of what isn't under test. */
    private static void withoutDuplicateDetection(Netns netns) {
        Sysctl.in(netns).write("net/ipv6/conf/default/accept_dad", 0);
    }

    /** The kernel says "port unreachable" to one host only every so often (a second by default), whoever asks it to. */
    private static void withoutLimitOfErrors(Netns netns) {
        Sysctl.in(netns).write("net/ipv4/icmp_ratelimit", 0);
        Sysctl.in(netns).write("net/ipv6/icmp/ratelimit", 0);
    }

    private PodWiring node(Place node, String name, Netns switchNetns) {
        withoutDuplicateDetection(node.netns());
        withoutLimitOfErrors(node.netns());
        Rtnetlink in = closeLater(Rtnetlink.open(node.netns()));
        in.links().set("lo", LinkSetting.up());
        int uplink = cable(in, "uplink", switchNetns, "to-" + name);
        in.addresses().add(uplink, new Prefix(node.ipv4(), 24));
        in.addresses().add(uplink, new Prefix(node.ipv6(), 64));
        in.routes()
                .add(Route.defaultRoute(Family.IPV4)
                        .via(Ip.of("172.30.0.1"))
                        .device(uplink)
                        .withProtocol(RouteProtocol.STATIC));
        in.routes()
                .add(Route.defaultRoute(Family.IPV6)
                        .via(Ip.of("fd00::f"))
                        .device(uplink)
                        .withProtocol(RouteProtocol.STATIC));
        PeerRoutes.start(in).apply(NodeRoutes.plan(picture(), name, new NodeRoutes.Uplink("uplink", 0)));
        List<Prefix> gateways = name.equals("n1")
                ? List.of(Prefix.of("10.244.1.1/24"), Prefix.of("fd00:1::1/64"))
                : List.of(Prefix.of("10.244.2.1/24"), Prefix.of("fd00:2::1/64"));
        return closeLater(new PodWiring(PodBridge.start(
                node.netns(),
                in,
                new PodBridge.Spec(
                        "fl0", PodMac.of(gateways.stream().map(Prefix::address).toList()), gateways, 1500))));
    }

    /** A veth from {@code in} to a port of the switch; its end there is up as well. */
    private int cable(Rtnetlink in, String name, Netns switchNetns, String port) {
        in.links()
                .createVeth(
                        List.of(LinkSetting.name(name), LinkSetting.up()),
                        List.of(LinkSetting.name(port), LinkSetting.namespace(switchNetns)));
        inSwitch.links().set(port, LinkSetting.master(switchIndex), LinkSetting.up());
        return in.links().require(name).index();
    }

    private static Place pod(PodWiring wiring, Netns netns, String name, String ipv4, String ipv6) {
        Place place = new Place(name, netns, Ip.of(ipv4), Ip.of(ipv6));
        String gateway4 = ipv4.substring(0, ipv4.lastIndexOf('.')) + ".1";
        String gateway6 = ipv6.substring(0, ipv6.lastIndexOf(':')) + ":1";
        var unused = wiring.wire(
                new PodInterface(
                        "test/" + name + "/eth0",
                        "eth0",
                        PodMac.of(List.of(place.ipv4())),
                        List.of(new Prefix(place.ipv4(), 24), new Prefix(place.ipv6(), 64)),
                        List.of(Ip.of(gateway4), Ip.of(gateway6)),
                        1500),
                netns);
        return place;
    }

    // ---- what is in it

    /** Serves a port in a and in b until the end of the test. */
    void serve(Protocol protocol, int port) {
        serve(a, protocol, port);
        serve(b, protocol, port);
    }

    Echo serve(Place place, Protocol protocol, int port) {
        return closeLater(Echo.serve(place, protocol, port));
    }

    /** The Service table of n1 or n2. */
    ServiceTable services(Place node) {
        return closeLater(ServiceTable.start(node.netns(), node.name()));
    }

    <T extends AutoCloseable> T closeLater(T closeable) {
        open.add(closeable);
        return closeable;
    }

    @Override
    public void close() {
        for (AutoCloseable closeable : open.reversed()) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new AssertionError("could not close " + closeable, e);
            }
        }
    }
}
