package dev.fairlead.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The pod bridge, judged by {@code ip}; ports are made by {@code ip} as well.
 *
 * <pre>
 *   of-p1 ── p1 ─┐
 *   of-p2 ── p2 ─┴ fl0 10.244.1.1/24 fd00:1::1/64 :node
 * </pre>
 */
@RealKernel
class PodBridgeTest {
    private static final Mac MAC = Mac.of("0a:58:0a:f4:01:01");
    private static final Prefix GATEWAY4 = Prefix.of("10.244.1.1/24");
    private static final Prefix GATEWAY6 = Prefix.of("fd00:1::1/64");

    private static PodBridge.Spec spec(Prefix... gateways) {
        return new PodBridge.Spec("fl0", MAC, List.of(gateways), 1500);
    }

    private static JsonNode fl0(Netns node) {
        return Oracle.in(node).ip("-d", "address", "show", "dev", "fl0").get(0);
    }

    /** What {@code ip} shows of the addresses: {@code 10.244.1.1/24}; {@code tentative} behind those that still wait. */
    private static List<String> addresses(Netns node) {
        List<String> addresses = new ArrayList<>();
        for (JsonNode address : fl0(node).get("addr_info")) {
            addresses.add(address.get("local").asText() + "/"
                    + address.get("prefixlen").asText()
                    + (address.path("tentative").asBoolean() ? " tentative" : ""));
        }
        return addresses;
    }

    private static String sysctl(Netns node, String name) {
        return Oracle.in(node).run("cat", "/proc/sys/net/" + name).strip();
    }

    private static void port(Netns node, String name, String mac) {
        Oracle in = Oracle.in(node);
        in.run("ip", "link", "add", name, "address", mac, "type", "veth", "peer", "name", "of-" + name);
        in.run("ip", "link", "set", name, "master", "fl0", "up");
        in.run("ip", "link", "set", "of-" + name, "up");
    }

