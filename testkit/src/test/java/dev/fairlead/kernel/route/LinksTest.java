package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Links, judged by {@code ip -d -j link}.
 *
 * <pre>
 *   node namespace                 pod namespace
 *   br0 ── veth0 ═════════════════ eth0
 * </pre>
 */
@RealKernel
class LinksTest {
    private static final Mac NEAR = Mac.of("0a:58:00:00:00:01");
    private static final Mac POD = Mac.of("0a:58:0a:f4:01:05");

    @Test
    void aVethPairIsMadeWithBothEndsInPlaceByOneMessage(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (Rtnetlink links = Rtnetlink.open(node)) {
            links.links()
                    .create(
                            LinkKind.Bridge.plain(),
                            LinkSetting.name("br0"),
                            LinkSetting.mac(Mac.of("0a:58:00:00:00:ff")),
                            LinkSetting.up());
            int bridge = links.links().require("br0").index();

            links.links()
                    .createVeth(
                            List.of(
                                    LinkSetting.name("veth0"),
                                    LinkSetting.mac(NEAR),
                                    LinkSetting.mtu(9000),
                                    LinkSetting.master(bridge),
                                    LinkSetting.up()),
                            List.of(
                                    LinkSetting.name("eth0"),
                                    LinkSetting.mac(POD),
                                    LinkSetting.mtu(8000),
                                    LinkSetting.namespace(pod)));
        }

        JsonNode near = Oracle.in(node).ip("-d", "link", "show", "veth0").get(0);
        assertThat(near.path("address").asText()).isEqualTo(NEAR.toString());
        assertThat(near.path("mtu").asInt()).isEqualTo(9000);
        assertThat(near.path("master").asText()).isEqualTo("br0");
        assertThat(near.path("flags").toString()).contains("\"UP\"");
        assertThat(near.at("/linkinfo/info_kind").asText()).isEqualTo("veth");
        JsonNode far = Oracle.in(pod).ip("-d", "link", "show", "eth0").get(0);
        assertThat(far.path("address").asText()).isEqualTo(POD.toString());
        assertThat(far.path("mtu").asInt()).isEqualTo(8000);
        assertThat(far.path("link_index").asInt())
                .isEqualTo(near.path("ifindex").asInt());
        assertThat(far.path("flags").toString()).doesNotContain("\"UP\"");
    }

    @Test
    void whatIsReadIsWhatIpSays(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (Rtnetlink near = Rtnetlink.open(node);
                Rtnetlink far = Rtnetlink.open(pod)) {
            near.links().create(LinkKind.Bridge.plain(), LinkSetting.name("br0"), LinkSetting.up());
            int bridge = near.links().require("br0").index();
            near.links()
                    .createVeth(
                            List.of(LinkSetting.name("veth0"), LinkSetting.master(bridge), LinkSetting.up()),
                            List.of(LinkSetting.name("eth0"), LinkSetting.namespace(pod)));
            far.links().set("eth0", LinkSetting.up());
            near.links()
                    .createVeth(
                            List.of(LinkSetting.name("v0"), LinkSetting.mtu(1400)), List.of(LinkSetting.name("v1")));
            near.links()
                    .create(LinkKind.Vxlan.of(7).withLocal(Ip.of("192.0.2.1")).withPort(8472), LinkSetting.name("vx7"));

            DeviceNames names = near.links().names();
            // The kernel settles the state of a link a moment after it was brought up.
            List<String> seen = Poll.untilEqual(
                    Duration.ofSeconds(5),
                    () -> near.links().list().stream()
                            .map(link -> link.text(names))
                            .toList(),
                    () -> Oracle.in(node).lines("ip", "-o", "link", "show").stream()
                            // M-DOWN says that the peer is down: a flag of another link, which ip adds.
                            .map(line -> line.replaceFirst(" mode .*", "").replace(",M-DOWN", ""))
                            .toList());
            assertThat(seen).hasSize(6);

            Link veth = near.links().require("veth0");
            Link eth = far.links().require("eth0");
            assertThat(veth.kind()).isEqualTo(new LinkKind.Veth());
            assertThat(veth.peer()).isEqualTo(eth.index());
            assertThat(veth.peerNamespace()).isNotNegative();
            assertThat(eth.peer()).isEqualTo(veth.index());
            assertThat(veth.port()).isPresent();
            assertThat(near.links().require("vx7").kind())
                    .isEqualTo(
                            LinkKind.Vxlan.of(7).withLocal(Ip.of("192.0.2.1")).withPort(8472));
        }
    }

