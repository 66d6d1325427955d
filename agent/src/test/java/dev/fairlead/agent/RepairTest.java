package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody with {@code ip} or {@code nft} changes what the agent made, while it runs or while none does. It is mended and
 * said; {@code nft -j}, {@code ip -j} and {@code ping} judge.
 *
 * <pre>
 *   pod a: eth0 ─┐
 *                ├ fl0 (10.244.1.1, fd00:10:244:1::1) :node
 *   pod b: eth0 ─┘
 * </pre>
 */
@RealKernel
class RepairTest {
    private static final String GUARD = "bridge fairlead-guard";

    @TempDir
    Path directory;

    private AgentConfig config(Netns node) {
        return AgentConfig.of("node-1", node, List.of(Prefix.of("10.244.1.0/24"), Prefix.of("fd00:10:244:1::/64")))
                .withSocket(directory.resolve("cni.sock"))
                .withStateDirectory(directory.resolve("state"));
    }

    private PluginOutput call(String verb, String container, Netns pod, boolean guarded) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_COMMAND", verb);
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_NETNS", "/var/run/netns/" + container);
        environment.put("CNI_PATH", "/opt/cni/bin");
        ObjectNode conf = CniJson.newObject()
                .put("cniVersion", "1.1.0")
                .put("name", "fairlead")
                .put("type", "fairlead-cni")
                .put("antiSpoofing", guarded);
        byte[] stdin = conf.toString().getBytes(StandardCharsets.UTF_8);
        try (UnixSocket socket =
                UnixSocket.connect(directory.resolve("cni.sock").toString())) {
            socket.send(ShimFrames.encode(new ShimRequest(environment, stdin)), pod.fd());
            return ShimFrames.readAnswer(socket.input());
        }
    }

    private JsonNode add(String container, Netns pod) {
        PluginOutput output = call("ADD", container, pod, !container.equals("free"));
        assertThat(output.exitCode()).as(output.stdoutText()).isZero();
        return CniJson.read(output.stdout());
    }

    /** The table without what counts: handles, generations, counters; elements in an order. */
    private static String guard(Netns node) {
        List<String> lines = new ArrayList<>();
        for (JsonNode object : Oracle.in(node).nft("-s", "list", "ruleset").get("nftables")) {
            JsonNode set = object.path("set");
            if (set.path("table").asText().equals("fairlead-guard")) {
                TreeSet<String> elements = new TreeSet<>();
                set.path("elem").forEach(element -> elements.add(element.toString()));
                lines.add("set " + set.path("name").asText() + " " + elements);
            } else if (object.findPath("table").asText().equals("fairlead-guard")) {
                lines.add(object.toString()
                        .replaceAll("\"handle\": ?\\d+,?", "")
                        .replaceAll("\"(packets|bytes)\": ?\\d+", ""));
            }
        }
        return String.join("\n", lines);
    }

    private static String ping(Netns from, String to) {
        return Oracle.in(from).run("ping", "-c1", "-W5", to);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete table " + GUARD,
                "flush table " + GUARD,
                "flush chain " + GUARD + " guarded",
                "add rule " + GUARD + " guarded accept",
                "insert rule " + GUARD + " prerouting counter accept",
                "add chain " + GUARD + " more",
                "flush set " + GUARD + " ports",
                "flush set " + GUARD + " ips6",
                "add element " + GUARD + " unguarded { \"veth0123456789\" }",
                "add element " + GUARD + " macs { \"vethx\" . 0a:58:00:00:00:01 }"
            })
    void theGuardIsMendedWhileTheAgentRunsAndWhenItStarts(String change, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Oracle oracle = Oracle.in(node);
        String before;
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            add("a", namespaces.create());
            add("free", namespaces.create());
            before = guard(node);
            assertThat(agent.reconcile().isClean()).isTrue();
            oracle.run("nft", change);
            assertThat(guard(node)).isNotEqualTo(before);
            assertThat(agent.reconcile().findings())
                    .singleElement()
                    .asString()
                    .startsWith("table " + GUARD + " ")
                    .contains("was made anew");
            assertThat(guard(node)).isEqualTo(before);
            assertThat(agent.reconcile().isClean()).isTrue();
            oracle.run("nft", change);
        }
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(agent.reconcile().isClean()).isTrue();
            boolean knowsWhoIsFree = !change.contains(" table ");
            if (change.contains("unguarded")) {
                assertThat(guard(node)).doesNotContain("veth0123456789");
            } else if (knowsWhoIsFree) {
                assertThat(guard(node)).isEqualTo(before);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBridgeThatSomebodyDeletedIsMadeAgainWithItsPorts(boolean whileTheAgentRuns, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        Netns b = namespaces.create();
        Oracle oracle = Oracle.in(node);
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            add("a", a);
            add("b", b);
            assertThat(ping(a, "10.244.1.3")).contains("1 received");
            if (whileTheAgentRuns) {
                oracle.run("ip", "link", "delete", "fl0");
                PluginOutput refused = call("ADD", "c", namespaces.create(), true);
                assertThat(refused.exitCode()).isEqualTo(1);
                assertThat(CniJson.read(refused.stdout()).get("code").asInt()).isEqualTo(5);
                assertThat(refused.stdoutText()).contains("the bridge fl0 is gone");
                assertThat(agent.reconcile().findings())
                        .hasSize(3)
                        .anySatisfy(text -> assertThat(text).isEqualTo("the bridge fl0 was gone and was made again"))
                        .anySatisfy(text -> assertThat(text).contains("of fairlead/a/eth0 was put back on fl0"));
                assertWorks(oracle, a);
                assertThat(agent.reconcile().isClean()).isTrue();
                add("c", namespaces.create());
            }
        }
        if (!whileTheAgentRuns) {
            oracle.run("ip", "link", "delete", "fl0");
            try (NodeAgent agent = NodeAgent.start(config(node))) {
                assertThat(agent.found().findings()).hasSize(2);
                assertWorks(oracle, a);
            }
        }
    }

    private static void assertWorks(Oracle node, Netns a) {
        assertThat(ping(a, "10.244.1.3")).contains("1 received");
        assertThat(ping(a, "10.244.1.1")).contains("1 received");
        assertThat(ping(a, "fd00:10:244:1::1")).contains("1 received");
        for (JsonNode port : node.ip("-d", "link", "show", "master", "fl0")) {
            assertThat(port.at("/linkinfo/info_slave_data/hairpin").asBoolean()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ip link set fl0 down",
                "ip address delete 10.244.1.1/24 dev fl0",
                "ip address flush dev fl0",
                "ip link set fl0 address 02:00:00:00:00:01"
            })
    void aBridgeThatSomebodyChangedIsMended(String change, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            add("a", a);
            Oracle.in(node).run(change.split(" ", -1));
            assertThat(agent.reconcile().findings()).isNotEmpty().allMatch(text -> text.startsWith("the bridge fl0 "));
            assertThat(agent.reconcile().isClean()).isTrue();
            Oracle.in(a).run("ip", "neigh", "flush", "all");
            assertThat(ping(a, "10.244.1.1")).contains("1 received");
            assertThat(ping(a, "fd00:10:244:1::1")).contains("1 received");
        }
    }

    @Test
    void aPortThatSomebodyTookOffTheBridgeIsPutBack(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            String port = add("a", a).at("/interfaces/1/name").asText();
            Oracle.in(node).run("ip", "link", "set", port, "nomaster");
            assertThat(agent.reconcile().toString())
                    .isEqualTo("the port " + port
                            + " of fairlead/a/eth0 was put back on fl0, because somebody had taken it" + " off");
            assertWorks(Oracle.in(node), namespaces, a);
        }
    }

    private void assertWorks(Oracle node, TestNamespaces namespaces, Netns a) {
        add("b", namespaces.create());
        assertWorks(node, a);
    }

    @Test
    void aNamespaceThatIsNoneOrGoneIsRefusedAndItsDelSucceeds(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            for (String path : List.of("/nonexistent/netns", "/proc/self/ns/uts", "/etc/passwd", "/dev/null", "/")) {
                PluginOutput refused = callWithoutDescriptor("ADD", path);
                JsonNode error = CniJson.read(refused.stdout());
                assertThat(error.path("code").asInt()).as(refused.stdoutText()).isEqualTo(8);
                assertThat(error.path("msg").asText()).isEqualTo("CNI_NETNS '" + path + "' can't be used");
                assertThat(error.path("details").asText()).contains("nothing was changed");
                PluginOutput deleted = callWithoutDescriptor("DEL", path);
                assertThat(deleted.exitCode()).as(deleted.stdoutText()).isZero();
            }
            assertThat(agent.reconcile().isClean()).isTrue();
            assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).isEmpty();
        }
    }

    private PluginOutput callWithoutDescriptor(String verb, String netns) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_COMMAND", verb);
        environment.put("CNI_CONTAINERID", "c");
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_NETNS", netns);
        environment.put("CNI_PATH", "/opt/cni/bin");
        byte[] stdin = Shim.conf(directory.resolve("cni.sock")).getBytes(StandardCharsets.UTF_8);
        try (UnixSocket socket =
                UnixSocket.connect(directory.resolve("cni.sock").toString())) {
            socket.write(ShimFrames.encode(new ShimRequest(environment, stdin)));
            return ShimFrames.readAnswer(socket.input());
        }
    }
}
