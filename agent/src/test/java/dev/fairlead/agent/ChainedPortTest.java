package dev.fairlead.agent;

import static dev.fairlead.agent.Chat.ask;
import static dev.fairlead.agent.PortNode.NODE4;
import static dev.fairlead.agent.PortNode.NODE6;
import static dev.fairlead.agent.PortNode.OUTSIDE4;
import static dev.fairlead.agent.PortNode.OUTSIDE6;
import static dev.fairlead.agent.PortNode.ports;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fairlead as a link in somebody else's list: the pod is wired by another plugin (here by {@code ip}, as the reference
 * bridge does it without br_netfilter), and Fairlead opens its host ports.
 *
 * <pre>
 *   pod x (10.88.0.5, fd00:88::5): eth0 ─┐
 *                                        ├ cni0 (10.88.0.1, fd00:88::1) :node: uplink ── outside
 *   pod y (10.88.0.6, fd00:88::6): eth0 ─┘
 * </pre>
 */
@RealKernel
class ChainedPortTest {
    @TempDir
    Path directory;

    private static void bridge(PortNode it) {
        Oracle in = it.inNode;
        in.run("ip", "link", "add", "cni0", "type", "bridge");
        in.run("ip", "link", "set", "cni0", "up");
        in.run("ip", "address", "add", "10.88.0.1/16", "dev", "cni0");
        in.run("ip", "address", "add", "fd00:88::1/64", "dev", "cni0");
    }

    private static Netns pod(PortNode it, String host, int number) {
        Netns pod = it.pod();
        Oracle in = it.inNode;
        in.run("ip", "link", "add", host, "type", "veth", "peer", "name", "eth0", "netns", PortNode.path(pod));
        in.run("ip", "link", "set", host, "master", "cni0", "up");
        in.run("bridge", "link", "set", "dev", host, "hairpin", "on");
        Oracle inPod = Oracle.in(pod);
        inPod.run("ip", "link", "set", "lo", "up");
        inPod.run("ip", "link", "set", "eth0", "up");
        inPod.run("ip", "address", "add", "10.88.0." + number + "/16", "dev", "eth0");
        inPod.run("ip", "address", "add", "fd00:88::" + number + "/64", "dev", "eth0");
        inPod.run("ip", "route", "add", "default", "via", "10.88.0.1");
        inPod.run("ip", "route", "add", "default", "via", "fd00:88::1");
        return pod;
    }

