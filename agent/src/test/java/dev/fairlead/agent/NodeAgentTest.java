package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent of one node, called over its CNI socket as the shim calls it; {@code ip} and {@code bridge} judge.
 *
 * <pre>
 *   pod a: eth0 ─┐
 *                ├ fl0 (10.244.1.1, fd00:10:244:1::1) :node
 *   pod b: eth0 ─┘
 * </pre>
 */
@RealKernel
class NodeAgentTest {
    private static final String CONF = """
            {"cniVersion": "%s", "name": "fairlead", "type": "fairlead-cni"}""";

    @TempDir
    Path directory;

    private AgentConfig config(Netns node) {
        return AgentConfig.of("node-1", node, List.of(Prefix.of("10.244.1.0/24"), Prefix.of("fd00:10:244:1::/64")))
                .withSocket(directory.resolve("cni.sock"))
                .withStateDirectory(directory.resolve("state"));
    }

    private PluginOutput call(String verb, String container, Netns pod, String version) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_COMMAND", verb);
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_NETNS", "/var/run/netns/" + container); // not there: the descriptor is what counts
        environment.put("CNI_PATH", "/opt/cni/bin");
        byte[] stdin = CONF.formatted(version).getBytes(StandardCharsets.UTF_8);
        try (UnixSocket socket =
                UnixSocket.connect(directory.resolve("cni.sock").toString())) {
            socket.send(ShimFrames.encode(new ShimRequest(environment, stdin)), pod.fd());
            return ShimFrames.readAnswer(socket.input());
        }
    }

    private static JsonNode json(PluginOutput output) {
        assertThat(output.exitCode())
                .as(new String(output.stdout(), StandardCharsets.UTF_8))
                .isZero();
        return CniJson.read(output.stdout());
    }

    @Test
    void twoPodsAreWiredAndReachEachOther(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        Netns b = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            JsonNode first = json(call("ADD", "a", a, "1.1.0"));
            JsonNode second = json(call("ADD", "b", b, "0.3.1"));
            assertThat(first.at("/ips/0/address").asText()).isEqualTo("10.244.1.2/24");
            assertThat(first.at("/ips/0/gateway").asText()).isEqualTo("10.244.1.1");
            assertThat(first.at("/ips/1/address").asText()).isEqualTo("fd00:10:244:1::2/64");
            assertThat(second.at("/ips/0/version").asText()).isEqualTo("4");
            Poll.until( // a call is noted when its caller has the answer
                    Duration.ofSeconds(20),
                    () -> agent.cniLog().size() == 2,
                    () -> agent.cniLog().toString());
            Oracle.in(a).awaitUp("eth0");

            Oracle inA = Oracle.in(a);
            JsonNode eth0 = inA.ip("address", "show", "dev", "eth0").get(0);
            assertThat(eth0.get("operstate").asText()).isEqualTo("UP");
            assertThat(eth0.get("address").asText()).isEqualTo("0a:58:0a:f4:01:02");
            assertThat(inA.ip("route", "show", "default").get(0).get("gateway").asText())
                    .isEqualTo("10.244.1.1");
            assertThat(inA.ip("-6", "address", "show", "tentative", "scope", "global"))
                    .as("no address waits for duplicate detection")
                    .isEmpty();

            String veth = first.at("/interfaces/1/name").asText();
            JsonNode port =
                    Oracle.in(node).ip("-d", "link", "show", "dev", veth).get(0);
            assertThat(port.get("master").asText()).isEqualTo("fl0");
            assertThat(port.at("/linkinfo/info_slave_data/hairpin").asBoolean()).isTrue();
            assertThat(port.get("ifalias").asText())
                    .isEqualTo("fairlead/a/eth0 0a:58:0a:f4:01:02 10.244.1.2 fd00:10:244:1::2");

            assertThat(inA.run("ping", "-c1", "-W2", "10.244.1.3")).contains("1 received");
            assertThat(inA.run("ping", "-c1", "-W2", "fd00:10:244:1::3")).contains("1 received");
            assertThat(inA.run("ping", "-c1", "-W2", "10.244.1.1")).contains("1 received");

            assertThat(call("CHECK", "a", a, "1.0.0").exitCode())
                    .as("CHECK without prevResult")
                    .isEqualTo(1);
            assertThat(call("ADD", "a", a, "1.1.0").exitCode())
                    .as("ADD of an interface that is there")
                    .isEqualTo(1);

            json2(call("DEL", "a", a, "1.1.0"));
            json2(call("DEL", "a", a, "1.1.0"));
            assertThat(inA.ip("link")).as("only lo is left").hasSize(1);
            assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).hasSize(1);
            assertThat(agent.awaitApplied(java.time.Duration.ofSeconds(1))).isTrue();
        }
    }

    private static void json2(PluginOutput output) {
        assertThat(output.exitCode()).isZero();
        assertThat(output.stdout()).isEmpty();
    }

    @Test
    void aRestartedAgentKnowsItsLeasesAndReplacesItsSocket(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        Netns b = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            json(call("ADD", "a", a, "1.1.0"));
            assertThat(agent.config().nodeName()).isEqualTo("node-1");
        }
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(json(call("ADD", "b", b, "1.1.0")).at("/ips/0/address").asText())
                    .isEqualTo("10.244.1.3/24");
            assertThat(Oracle.in(b).run("ping", "-c1", "-W2", "10.244.1.2")).contains("1 received");
            assertThat(agent.config().mtu()).isEqualTo(1500);
        }
    }
}