    @Test
    void dualStack(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink rtnetlink = Rtnetlink.open(node)) {
            PodBridge bridge = PodBridge.start(node, rtnetlink, spec(GATEWAY4, GATEWAY6));
            JsonNode fl0 = fl0(node);
            assertThat(fl0.get("ifindex").asInt()).isEqualTo(bridge.index());
            assertThat(fl0.get("address").asText()).isEqualTo(MAC.toString());
            assertThat(fl0.get("flags").toString()).contains("\"UP\"");
            assertThat(fl0.at("/linkinfo/info_data/nf_call_iptables").asInt()).isEqualTo(1);
            assertThat(fl0.at("/linkinfo/info_data/nf_call_ip6tables").asInt()).isEqualTo(1);
            assertThat(sysctl(node, "ipv4/ip_forward")).isEqualTo("1");
            assertThat(sysctl(node, "ipv6/conf/all/forwarding")).isEqualTo("1");
            assertThat(sysctl(node, "ipv4/conf/fl0/send_redirects")).isEqualTo("0");
            assertThat(bridge.gateway(Family.IPV4)).contains(Ip.of("10.244.1.1"));
            assertThat(bridge.gateway(Family.IPV6)).contains(Ip.of("fd00:1::1"));

            port(node, "p1", "02:00:00:00:00:01"); // only now has it a carrier
            assertThat(addresses(node))
                    .as("no address waits for duplicate detection, the link-local one above all")
                    .containsExactlyInAnyOrder("10.244.1.1/24", "fd00:1::1/64", "fe80::858:aff:fef4:101/64");
        }
    }

    @Test
    void ofOneFamilyHasNothingOfTheOther(TestNamespaces namespaces) {
        Netns four = namespaces.create();
        Netns six = namespaces.create();
        try (Rtnetlink inFour = Rtnetlink.open(four);
                Rtnetlink inSix = Rtnetlink.open(six)) {
            assertThat(PodBridge.start(four, inFour, spec(GATEWAY4)).gateway(Family.IPV6))
                    .isEmpty();
            port(four, "p1", "02:00:00:00:00:01");
            assertThat(addresses(four)).containsExactly("10.244.1.1/24");
            assertThat(fl0(four).at("/linkinfo/info_data/nf_call_ip6tables").asInt())
                    .isZero();
            assertThat(sysctl(four, "ipv6/conf/all/forwarding")).isEqualTo("0");

            assertThat(PodBridge.start(six, inSix, spec(GATEWAY6)).gateway(Family.IPV4))
                    .isEmpty();
            assertThat(addresses(six)).containsExactlyInAnyOrder("fd00:1::1/64", "fe80::858:aff:fef4:101/64");
            assertThat(fl0(six).at("/linkinfo/info_data/nf_call_iptables").asInt())
                    .isZero();
            assertThat(sysctl(six, "ipv4/ip_forward")).isEqualTo("0");
        }
    }

    /** A bridge takes the lowest address of its ports unless it was given one. */
    @Test
    void itsMacStaysWhenPortsComeAndGo(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink rtnetlink = Rtnetlink.open(node)) {
            PodBridge.start(node, rtnetlink, spec(GATEWAY4));
            port(node, "p1", "02:00:00:00:00:01");
            assertThat(fl0(node).get("address").asText()).isEqualTo(MAC.toString());
            port(node, "p2", "02:00:00:00:00:02");
            Oracle.in(node).run("ip", "link", "delete", "p1");
            assertThat(fl0(node).get("address").asText()).isEqualTo(MAC.toString());
        }
    }

    @Test
    void theBridgeOfAnEarlierAgentIsTakenOverWithItsPorts(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink rtnetlink = Rtnetlink.open(node)) {
            int index = PodBridge.start(node, rtnetlink, spec(GATEWAY4)).index();
            port(node, "p1", "02:00:00:00:00:01");
            PodBridge again = PodBridge.start(node, rtnetlink, spec(GATEWAY4, GATEWAY6));
            assertThat(again.index()).isEqualTo(index);
            assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).hasSize(1);
            assertThat(addresses(node))
                    .containsExactlyInAnyOrder("10.244.1.1/24", "fd00:1::1/64", "fe80::858:aff:fef4:101/64");
            assertThat(fl0(node).at("/linkinfo/info_data/nf_call_ip6tables").asInt())
                    .as("what IPv6 needs came later")
                    .isEqualTo(1);
        }
    }

    @Test
    void aBridgeMadeByHandBecomesWhatItShouldBe(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Oracle.in(node).run("ip", "link", "add", "fl0", "mtu", "1400", "type", "bridge");
        port(node, "p1", "02:00:00:00:00:01");
        try (Rtnetlink rtnetlink = Rtnetlink.open(node)) {
            PodBridge.start(node, rtnetlink, spec(GATEWAY4));
            JsonNode fl0 = fl0(node);
            assertThat(fl0.get("address").asText()).isEqualTo(MAC.toString());
            assertThat(fl0.get("mtu").asInt()).isEqualTo(1500);
            assertThat(fl0.get("flags").toString()).contains("\"UP\"");
            assertThat(fl0.at("/linkinfo/info_data/nf_call_iptables").asInt()).isEqualTo(1);
            assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).hasSize(1);
        }
    }

    @Test
    void aDeviceOfThatNameThatIsNoBridgeIsRefusedAndLeftAlone(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Oracle.in(node).run("ip", "link", "add", "fl0", "type", "veth", "peer", "name", "peer");
        JsonNode before = fl0(node);
        try (Rtnetlink rtnetlink = Rtnetlink.open(node)) {
            assertThatThrownBy(() -> PodBridge.start(node, rtnetlink, spec(GATEWAY4)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the node already has a device fl0 that is not a bridge;"
                            + " remove it or give the pod bridge another name");
        }
        assertThat(fl0(node)).isEqualTo(before);
    }

    @Test
    void cleanKeepsABridgeThatPodsHangOn(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (Rtnetlink rtnetlink = Rtnetlink.open(node)) {
            PodBridge bridge = PodBridge.start(node, rtnetlink, spec(GATEWAY4, GATEWAY6));
            port(node, "p1", "02:00:00:00:00:01");
            bridge.clean();
            assertThat(addresses(node)).contains("10.244.1.1/24");
            Oracle.in(node).run("ip", "link", "delete", "p1");
            bridge.clean();
            assertThat(Oracle.in(node).ip("link")).as("only lo is left").hasSize(1);
            bridge.clean();
        }
    }
}
