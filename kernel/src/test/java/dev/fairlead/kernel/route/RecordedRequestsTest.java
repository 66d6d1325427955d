package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netlink.Explain;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Our message for an operation says what the tool's message for it says, attribute by attribute. */
class RecordedRequestsTest {
    private static final Mac NEIGHBOUR = Mac.of("0a:58:00:00:00:09");

    private final int br0 = Recording.index("br0");
    private final int v0 = Recording.index("v0");
    private final int e0 = Recording.index("e0");
    private final int vx7 = Recording.index("vx7");

    @Test
    void links() {
        assertSame(
                "ip link add br0 address 0a:58:00:00:00:ff type bridge ageing_time 4200 mcast_snooping 0",
                LinkRequests.create(
                        LinkKind.Bridge.plain().withAgeing(Duration.ofSeconds(42)),
                        LinkSetting.name("br0"),
                        LinkSetting.mac(Mac.of("0a:58:00:00:00:ff"))));
        assertSame(
                "ip link add v0 mtu 1400 address 0a:58:00:00:00:01 type veth peer name e0 mtu 1300"
                        + " address 0a:58:00:00:00:02",
                LinkRequests.createVeth(
                        List.of(
                                LinkSetting.name("v0"),
                                LinkSetting.mtu(1400),
                                LinkSetting.mac(Mac.of("0a:58:00:00:00:01"))),
                        List.of(
                                LinkSetting.name("e0"),
                                LinkSetting.mtu(1300),
                                LinkSetting.mac(Mac.of("0a:58:00:00:00:02")))));
        assertSame(
                "ip link add vx7 type vxlan id 7 local 192.0.2.1 dstport 4789 nolearning",
                LinkRequests.create(LinkKind.Vxlan.of(7).withLocal(Ip.of("192.0.2.1")), LinkSetting.name("vx7")));
        assertSame("ip link set dev v0 master br0", LinkRequests.set(v0, LinkSetting.master(br0)));
        assertSame("ip link set dev v0 up", LinkRequests.set(v0, LinkSetting.up()));
        assertSame(
                "ip link set dev e0 addrgenmode none",
                LinkRequests.set(e0, LinkSetting.addressGeneration(AddressGeneration.NONE)));
        assertSame(
                "bridge link set dev v0 hairpin on isolated on learning off",
                LinkRequests.setPort(
                        v0, Map.of(PortFlag.HAIRPIN, true, PortFlag.ISOLATED, true, PortFlag.LEARNING, false)));
        assertSame(
                "ip link property add dev e0 altname a-name-longer-than-fifteen-bytes",
                LinkRequests.addAlternativeName(e0, "a-name-longer-than-fifteen-bytes"));
    }

    @Test
    void addresses() {
        assertSame(
                "ip address add 192.0.2.1/24 dev br0", AddressRequests.add(Address.of(br0, Prefix.of("192.0.2.1/24"))));
        assertSame(
                "ip address add fd00:2::1/64 dev br0 nodad",
                AddressRequests.add(Address.of(br0, Prefix.of("fd00:2::1/64"))));
        assertSame(
                "ip address add 10.1.2.3 peer 10.9.9.9/32 dev e0",
                AddressRequests.add(Address.of(e0, Prefix.of("10.1.2.3/32")).withPeer(Ip.of("10.9.9.9"))));
        assertSame(
                "ip address add 198.51.100.1/24 broadcast 198.51.100.255 label e0:x dev e0 noprefixroute",
                AddressRequests.add(Address.of(e0, Prefix.of("198.51.100.1/24"))
                        .withBroadcast(Ip.of("198.51.100.255"))
                        .withLabel("e0:x")
                        .withoutPrefixRoute()));
    }

