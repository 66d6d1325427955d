package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.runtime.AttachmentParameters;
import dev.fairlead.cni.runtime.CniRuntime;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Debian's plugins behind Fairlead, and Fairlead behind Debian's, called by our runtime and as libcni calls them; the kernel
 * judges, by {@code ip}, {@code tc}, {@code iptables-save} and {@code ping}.
 *
 * <pre>
 *   pod: eth0 ── fl0 (10.244.1.1) :node        pod: eth0 ── veth or br0 (10.9.0.1) :node
 * </pre>
 */
@RealKernel
class ChainTest {
    private static final Path REFERENCE = Path.of("/usr/lib/cni");
    /** Version 1.1.1, Debian 12's, looks for rules of IPv6 also where there is only IPv4. */
    private static final String CHECKS_BADLY = "portmap";

    /** Its DEL fails when the interface or the namespace is gone. */
    private static final String DELETES_ONCE = "sbr";

    private static final String FAIRLEAD = "{\"type\":\"fairlead-cni\",\"capabilities\":{\"ips\":true,\"mac\":true}}";
    private static final ObjectNode CAPABILITIES = (ObjectNode) CniJson.read("""
            {"portMappings":[{"hostPort":18080,"containerPort":80,"protocol":"tcp"}],
             "bandwidth":{"ingressRate":8000000,"ingressBurst":8000000,"egressRate":8000000,"egressBurst":8000000}}""".getBytes(StandardCharsets.UTF_8));

    @TempDir
    Path directory;

    private List<Path> path = List.of();

    @BeforeAll
    static void watch() throws IOException {
        ScriptedIpam.startWatching();
    }

    @BeforeEach
    void paths() throws IOException {
        Path own = Files.createDirectory(directory.resolve("bin"));
        Files.writeString(own.resolve(AgentExec.SHIM), "");
        path = List.of(own, REFERENCE);
    }

    private AgentConfig config(Netns node) {
        return AgentConfig.of("node-1", node, List.of(Prefix.of("10.244.1.0/24")))
                .withSocket(directory.resolve("cni.sock"))
                .withStateDirectory(directory.resolve("state"));
    }

    private static ObjectNode list(String version, String... plugins) {
        return (ObjectNode) CniJson.read(("{\"cniVersion\":\"" + version + "\",\"name\":\"net\",\"plugins\":["
                        + String.join(",", plugins) + "]}")
                .getBytes(StandardCharsets.UTF_8));
    }

    private AgentExec exec(Netns node) {
        return new AgentExec(node, directory.resolve("cni.sock"));
    }

    private CniRuntime runtime(Netns node) {
        return new CniRuntime(
                exec(node),
                path,
                directory.resolve("cache"),
                Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
                Duration.ofSeconds(30));
    }

    private static AttachmentParameters parameters(Netns pod) {
        AttachmentParameters parameters = AttachmentParameters.of("c1", ShimCalls.netns(pod), "eth0");
        for (var capability : CAPABILITIES.properties()) {
            parameters = parameters.withCapability(capability.getKey(), capability.getValue());
        }
        return parameters;
    }

    /** What is to be seen of a plugin while the pod is attached. */
    private static void assertAtWork(String plugin, Netns node, Netns pod) {
        switch (plugin) {
            case "tuning" ->
                assertThat(Oracle.in(pod).run("ip", "link", "show", "eth0")).contains("mtu 1400");
            case "bandwidth" ->
                assertThat(Oracle.in(node).run("tc", "qdisc", "show"))
                        .contains("tbf")
                        .contains("rate 8Mbit");
            case "portmap" ->
                assertThat(Oracle.in(node).run("iptables-save", "-t", "nat"))
                        .contains("--dport 18080 -j DNAT --to-destination 10.244.1.2:80");
            case "firewall" ->
                assertThat(Oracle.in(node).run("iptables-save", "-t", "filter")).contains("-d 10.244.1.2/32");
            case "sbr" -> assertThat(Oracle.in(pod).run("ip", "rule")).contains("from 10.244.1.2");
            default -> throw new AssertionError(plugin);
        }
    }

