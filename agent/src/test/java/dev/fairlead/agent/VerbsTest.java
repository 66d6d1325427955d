package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What SPEC.md 1.1.0 asks of each verb, and authors of plugins get wrong, on the agent and the real kernel. Numbers in names
 * are those of the list in {@code docs/cni.md}.
 *
 * <pre>
 *   pods: eth0 ── fl0 (10.244.1.1) :node
 * </pre>
 */
@RealKernel
class VerbsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private ShimCalls shim = new ShimCalls(Path.of("/nowhere"), List.of());

    @BeforeEach
    void paths() {
        shim = new ShimCalls(directory.resolve("cni.sock"), List.of(Path.of("/opt/cni/bin")));
    }

    private NodeAgent agent(Netns node, String... cidrs) {
        return NodeAgent.start(AgentConfig.of(
                        "node-1", node, List.of(cidrs).stream().map(Prefix::of).toList())
                .withSocket(directory.resolve("cni.sock"))
                .withStateDirectory(directory.resolve("state")));
    }

    private static ObjectNode conf(String version, String network) {
        return CniJson.newObject()
                .put("cniVersion", version)
                .put("name", network)
                .put("type", "fairlead-cni");
    }

    private static ObjectNode gc(String network, String... valid) {
        ObjectNode conf = conf("1.1.0", network);
        var attachments = conf.putArray("cni.dev/valid-attachments");
        for (String container : valid) {
            attachments.addObject().put("containerID", container).put("ifname", "eth0");
        }
        return conf;
    }

    private static JsonNode ports(Netns node) {
        return Oracle.in(node).ip("link", "show", "master", "fl0");
    }

    private static String address(JsonNode result) {
        return result.at("/ips/0/address").asText();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"})
    @DisplayName("6: the result is in the version asked for, and its members are those of that version")
    void versions(String version, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = agent(node, "10.244.1.0/24")) {
            JsonNode result = shim.add("c", pod, conf(version, "net"));
            assertThat(result.get("cniVersion").asText()).isEqualTo(version);
            assertThat(result.at("/ips/0").has("version")).isEqualTo(version.startsWith("0."));
            assertThat(result.at("/interfaces/2").has("mtu")).isEqualTo(version.equals("1.1.0"));
            assertThat(result.at("/interfaces/2/sandbox").asText()).isEqualTo(ShimCalls.netns(pod));
            assertThat(result.at("/interfaces/0").has("sandbox")).isFalse();
            assertThat(result.at("/ips/0/interface").asInt()).isEqualTo(2);
            assertThat(agent.found().isClean()).isTrue();
        }
    }

    @Test
    @DisplayName(
            "a member that asks for another network is refused with code 2, its key and its value, and nothing is made")
    void unsupportedMembers(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = agent(node, "10.244.1.0/30")) {
            for (String member : List.of(
                    "\"vlan\":7",
                    "\"vlanTrunk\":[{\"id\":7}]",
                    "\"promiscMode\":true",
                    "\"portIsolation\":true",
                    "\"disableContainerInterface\":true")) {
                ObjectNode conf = conf("1.1.0", "net");
                conf.setAll(CniJson.object(("{" + member + "}").getBytes(java.nio.charset.StandardCharsets.UTF_8)));
                JsonNode refused = shim.refused("ADD", "c", pod, conf);
                assertThat(refused.get("code").asInt()).isEqualTo(2);
                String key = member.substring(1, member.indexOf(':') - 1);
                assertThat(refused.get("msg").asText())
                        .contains("'" + key + "' with value '" + member.substring(member.indexOf(':') + 1) + "'");
                ShimCalls.assertSilent(shim.delWithoutNetns("c", conf));
            }
            assertThat(ports(node)).isEmpty();
            ObjectNode defaults = conf("1.1.0", "net").put("vlan", 0).put("promiscMode", false);
            defaults.putArray("vlanTrunk");
            assertThat(address(shim.add("c", pod, defaults))).isEqualTo("10.244.1.2/30");
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @Test
    @DisplayName("1, 3: DEL releases without a namespace, and again and again")
    void delWithoutNamespace(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (NodeAgent agent = agent(node, "10.244.1.0/30")) {
            for (int i = 0; i < 3; i++) {
                Netns pod = Netns.create();
                assertThat(address(shim.add("c" + i, pod, conf("1.1.0", "net"))))
                        .isEqualTo("10.244.1.2/30");
                pod.close();
                ShimCalls.assertSilent(shim.delWithoutNetns("c" + i, conf("1.1.0", "net")));
                ShimCalls.assertSilent(shim.delWithoutNetns("c" + i, conf("1.1.0", "net")));
            }
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @Test
    @DisplayName("7: the bridge's MAC address is the one that was told, whatever ports come and go")
    void bridgeMac(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        try (NodeAgent agent = agent(node, "10.244.1.0/24")) {
            JsonNode result = shim.add("a", a, conf("1.1.0", "net"));
            shim.add("b", namespaces.create(), conf("1.1.0", "net"));
            shim.succeed("DEL", "a", a, conf("1.1.0", "net"));
            assertThat(Oracle.in(node).ip("link", "show", "fl0").get(0).get("address"))
                    .isEqualTo(result.at("/interfaces/0/mac"));
            assertThat(agent.found().isClean()).isTrue();
        }
    }

    @Test
    @DisplayName("9: a late DEL of who had the address before takes nothing from who has it now")
    void lateDel(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns now = namespaces.create();
        try (NodeAgent agent = agent(node, "10.244.1.0/30")) {
            Netns before = Netns.create();
            shim.add("before", before, conf("1.1.0", "net"));
            before.close();
            Poll.until(SOON, () -> ports(node).isEmpty(), () -> ports(node).toString());
            assertThat(agent.reconcile().findings()).hasSize(1);
            assertThat(address(shim.add("now", now, conf("1.1.0", "net")))).isEqualTo("10.244.1.2/30");
            ShimCalls.assertSilent(shim.delWithoutNetns("before", conf("1.1.0", "net")));
            assertThat(Oracle.in(now).run("ping", "-c1", "-W2", "10.244.1.1")).contains("1 received");
            assertThat(shim.refused("ADD", "third", namespaces.create(), conf("1.1.0", "net"))
                            .get("code")
                            .asInt())
                    .as("the address is still taken")
                    .isEqualTo(11);
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @Test
    @DisplayName("14: one container may be in two networks, under two interface names")
    void twoNetworks(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = agent(node, "10.244.1.0/24")) {
            shim.add("c", pod, conf("1.1.0", "net"));
            var environment = shim.environment("ADD", "c", pod);
            environment.put("CNI_IFNAME", "net1");
            byte[] other = CniJson.bytes(conf("1.1.0", "other"));
            // The default route is there already: the second interface is refused, and all of it is taken back.
            assertThat(shim.call(environment, pod, other).exitCode()).isEqualTo(1);
            assertThat(Oracle.in(pod).ip("link")).hasSize(2);
            assertThat(shim.refused("ADD", "c", pod, conf("1.1.0", "other")).toString())
                    .contains("already has an interface eth0");
            shim.succeed("DEL", "c", pod, conf("1.1.0", "other"));
            assertThat(Oracle.in(pod).run("ping", "-c1", "-W2", "10.244.1.1"))
                    .as("the DEL of another network")
                    .contains("1 received");
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @Test
    @DisplayName("15: the node's own namespace is refused by code 8, and nothing is made")
    void ownNamespace(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (NodeAgent agent = agent(node, "10.244.1.0/24")) {
            assertThat(shim.refused("ADD", "c", node, conf("1.1.0", "net"))
                            .get("code")
                            .asInt())
                    .isEqualTo(8);
            shim.succeed("DEL", "c", node, conf("1.1.0", "net"));
            assertThat(ports(node)).isEmpty();
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @Test
    @DisplayName("17: GC takes what isn't valid, of its own network only, and needs a list")
    void gcIsScoped(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (NodeAgent agent = agent(node, "10.244.1.0/24")) {
            for (String container : List.of("a", "b")) {
                shim.add(container, namespaces.create(), conf("1.1.0", "net"));
                shim.add(container, namespaces.create(), conf("1.1.0", "other"));
            }
            Netns any = namespaces.create();
            assertThat(shim.refused("GC", "", any, conf("1.1.0", "net"))
                            .get("code")
                            .asInt())
                    .isEqualTo(7);
            assertThat(ports(node)).hasSize(4);
            shim.succeed("GC", "", any, gc("net", "a"));
            assertThat(ports(node).findValuesAsText("ifalias")).hasSize(3).noneMatch(l -> l.startsWith("net/b/"));
            shim.succeed("GC", "", any, gc("net"));
            assertThat(ports(node).findValuesAsText("ifalias")).hasSize(2).allMatch(l -> l.startsWith("other/"));
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @Test
    @DisplayName("2: GC takes a port that has no lease, too")
    void gcOfAPortWithoutLease(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (NodeAgent agent = agent(node, "10.244.1.0/24")) {
            Oracle in = Oracle.in(node);
            String port = dev.fairlead.dataplane.PodInterface.hostName("net/lost/eth0");
            in.run("ip", "link", "add", port, "type", "veth", "peer", "name", "peer0");
            in.run("ip", "link", "set", port, "master", "fl0", "alias", "net/lost/eth0 0a:58:0a:f4:01:09 10.244.1.9");
            Netns any = namespaces.create();
            shim.succeed("GC", "", any, gc("net", "lost"));
            shim.succeed("GC", "", any, gc("other"));
            assertThat(ports(node)).hasSize(1);
            shim.succeed("GC", "", any, gc("net"));
            assertThat(ports(node)).isEmpty();
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @Test
    @DisplayName("STATUS: 50 when a family has no address, before the first ADD fails; 51 when the bridge is gone")
    void status(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns any = namespaces.create();
        try (NodeAgent agent = agent(node, "10.244.1.0/30", "10.244.2.0/30")) {
            shim.succeed("STATUS", "", any, conf("1.1.0", "net"));
            Netns a = namespaces.create();
            shim.add("a", a, conf("1.1.0", "net"));
            shim.succeed("STATUS", "", any, conf("1.1.0", "net"));
            shim.add("b", namespaces.create(), conf("1.1.0", "net"));
            JsonNode error = shim.refused("STATUS", "", any, conf("1.1.0", "net"));
            assertThat(error.get("code").asInt()).isEqualTo(50);
            assertThat(error.get("msg").asText()).contains("10.244.1.0/30").contains("10.244.2.0/30");
            shim.succeed("DEL", "a", a, conf("1.1.0", "net"));
            shim.succeed("STATUS", "", any, conf("1.1.0", "net"));
            assertThat(shim.refused("STATUS", "", any, conf("1.0.0", "net"))
                            .get("code")
                            .asInt())
                    .isEqualTo(1);
            Oracle.in(node).run("ip", "link", "set", "fl0", "down");
            assertThat(shim.refused("STATUS", "", any, conf("1.1.0", "net"))
                            .get("code")
                            .asInt())
                    .isEqualTo(51);
            Oracle.in(node).run("ip", "link", "delete", "fl0");
            assertThat(shim.refused("STATUS", "", any, conf("1.1.0", "net"))
                            .get("code")
                            .asInt())
                    .isEqualTo(51);
            assertThat(agent.found().isClean()).isTrue();
        }
    }

    @Test
    @DisplayName("CHECK: silent right after ADD, sees what is gone, and answers 3 for what was deleted")
    void check(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = agent(node, "10.244.1.0/24")) {
            ObjectNode conf = conf("1.1.0", "net");
            JsonNode result = shim.add("c", pod, conf);
            conf.set("prevResult", result);
            shim.succeed("CHECK", "c", pod, conf);
            Oracle.in(node)
                    .run("ip", "link", "set", result.at("/interfaces/1/name").asText(), "nomaster");
            assertThat(shim.refused("CHECK", "c", pod, conf).toString()).contains("is not a port of the bridge fl0");
            shim.succeed("DEL", "c", pod, conf);
            assertThat(shim.refused("CHECK", "c", pod, conf).get("code").asInt())
                    .isEqualTo(3);
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }
}
