package dev.fairlead.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Golden;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Wiring a pod, and failing half-way by what really happens to the kernel; judged by {@code ip}.
 *
 * <pre>
 *   pod: eth0 10.244.1.5 fd00:1::5 ───── veth…: port of fl0 10.244.1.1 fd00:1::1 :node
 * </pre>
 */
@RealKernel
class PodWiringTest {
    private static final PodInterface DUAL = new PodInterface(
            "fairlead/c1/eth0",
            "eth0",
            Mac.of("0a:58:0a:f4:01:05"),
            List.of(Prefix.of("10.244.1.5/24"), Prefix.of("fd00:1::5/64")),
            List.of(Ip.of("10.244.1.1"), Ip.of("fd00:1::1")),
            1450);
    private static final PodInterface ONLY_IPV4 = new PodInterface(
            "fairlead/c1/eth0",
            "eth0",
            Mac.of("0a:58:0a:f4:01:05"),
            List.of(Prefix.of("10.244.1.5/24")),
            List.of(Ip.of("10.244.1.1")),
            1500);

    private Netns node;
    private Netns pod;
    private Rtnetlink rtnetlink;
    private PodWiring wiring;

    @BeforeEach
    void makeNodeAndPod(TestNamespaces namespaces) {
        node = namespaces.create();
        pod = namespaces.create();
        rtnetlink = Rtnetlink.open(node);
        wiring = new PodWiring(PodBridge.start(
                node,
                rtnetlink,
                new PodBridge.Spec(
                        "fl0",
                        Mac.of("0a:58:0a:f4:01:01"),
                        List.of(Prefix.of("10.244.1.1/24"), Prefix.of("fd00:1::1/64")),
                        1500)));
    }

    @AfterEach
    void closeRtnetlink() {
        wiring.close();
        rtnetlink.close();
    }

    private String port() {
        return DUAL.hostName();
    }