    private static void assertGone(Netns node, Netns pod) {
        assertThat(Oracle.in(pod).ip("link")).as("only lo").hasSize(1);
        assertThat(Oracle.in(node).ip("link").findValuesAsText("ifname")).allMatch(name -> !name.startsWith("veth"));
        assertThat(Oracle.in(node).attempt("iptables-save").output())
                .doesNotContain("10.244.1.2")
                .doesNotContain("18080");
        assertThat(Oracle.in(node).run("tc", "qdisc", "show")).doesNotContain("tbf");
    }

    private String conf(String plugin) {
        return switch (plugin) {
            case "tuning" ->
                "{\"type\":\"tuning\",\"mtu\":1400,\"sysctl\":{\"net.ipv4.conf.eth0.log_martians\":\"1\"},\"dataDir\":\""
                        + directory.resolve("tuning") + "\"}";
            case "bandwidth" -> "{\"type\":\"bandwidth\",\"capabilities\":{\"bandwidth\":true}}";
            case "portmap" -> "{\"type\":\"portmap\",\"capabilities\":{\"portMappings\":true},\"snat\":true}";
            case "firewall" -> "{\"type\":\"firewall\",\"backend\":\"iptables\"}";
            default -> "{\"type\":\"" + plugin + "\"}";
        };
    }