    private static ObjectNode prevResult(String host, int number) {
        return CniJson.object(("{'cniVersion':'1.0.0','interfaces':[{'name':'cni0','mac':'02:00:00:00:00:01'},"
                        + "{'name':'" + host + "'},{'name':'eth0','sandbox':'/var/run/netns/x','vendor':7}],"
                        + "'ips':[{'address':'10.88.0.1/16','interface':0},"
                        + "{'address':'10.88.0." + number + "/16','gateway':'10.88.0.1','interface':2},"
                        + "{'address':'fd00:88::" + number + "/64','interface':2}],"
                        + "'routes':[{'dst':'0.0.0.0/0'}],'extra':{'kept':true}}")
                .replace('\'', '"')
                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static ObjectNode chained(ObjectNode prevResult, String... mappings) {
        ObjectNode conf = ports(mappings).put("cniVersion", "1.0.0").put("name", "theirs");
        conf.set("prevResult", prevResult);
        return conf;
    }

    private static ObjectNode naming() {
        return PortNode.conf().put("cniVersion", "1.0.0").put("name", "theirs");
    }

    @Test
    void portsOfAPodThatSomebodyElseWired(TestNamespaces namespaces) {
        try (PortNode it = new PortNode(namespaces, directory)) {
            bridge(it);
            Netns x = pod(it, "vethx", 5);
            Netns y = pod(it, "vethy", 6);
            it.startAgent();
            ObjectNode conf = chained(prevResult("vethx", 5), "tcp 8080 80", "udp 8080 80");
            JsonNode result = it.add("x", x, conf);
            assertThat(result).as("passed on as it came").isEqualTo(prevResult("vethx", 5));
            for (boolean tcp : new boolean[] {true, false}) {
                it.serve("x", x, tcp, 80);
                assertThat(ask(it.outside, tcp, NODE4, 8080)).isEqualTo("x " + OUTSIDE4);
                assertThat(ask(it.outside, tcp, NODE6, 8080)).isEqualTo("x " + OUTSIDE6);
                assertThat(ask(it.node, tcp, NODE4, 8080)).isEqualTo("x " + NODE4);
                assertThat(ask(it.node, tcp, "127.0.0.1", 8080)).isEqualTo("x 10.88.0.1");
                assertThat(ask(y, tcp, NODE4, 8080)).as("of the same bridge").isEqualTo("x 10.88.0.1");
                assertThat(ask(y, tcp, NODE6, 8080)).as("of the same bridge").isEqualTo("x fd00:88::1");
                assertThat(ask(x, tcp, NODE4, 8080)).as("hairpin").isEqualTo("x 10.88.0.1");
                assertThat(ask(x, tcp, NODE6, 8080)).as("hairpin").isEqualTo("x fd00:88::1");
            }
            assertThat(it.localnet("cni0")).isEqualTo("1");
            assertThat(it.call("CHECK", "x", x, conf).exitCode())
                    .as(it.call("CHECK", "x", x, conf).stdoutText())
                    .isZero();
            it.stopAgent();
            it.inNode.run("nft", "delete", "table", "inet", "fairlead-nat");
            it.startAgent();
            assertThat(ask(it.outside, true, NODE4, 8080)).as("after a restart").isEqualTo("x " + OUTSIDE4);
            it.inNode.run("nft", "flush", "map", "inet", "fairlead-nat", "ports");
            assertThat(it.refused("CHECK", "x", x, conf).toString()).contains("inet fairlead-nat ports");
            PluginOutput del = it.call("DEL", "x", x, naming());
            assertThat(del.exitCode()).as(del.stdoutText()).isZero();
            assertThat(it.table()).isEmpty();
            assertThat(it.localnet("cni0")).as("as it was before").isEqualTo("0");
            assertThat(it.call("DEL", "x", x, naming()).exitCode()).isZero();
        }
    }

    /** field.md of the plugin world: ADD A with address X, ADD B with the same address, then the late DEL of A. */
    @Test
    void aLateDelOfAnEarlierHolderOfTheAddressTouchesNothing(TestNamespaces namespaces) {
        try (PortNode it = new PortNode(namespaces, directory)) {
            bridge(it);
            Netns x = pod(it, "vethx", 5);
            it.startAgent();
            it.add("first", x, chained(prevResult("vethx", 5), "tcp 8080 80"));
            it.add("second", x, chained(prevResult("vethx", 5), "tcp 8080 80"));
            it.serve("x", x, true, 80);
            String table = it.table();
            assertThat(table).contains("theirs/second/eth0").doesNotContain("theirs/first/eth0");
            assertThat(it.call("DEL", "first", x, naming()).exitCode()).isZero();
            assertThat(it.table()).isEqualTo(table);
            assertThat(ask(it.outside, true, NODE4, 8080)).isEqualTo("x " + OUTSIDE4);
        }
    }

    @Test
    void whatTheRuntimeForgotIsCollectedAndAStartOfTheMachineEndsAll(TestNamespaces namespaces) throws IOException {
        try (PortNode it = new PortNode(namespaces, directory)) {
            bridge(it);
            Netns x = pod(it, "vethx", 5);
            Netns y = pod(it, "vethy", 6);
            it.startAgent();
            it.add("x", x, chained(prevResult("vethx", 5), "tcp 8080 80"));
            it.add("y", y, chained(prevResult("vethy", 6), "tcp 8081 80"));
            ObjectNode gc = PortNode.conf().put("name", "theirs");
            gc.putArray("cni.dev/valid-attachments")
                    .addObject()
                    .put("containerID", "y")
                    .put("ifname", "eth0");
            PluginOutput collected = it.call("GC", "", x, gc);
            assertThat(collected.exitCode()).as(collected.stdoutText()).isZero();
            assertThat(it.table()).contains("theirs/y/eth0").doesNotContain("theirs/x/eth0");
            it.stopAgent();
            assertThat(PodNat.chained(it.state())).containsExactly("theirs/y/eth0");
            Path file = it.state().resolve("nat.book");
            var content = dev.fairlead.plan.nat.NatBookText.read(Files.readAllBytes(file));
            Files.write(
                    file,
                    dev.fairlead.plan.nat.NatBookText.encode(
                            new dev.fairlead.plan.nat.NatBookText.Content("of-another-start", content.book())));
            assertThat(it.startAgent().found().toString()).contains("host ports of theirs/y/eth0 were taken back");
            assertThat(it.table()).isEmpty();
        }
    }

    @Test
    void withoutAnAddressThereIsNothingToLeadTo(TestNamespaces namespaces) {
        try (PortNode it = new PortNode(namespaces, directory)) {
            it.startAgent();
            ObjectNode nothing = CniJson.newObject().put("cniVersion", "1.0.0");
            assertThat(it.refused("ADD", "x", it.pod(), chained(nothing, "tcp 8080 80"))
                            .path("msg")
                            .asText())
                    .contains("no address");
            assertThat(it.add("x", it.pod(), chained(nothing))
                            .path("cniVersion")
                            .asText())
                    .isEqualTo("1.0.0");
        }
    }
}