    private void assertNothingLeft() {
        assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).isEmpty();
        assertThat(Oracle.in(node).ip("link")).as("lo and fl0").hasSize(2);
        assertThat(Oracle.in(pod).ip("link")).as("lo").hasSize(1);
        assertThat(Oracle.in(pod).ip("route")).isEmpty();
    }

    /** Of the node, with everything but the bridge's running timers and the states, which the kernel settles later. */
    private String links() {
        return Oracle.in(node).run("ip", "-d", "link").replaceAll("_timer +[0-9.]+| state [A-Za-z]+|<[A-Z,_-]+>", "");
    }

    @Test
    void stepsAreText() {
        StringBuilder text = new StringBuilder();
        for (PodInterface wanted : List.of(DUAL, ONLY_IPV4)) {
            for (PodWiring.Step step : wiring.plan(wanted, pod, 2)) {
                text.append(step).append('\n');
            }
            text.append('\n');
        }
        Golden.check("dataplane", "pod-wiring.txt", text.toString().replace(pod.toString(), "net:[pod]"));
    }

    @Test
    void dualStack() {
        PodWiring.Wired wired = wiring.wire(DUAL, pod);
        Oracle.in(pod).awaitUp("eth0");
        Oracle.in(node).awaitUp(port());

        JsonNode eth0 =
                Oracle.in(pod).ip("-d", "address", "show", "dev", "eth0").get(0);
        assertThat(eth0.get("ifindex").asInt()).isEqualTo(wired.podIndex());
        assertThat(eth0.get("operstate").asText()).isEqualTo("UP");
        assertThat(eth0.get("address").asText()).isEqualTo("0a:58:0a:f4:01:05");
        assertThat(eth0.get("mtu").asInt()).isEqualTo(1450);
        assertThat(Oracle.in(pod).run("ip", "-o", "address", "show", "dev", "eth0", "scope", "global"))
                .contains("inet 10.244.1.5/24")
                .contains("inet6 fd00:1::5/64 scope global nodad")
                .doesNotContain("tentative");
        assertThat(Oracle.in(pod).ip("link", "show", "lo").get(0).get("flags").toString())
                .contains("\"UP\"");
        assertThat(Oracle.in(pod).run("ip", "route", "show", "default")).startsWith("default via 10.244.1.1 dev eth0");
        assertThat(Oracle.in(pod).run("ip", "-6", "route", "show", "default"))
                .startsWith("default via fd00:1::1 dev eth0");

        JsonNode host =
                Oracle.in(node).ip("-d", "address", "show", "dev", port()).get(0);
        assertThat(host.get("ifindex").asInt()).isEqualTo(wired.host().index());
        assertThat(host.get("master").asText()).isEqualTo("fl0");
        assertThat(host.get("ifalias").asText())
                .isEqualTo("fairlead/c1/eth0 0a:58:0a:f4:01:05 10.244.1.5 fd00:1::5 unanswered");
        assertThat(host.get("mtu").asInt()).isEqualTo(1450);
        for (JsonNode end : List.of(eth0, host)) {
            assertThat(end.get("num_tx_queues").asInt()).isEqualTo(1);
            assertThat(end.get("num_rx_queues").asInt()).isEqualTo(1);
        }
        assertThat(host.get("link_index").asInt()).isEqualTo(eth0.get("ifindex").asInt());
        assertThat(host.at("/linkinfo/info_slave_data/state").asText()).isEqualTo("forwarding");
        assertThat(host.at("/linkinfo/info_slave_data/hairpin").asBoolean()).isTrue();
        assertThat(host.get("addr_info"))
                .as("no IPv6 link-local address either")
                .isEmpty();

        assertThat(Oracle.in(pod).run("ping", "-c1", "-W5", "10.244.1.1")).contains("1 received");
        assertThat(Oracle.in(pod).run("ping", "-c1", "-W5", "fd00:1::1")).contains("1 received");
    }

    @Test
    void ofIpv4AloneHasNoIpv6Address() {
        wiring.wire(ONLY_IPV4, pod);
        assertThat(Oracle.in(pod).ip("-6", "address", "show", "dev", "eth0")).isEmpty();
        assertThat(Oracle.in(node).ip("-6", "address", "show", "dev", port())).isEmpty();
    }

    @Test
    void theNodesEndIsFoundWithoutTheNamespace(TestNamespaces namespaces) {
        wiring.wire(DUAL, pod);
        wiring.unwire("fairlead/c1/eth0");
        assertNothingLeft();
        wiring.unwire("fairlead/c1/eth0");
        wiring.unwire("fairlead/never/eth0");

        try (Netns gone = Netns.create()) {
            wiring.wire(DUAL, gone);
        } // nobody holds the namespace any more, and the kernel takes it down when it comes to it
        wiring.unwire("fairlead/c1/eth0");
        assertNothingLeft();
        wiring.wire(DUAL, pod);
    }

    @Test
    void severalInterfacesOfOnePod() {
        wiring.wire(DUAL, pod);
        PodInterface second = new PodInterface(
                "fairlead/c1/net1",
                "net1",
                Mac.of("0a:58:0a:f4:01:06"),
                List.of(Prefix.of("10.244.1.6/24")),
                List.of(),
                1500);
        wiring.wire(second, pod);
        assertThat(Oracle.in(pod).ip("link")).hasSize(3);
        wiring.unwire("fairlead/c1/net1");
        assertThat(Oracle.in(pod).ip("link")).hasSize(2);
    }

    // ---- failing

    @Test
    void anInterfaceNameThatIsTakenInThePod() {
        Oracle.in(pod).run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "other");
        assertThatThrownBy(() -> wiring.wire(DUAL, pod))
                .isInstanceOf(PodWiringException.class)
                .hasMessage("the pod's namespace already has an interface eth0; a pod can be added once under one"
                        + " interface name, so delete it first or choose another");
        assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).isEmpty();
        assertThat(Oracle.in(pod).ip("link")).as("theirs stays").hasSize(3);
    }

    @Test
    void aNodeNameThatSomebodyElseHas() {
        Oracle.in(node).run("ip", "link", "add", port(), "type", "veth", "peer", "name", "other");
        String before = links();
        assertThatThrownBy(() -> wiring.wire(DUAL, pod))
                .isInstanceOf(PodWiringException.class)
                .hasMessage(
                        "the node already has a device " + port() + ", which is not ours; rename it or take it away");
        wiring.unwire(DUAL.owner());
        assertThat(links()).as("theirs is as it was").isEqualTo(before);
        assertThat(Oracle.in(pod).ip("link")).hasSize(1);
    }

    @Test
    void theSameAttachmentInAnotherNamespace(TestNamespaces namespaces) {
        wiring.wire(DUAL, pod);
        String before = links();
        assertThatThrownBy(() -> wiring.wire(DUAL, namespaces.create()))
                .isInstanceOf(PodWiringException.class)
                .hasMessageContaining("left from an ADD of fairlead/c1/eth0 that was never deleted; delete that first");
        assertThat(links()).isEqualTo(before);
        assertThat(Oracle.in(pod).run("ping", "-c1", "-W5", "10.244.1.1")).contains("1 received");
    }

    @Test
    void aNamespaceThatWasClosed() {
        Netns closed = Netns.create();
        closed.close();
        assertThatThrownBy(() -> wiring.wire(DUAL, closed)).isInstanceOf(RuntimeException.class);
        assertNothingLeft();
    }

    @Test
    void aGatewayThatIsNotInThePodNetwork() {
        PodInterface wrong =
                new PodInterface(DUAL.owner(), "eth0", DUAL.mac(), DUAL.addresses(), List.of(Ip.of("10.9.9.9")), 1500);
        assertThatThrownBy(() -> wiring.wire(wrong, pod))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("10.9.9.9")
                .hasMessageContaining("gateway");
        assertNothingLeft();
    }

    /** Refused with the same "already there" as a name that is taken, but here there is something to take away. */
    @Test
    void aDefaultRouteThatIsThereAlready() {
        Oracle.in(pod).run("ip", "link", "set", "lo", "up");
        Oracle.in(pod).run("ip", "route", "add", "default", "dev", "lo");
        assertThatThrownBy(() -> wiring.wire(DUAL, pod))
                .isInstanceOfSatisfying(
                        KernelException.class,
                        e -> assertThat(e.isAlreadyThere()).isTrue());
        assertThat(Oracle.in(node).ip("link")).as("lo and fl0").hasSize(2);
        assertThat(Oracle.in(pod).ip("link")).hasSize(1);
        assertThat(Oracle.in(pod).run("ip", "route")).startsWith("default dev lo");
    }

    @Test
    void anAddressTheKernelRefuses() {
        PodInterface wrong = new PodInterface(
                DUAL.owner(),
                "eth0",
                DUAL.mac(),
                List.of(Prefix.of("10.244.1.5/24"), Prefix.of("ff02::5/64")),
                List.of(),
                1500);
        assertThatThrownBy(() -> wiring.wire(wrong, pod))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("ff02::5");
        assertNothingLeft();
    }

    @Test
    void aBridgeThatIsGone() {
        Oracle.in(node).run("ip", "link", "delete", "fl0");
        assertThatThrownBy(() -> wiring.wire(DUAL, pod))
                .isInstanceOf(PodWiringException.class)
                .hasMessageContaining("the bridge fl0 is gone");
        assertThat(Oracle.in(node).ip("link")).as("lo").hasSize(1);
        assertThat(Oracle.in(pod).ip("link")).as("lo").hasSize(1);
    }
}