    private void assumeReady(String plugin, Netns node) {
        Oracle.assumeInstalled(REFERENCE.resolve(plugin).toString());
        Oracle.assumeInstalled("iptables-save");
        Oracle.assumeInstalled("tc");
        if (plugin.equals("bandwidth")) {
            var ifb = Oracle.in(node).attempt("ip", "link", "add", "probe0", "type", "ifb");
            assumeTrue(ifb.exitCode() == 0, "SKIPPED: this kernel makes no ifb device: " + ifb.errors());
            Oracle.in(node).run("ip", "link", "delete", "probe0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tuning", "bandwidth", "portmap", "firewall", "sbr"})
    void aReferencePluginWorksBehindFairlead(String plugin, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        assumeReady(plugin, node);
        ObjectNode list = list("1.0.0", FAIRLEAD, conf(plugin));
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            CniRuntime runtime = runtime(node);
            NetConfList network = NetConfList.read(CniJson.bytes(list));
            AddResult result = runtime.add(network, parameters(pod));
            assertThat(result.sandboxInterface("eth0")).isPresent();
            assertThat(result.ips().getFirst().address()).hasToString("10.244.1.2/24");
            assertAtWork(plugin, node, pod);
            assertThat(Oracle.in(pod).run("ping", "-c1", "-W2", "-I", "10.244.1.2", "10.244.1.1"))
                    .contains("1 received");
            if (!plugin.equals(CHECKS_BADLY)) {
                runtime.check(network, parameters(pod));
            }
            runtime.del(network, parameters(pod));
            if (!plugin.equals(DELETES_ONCE)) {
                runtime.del(network, parameters(pod));
            }
            assertGone(node, pod);
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tuning", "bandwidth", "portmap", "firewall", "sbr"})
    void aReferencePluginWorksBehindFairleadAsLibcniCallsThem(String plugin, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        assumeReady(plugin, node);
        ObjectNode list = list("1.0.0", FAIRLEAD, conf(plugin));
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            LibcniCalls libcni = new LibcniCalls(exec(node), path);
            String netns = ShimCalls.netns(pod);
            JsonNode result = libcni.add(list, "c1", netns, CAPABILITIES);
            assertThat(result.at("/cniVersion").asText()).isEqualTo("1.0.0");
            assertThat(result.at("/interfaces/2/sandbox").asText()).isEqualTo(netns);
            assertAtWork(plugin, node, pod);
            if (!plugin.equals(CHECKS_BADLY)) {
                libcni.check(list, "c1", netns, CAPABILITIES, result);
            }
            libcni.del(list, "c1", netns, CAPABILITIES, result);
            if (!plugin.equals(DELETES_ONCE)) {
                libcni.del(list, "c1", "", CAPABILITIES, result);
            }
            assertGone(node, pod);
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3.1", "0.4.0", "1.0.0"})
    void fairleadBehindAReferencePluginPassesItsResultOn(String version, TestNamespaces namespaces) {
        for (String first : List.of("ptp", "bridge")) {
            Oracle.assumeInstalled(REFERENCE.resolve(first).toString());
            Netns node = namespaces.create();
            Netns pod = namespaces.create();
            String ipam = "\"ipam\":{\"type\":\"host-local\",\"subnet\":\"10.9.0.0/24\",\"dataDir\":\""
                    + directory.resolve(first) + "\",\"routes\":[{\"dst\":\"0.0.0.0/0\"}]}";
            String conf = "{\"type\":\"" + first + "\",\"bridge\":\"br0\",\"isGateway\":true," + ipam + "}";
            try (NodeAgent agent = NodeAgent.start(config(node))) {
                LibcniCalls libcni = new LibcniCalls(exec(node), path);
                String netns = ShimCalls.netns(pod);
                ObjectNode alone = list(version, conf);
                JsonNode wanted = libcni.add(alone, "c1", netns, CAPABILITIES);
                ObjectNode second = list(version, FAIRLEAD);
                ((ObjectNode) second.at("/plugins/0")).set("prevResult", wanted);
                JsonNode got = libcni.add(second, "c1", netns, CAPABILITIES);
                ((ObjectNode) wanted).remove("dns"); // which Go writes empty, when it means that there is none
                assertThat(got).as("to the last member").isEqualTo(wanted);
                ObjectNode chain = list(version, conf, FAIRLEAD);
                if (!version.startsWith("0.3")) {
                    libcni.check(chain, "c1", netns, CAPABILITIES, got);
                }
                assertThat(Oracle.in(pod).run("ping", "-c1", "-W2", "10.9.0.1")).contains("1 received");
                assertThat(agent.reconcile().isClean()).isTrue();
                libcni.del(chain, "c1", netns, CAPABILITIES, got);
                assertThat(Oracle.in(pod).ip("link")).as("only lo").hasSize(1);

                CniRuntime runtime = runtime(node);
                NetConfList network = NetConfList.read(CniJson.bytes(chain));
                AddResult result = runtime.add(network, parameters(pod));
                assertThat(result.cniVersion()).hasToString(version);
                if (!version.startsWith("0.3")) {
                    runtime.check(network, parameters(pod));
                }
                runtime.del(network, parameters(pod));
                assertThat(Oracle.in(pod).ip("link")).as("only lo").hasSize(1);
            }
        }
    }

    /** CHECK has to pass over what later plugins changed, and to see what nobody may have changed. */
    @Test
    void checkOfAChainSeesWhatIsMissing(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        assumeReady("sbr", node);
        ObjectNode list = list("1.0.0", FAIRLEAD, conf("sbr"));
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            LibcniCalls libcni = new LibcniCalls(exec(node), path);
            JsonNode result = libcni.add(list, "c1", ShimCalls.netns(pod), CAPABILITIES);
            assertThat(Oracle.in(pod).run("ip", "route", "show", "table", "main", "default"))
                    .as("sbr has moved it")
                    .isEmpty();
            ShimCalls shim = new ShimCalls(directory.resolve("cni.sock"), path);
            ObjectNode conf = (ObjectNode) CniJson.read(FAIRLEAD.getBytes(StandardCharsets.UTF_8));
            conf.put("cniVersion", "1.0.0").put("name", "net").set("prevResult", result);
            shim.succeed("CHECK", "c1", pod, conf);
            Oracle.in(pod).run("ip", "route", "flush", "table", "100");
            assertThat(shim.refused("CHECK", "c1", pod, conf).toString()).contains("the route to 0.0.0.0/0");
            Oracle.in(pod).run("ip", "address", "flush", "dev", "eth0");
            assertThat(shim.refused("CHECK", "c1", pod, conf).toString()).contains("the address 10.244.1.2/24 is gone");
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }
}