    @Test
    void countersAreWhatIpSays(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink net = Rtnetlink.open(node)) {
            net.links().set("lo", LinkSetting.up());
            node.run(() -> {
                try (DatagramSocket socket = new DatagramSocket()) {
                    socket.send(new DatagramPacket(new byte[1000], 1000, InetAddress.getLoopbackAddress(), 9));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            LinkStats stats = net.links().require("lo").stats();
            JsonNode seen = Oracle.in(node).ip("-s", "link", "show", "lo").at("/0/stats64");
            assertThat(stats.sentBytes())
                    .isGreaterThan(1000)
                    .isEqualTo(seen.at("/tx/bytes").asLong());
            assertThat(stats.sentPackets()).isEqualTo(seen.at("/tx/packets").asLong());
            assertThat(stats.receivedBytes()).isEqualTo(seen.at("/rx/bytes").asLong());
            assertThat(stats.receivedPackets()).isEqualTo(seen.at("/rx/packets").asLong());
        }
    }

    @Test
    void aBridgeIsAsItWasAskedFor(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        LinkKind.Bridge wanted = LinkKind.Bridge.plain()
                .withAgeing(Duration.ofSeconds(42))
                .withFilter(true, false)
                .withMulticastSnooping(true);
        try (Rtnetlink links = Rtnetlink.open(node)) {
            links.links().create(wanted, LinkSetting.name("br0"), LinkSetting.mac(NEAR));
            assertThat(links.links().require("br0").kind()).isEqualTo(wanted);
            assertThat(links.links().require("br0").mac()).isEqualTo(NEAR);
        }
        JsonNode data = Oracle.in(node).ip("-d", "link", "show", "br0").at("/0/linkinfo/info_data");
        assertThat(data.path("ageing_time").asInt()).isEqualTo(4200);
        assertThat(data.path("nf_call_iptables").asInt()).isEqualTo(1);
        assertThat(data.path("mcast_snooping").asInt()).isEqualTo(1);
        assertThat(data.path("stp_state").asInt()).isZero();
    }

    @Test
    void portFlagsAreSetAndRead(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink links = Rtnetlink.open(node)) {
            links.links().create(LinkKind.Bridge.plain(), LinkSetting.name("br0"));
            int bridge = links.links().require("br0").index();
            links.links()
                    .createVeth(
                            List.of(LinkSetting.name("d0"), LinkSetting.master(bridge)),
                            List.of(LinkSetting.name("d1")));
            int port = links.links().require("d0").index();
            links.links()
                    .setPort(port, Map.of(PortFlag.HAIRPIN, true, PortFlag.ISOLATED, true, PortFlag.LEARNING, false));
            BridgePort read = links.links().require("d0").port().orElseThrow();
            assertThat(read.is(PortFlag.HAIRPIN)).isTrue();
            assertThat(read.is(PortFlag.ISOLATED)).isTrue();
            assertThat(read.is(PortFlag.LEARNING)).isFalse();
            assertThat(read.is(PortFlag.FLOOD)).isTrue();
        }
        JsonNode data = Oracle.in(node).ip("-d", "link", "show", "d0").at("/0/linkinfo/info_slave_data");
        assertThat(data.path("hairpin").asBoolean()).isTrue();
        assertThat(data.path("isolated").asBoolean()).isTrue();
        assertThat(data.path("learning").asBoolean()).isFalse();
        assertThat(data.path("flood").asBoolean()).isTrue();
    }

    @Test
    void aLinkIsChangedRenamedMovedAndDeleted(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns other = namespaces.create();
        try (Rtnetlink links = Rtnetlink.open(node);
                Rtnetlink there = Rtnetlink.open(other)) {
            links.links().createVeth(List.of(LinkSetting.name("d0")), List.of(LinkSetting.name("peer")));
            int index = links.links().require("d0").index();
            links.links()
                    .set(
                            index,
                            LinkSetting.name("d1"),
                            LinkSetting.mtu(1280),
                            LinkSetting.mac(POD),
                            LinkSetting.group(7),
                            LinkSetting.alias("a test's own"),
                            LinkSetting.addressGeneration(AddressGeneration.NONE));
            links.links().addAlternativeName(index, "a-name-longer-than-fifteen-bytes");
            links.links().set("a-name-longer-than-fifteen-bytes", LinkSetting.up());

            Link changed =
                    links.links().find("a-name-longer-than-fifteen-bytes").orElseThrow();
            assertThat(changed.name()).isEqualTo("d1");
            assertThat(changed.isUp()).isTrue();
            assertThat(changed.addressGeneration()).isEqualTo(AddressGeneration.NONE);
            assertThat(changed.alternativeNames()).containsExactly("a-name-longer-than-fifteen-bytes");
            JsonNode seen = Oracle.in(node).ip("-d", "link", "show", "d1").get(0);
            assertThat(seen.path("mtu").asInt()).isEqualTo(1280);
            assertThat(seen.path("address").asText()).isEqualTo(POD.toString());
            assertThat(seen.path("ifalias").asText()).isEqualTo("a test's own");
            assertThat(seen.path("group").asText()).isEqualTo("7");
            assertThat(seen.path("inet6_addr_gen_mode").asText()).isEqualTo("none");

            links.links().set(index, LinkSetting.namespace(other), LinkSetting.name("moved"));
            assertThat(links.links().find("d1")).isEmpty();
            assertThat(there.links().find("moved")).isPresent();
            there.links().delete("moved");
            assertThatThrownBy(() -> there.links().delete("moved"))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.isNotFound()).isTrue());
            assertThat(there.links().find(index)).isEmpty();
        }
    }
}