    @Test
    void routes() {
        assertSame(
                "ip route add 10.244.2.0/24 via 192.0.2.2 dev br0 proto 250 mtu 1450",
                RouteRequests.add(Route.unicast(Prefix.of("10.244.2.0/24"))
                        .via(Ip.of("192.0.2.2"))
                        .device(br0)
                        .withMtu(1450)));
        assertSame(
                "ip route add 10.244.3.3/32 via 203.0.113.9 dev br0 onlink proto 250 metric 77 src 192.0.2.1",
                RouteRequests.add(Route.unicast(Prefix.of("10.244.3.3/32"))
                        .via(Ip.of("203.0.113.9"))
                        .device(br0)
                        .onlink()
                        .withMetric(77)
                        .withPreferredSource(Ip.of("192.0.2.1"))));
        assertSame(
                "ip route add unreachable 10.96.0.0/12 proto 250 table 1000",
                RouteRequests.add(Route.unreachable(Prefix.of("10.96.0.0/12")).withTable(new RouteTable(1000))));
        assertSame(
                "ip route add 10.245.0.0/16 proto 250 nexthop via 192.0.2.3 dev br0 weight 1 nexthop dev e0 weight 5",
                RouteRequests.add(Route.unicast(Prefix.of("10.245.0.0/16"))
                        .withScope(Scope.UNIVERSE)
                        .withHops(List.of(
                                new NextHop(Ip.of("192.0.2.3"), br0, 1, 0), new NextHop(Ip.of("0.0.0.0"), e0, 5, 0)))));
        assertSame(
                "ip -6 route add default via fd00:2::2 dev br0 proto 250",
                RouteRequests.add(
                        Route.defaultRoute(Family.IPV6).via(Ip.of("fd00:2::2")).device(br0)));
        assertSame(
                "ip route add 10.246.0.0/16 via inet6 fd00:2::2 dev br0 proto 250",
                RouteRequests.add(Route.unicast(Prefix.of("10.246.0.0/16"))
                        .via(Ip.of("fd00:2::2"))
                        .device(br0)));
    }

    @Test
    void neighbours() {
        assertSame(
                "ip neighbour add 192.0.2.7 lladdr 0a:58:00:00:00:09 dev br0 nud permanent",
                NeighbourRequests.add(Neighbour.permanent(Ip.of("192.0.2.7"), br0, NEIGHBOUR)));
        assertSame(
                "bridge fdb append 00:00:00:00:00:00 dev vx7 dst 192.0.2.3",
                NeighbourRequests.append(FdbEntry.throughTunnel(FdbEntry.ANY_OTHER, vx7, Ip.of("192.0.2.3"))));
        assertSame(
                "bridge fdb add 0a:58:00:00:00:09 dev v0 master static",
                NeighbourRequests.add(FdbEntry.onPort(NEIGHBOUR, v0)));
    }

    private static void assertSame(String command, Request ours) {
        Message theirs = Recording.of(command).sent().getFirst();
        // ip changes links with the message that makes them; the kernel treats both alike when CREATE isn't set.
        boolean change = ours.type() == Rtm.RTM_SETLINK && theirs.type() == Rtm.RTM_NEWLINK;
        assertThat(lines(change ? Rtm.RTM_NEWLINK : ours.type(), ours.flags(), ours.body()))
                .as(command)
                .containsExactlyInAnyOrderElementsOf(lines(
                        theirs.type(), theirs.flags() & ~(Request.NLM_F_REQUEST | Request.NLM_F_ACK), theirs.body()));
    }

    /** The message as text, one attribute a line, without its length and sequence number. */
    private static List<String> lines(int type, int flags, byte[] body) {
        return new Explain(Rtnetlink.FAMILY)
                .text(type, flags, 0, body)
                .lines()
                .map(line -> line.replaceFirst("  seq .*", ""))
                // With -6 the tool sends the destination of a default route, which says nothing that the length
                // doesn't.
                .filter(line -> !line.equals("    RTA_DST ::"))
                // The tool's "static" sets REACHABLE too, which the kernel doesn't keep.
                .map(line -> line.replace("state 0x42 flags 0x4", "state 0x40 flags 0x4"))
                .toList();
    }
}
