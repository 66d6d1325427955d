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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The spoofing guard through CNI calls; {@code ping} and {@code nft} judge.
 *
 * <pre>
 *   pod a: eth0 ─┐
 *                ├ fl0 :node, bridge fairlead-guard
 *   pod b: eth0 ─┘
 * </pre>
 */
@RealKernel
class SpoofGuardCallsTest {
    @TempDir
    Path directory;

    private AgentConfig config(Netns node) {
        return AgentConfig.of("node-1", node, List.of(Prefix.of("10.244.1.0/24"), Prefix.of("fd00:10:244:1::/64")))
                .withSocket(directory.resolve("cni.sock"))
                .withStateDirectory(directory.resolve("state"));
    }

    private PluginOutput call(String verb, String container, Netns pod, ObjectNode conf) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_COMMAND", verb);
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_NETNS", "/var/run/netns/" + container);
        environment.put("CNI_PATH", "/opt/cni/bin");
        byte[] stdin = conf.toString().getBytes(StandardCharsets.UTF_8);
        try (UnixSocket socket =
                UnixSocket.connect(directory.resolve("cni.sock").toString())) {
            socket.send(ShimFrames.encode(new ShimRequest(environment, stdin)), pod.fd());
            return ShimFrames.readAnswer(socket.input());
        }
    }

    private static ObjectNode conf() {
        return CniJson.newObject()
                .put("cniVersion", "1.1.0")
                .put("name", "fairlead")
                .put("type", "fairlead-cni");
    }

    private static String text(PluginOutput output) {
        return new String(output.stdout(), StandardCharsets.UTF_8);
    }

    private JsonNode add(String container, Netns pod, ObjectNode conf) {
        PluginOutput output = call("ADD", container, pod, conf);
        assertThat(output.exitCode()).as(text(output)).isZero();
        return CniJson.read(output.stdout());
    }

    /** Whether a packet with somebody else's address gets from pod a to 10.244.1.3. */
    private static boolean spoofs(Netns a, Netns b) {
        Oracle in = Oracle.in(a);
        String mac = Oracle.in(b)
                .ip("link", "show", "dev", "eth0")
                .get(0)
                .get("address")
                .asText();
        in.run("ip", "address", "replace", "10.244.1.99/32", "dev", "eth0");
        in.run("ip", "neigh", "replace", "10.244.1.3", "lladdr", mac, "dev", "eth0");
        return in.attempt("ping", "-c1", "-W1", "-I", "10.244.1.99", "10.244.1.3")
                        .exitCode()
                == 0;
    }

    private static int elements(Netns node) {
        int count = 0;
        for (JsonNode object :
                Oracle.in(node).nft("list", "table", "bridge", "fairlead-guard").path("nftables")) {
            count += object.path("set").path("elem").size();
        }
        return count;
    }

    @Test
    void podsAreGuardedFromAddToDelAndOverARestart(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        Netns b = namespaces.create();
        JsonNode result;
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(agent.config().spoofGuard()).as("the default").isTrue();
            result = add("a", a, conf());
            add("b", b, conf());
            assertThat(spoofs(a, b)).isFalse();
            assertThat(Oracle.in(a).run("ping", "-c1", "-W2", "10.244.1.3")).contains("1 received");
        }
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(spoofs(a, b)).as("after a restart").isFalse();
            assertThat(Oracle.in(a).run("ping", "-c1", "-W2", "10.244.1.3")).contains("1 received");
            ObjectNode check = conf();
            check.set("prevResult", result);
            assertThat(call("CHECK", "a", a, check).exitCode()).isZero();
            Oracle.in(node).run("nft", "flush", "set", "bridge", "fairlead-guard", "macs");
            assertThat(text(call("CHECK", "a", a, check))).contains("bridge fairlead-guard macs");
            assertThat(call("DEL", "a", a, conf()).exitCode()).isZero();
            assertThat(elements(node))
                    .as("b has a port, two IPv6 and an IPv4 address")
                    .isEqualTo(4);
            assertThat(call("DEL", "b", b, conf()).exitCode()).isZero();
            assertThat(elements(node)).isZero();
            agent.clean();
        }
        assertThat(Oracle.in(node).run("nft", "list", "tables")).isEmpty();
    }

    @Test
    void aNetworkCanBeWithoutIt(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        Netns b = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(agent.config().spoofGuard()).isTrue();
            add("a", a, conf().put("antiSpoofing", false));
            add("b", b, conf());
            assertThat(spoofs(a, b)).isTrue();
            assertThat(text(call("ADD", "c", a, conf().put("antiSpoofing", "no"))))
                    .contains("antiSpoofing");
        }
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(spoofs(a, b)).as("after a restart").isTrue();
            assertThat(agent.config().spoofGuard()).isTrue();
        }
    }

    @Test
    void aNodeCanBeWithoutIt(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        Netns b = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(agent.config().spoofGuard()).isTrue();
            add("a", a, conf());
        }
        try (NodeAgent agent = NodeAgent.start(config(node).withSpoofGuard(false))) {
            add("b", b, conf());
            assertThat(spoofs(a, b)).isTrue();
            assertThat(Oracle.in(node).run("nft", "list", "tables")).doesNotContain("guard");
            assertThat(agent.config().spoofGuard()).isFalse();
        }
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(spoofs(a, b)).as("both are guarded by their leases").isFalse();
            assertThat(agent.config().spoofGuard()).isTrue();
        }
    }

    @Test
    void anAddThatFailsLeavesNothing(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            Oracle.in(a).run("ip", "link", "add", "eth0", "type", "bridge");
            assertThat(call("ADD", "a", a, conf()).exitCode()).isEqualTo(1);
            assertThat(elements(node)).isZero();
            assertThat(agent.config().spoofGuard()).isTrue();
        }
    }
}
