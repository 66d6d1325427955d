package dev.fairlead.cni.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.Json;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.NetConfList;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Our runtime executes Debian's plugins in a host of its own; {@code ip -j} is the oracle.
 *
 * <pre>
 *   throw-away host (user, network and mount namespace, no link outside)
 *   ┌───────────────────────────────┐
 *   │ br0 10.9.0.1/24 ── veth… ─────┼── eth0 10.9.0.2/24   /run/netns/c1
 *   │                    veth… ─────┼── eth0 10.8.0.2/24   /run/netns/c1 (ptp)
 *   └───────────────────────────────┘
 * </pre>
 */
@Timeout(120)
class ReferenceChainTest {
    private static final AttachmentParameters C1 = AttachmentParameters.of("c1", "/run/netns/c1", "eth0");

    @TempDir
    Path directory;

    private Optional<ThrowAwayHost> started = Optional.empty();

    @BeforeEach
    void start() {
        assumeTrue(ThrowAwayHost.has("bridge") && ThrowAwayHost.has("host-local"));
        started = ThrowAwayHost.start();
        assumeTrue(started.isPresent(), "namespaces aren't allowed here");
        host().run("ip", "netns", "add", "c1");
    }

    @AfterEach
    void stop() {
        started.ifPresent(ThrowAwayHost::close);
    }

    private ThrowAwayHost host() {
        return started.orElseThrow();
    }

    private CniRuntime runtime() {
        return new CniRuntime(
                host().exec(),
                List.of(Path.of("/usr/lib/cni")),
                directory.resolve("cache"),
                Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
                Duration.ofSeconds(30));
    }

    private NetConfList list(String version, String plugins) {
        String ipam = "{'type':'host-local','dataDir':'" + directory.resolve("data")
                + "','ranges':[[{'subnet':'SUBNET'}]],'routes':[{'dst':'0.0.0.0/0'}]}";
        String text = "{'cniVersion':'" + version + "','name':'net','plugins':[" + plugins + "]}";
        return NetConfList.read(
                Json.bytes(
                        text.replace(
                                        "BRIDGE",
                                        "{'type':'bridge','bridge':'br0','isGateway':true,'ipam':"
                                                + ipam.replace("SUBNET", "10.9.0.0/24") + "}")
                                .replace("PTP", "{'type':'ptp','ipam':" + ipam.replace("SUBNET", "10.8.0.0/24") + "}")
                                .replace(
                                        "TUNING",
                                        "{'type':'tuning','capabilities':{'mac':true},'sysctl':{'net.ipv4.conf.eth0.log_martians':'1'}}")));
    }

    private JsonNode ip(String... arguments) {
        String[] command = new String[arguments.length + 2];
        command[0] = "ip";
        command[1] = "-j";
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        String json = host().run(command);
        return Json.node((json.isBlank() ? "[]" : json).getBytes(StandardCharsets.UTF_8));
    }

    private List<String> linksOfHost() {
        return ip("link").findValuesAsText("ifname").stream().sorted().toList();
    }

    @Test
    void aChainOfBridgeAndTuningInEveryVersion() {
        assumeTrue(ThrowAwayHost.has("tuning"));
        for (String version : List.of("0.3.1", "0.4.0", "1.0.0")) {
            NetConfList list = list(version, "BRIDGE,TUNING");
            AttachmentParameters c1 = C1.withCapability("mac", Json.node("'c2:11:22:33:44:55'"));
            AddResult result = runtime().add(list, c1);
            assertThat(result.cniVersion()).isEqualTo(CniVersion.of(version));
            assertThat(result.sandboxInterface("eth0").orElseThrow().mac()).isEqualTo("c2:11:22:33:44:55");
            assertThat(result.sandboxInterface("eth0").orElseThrow().sandbox()).isEqualTo("/run/netns/c1");
            JsonNode eth0 = ip("-n", "c1", "addr", "show", "eth0").path(0);
            assertThat(eth0.path("address").asText()).as("what the kernel has").isEqualTo("c2:11:22:33:44:55");
            assertThat(eth0.findValuesAsText("local"))
                    .contains(result.ips().getFirst().address().address().toString());
            assertThat(linksOfHost()).contains("br0").hasSize(3);
            if (list.cniVersion().atLeast(CniVersion.V0_4_0)) {
                runtime().check(list, c1);
            }
            runtime().del(list, c1);
            runtime().del(list, c1);
            assertThat(linksOfHost()).containsExactly("br0", "lo");
            assertThat(ip("-n", "c1", "link").findValuesAsText("ifname")).containsExactly("lo");
        }
    }

    @Test
    void checkSeesWhatIsMissing() {
        NetConfList list = list("1.0.0", "BRIDGE");
        AddResult result = runtime().add(list, C1);
        runtime().check(list, C1);
        host().run(
                        "ip",
                        "-n",
                        "c1",
                        "addr",
                        "del",
                        result.ips().getFirst().address().toString(),
                        "dev",
                        "eth0");
        assertThatThrownBy(() -> runtime().check(list, C1))
                .hasMessageStartingWith("plugin 'bridge' (/usr/lib/cni/bridge) failed CHECK in network 'net': ");
        runtime().del(list, C1);
    }

    @Test
    void delAfterTheNamespaceIsGoneReleasesTheAddress() {
        NetConfList list = list("1.0.0", "BRIDGE");
        runtime().add(list, C1);
        assertThat(directory.resolve("data/net/10.9.0.2")).exists();
        host().run("ip", "netns", "del", "c1");
        runtime().del(list, C1);
        assertThat(directory.resolve("data/net/10.9.0.2")).doesNotExist();
        assertThat(runtime().cache().attachments()).isEmpty();
    }

    @Test
    void gcCleansUpAfterAContainerThatIsGone() {
        NetConfList list = list("1.0.0", "BRIDGE");
        runtime().add(list, C1);
        host().run("ip", "netns", "del", "c1");
        runtime().gc(list, Set.of());
        assertThat(directory.resolve("data/net/10.9.0.2")).doesNotExist();
    }

    @Test
    void ptpAndLoopback() {
        assumeTrue(ThrowAwayHost.has("ptp") && ThrowAwayHost.has("loopback"));
        NetConfList list = list("1.0.0", "PTP");
        AddResult result = runtime().add(list, C1);
        assertThat(ip("-n", "c1", "addr", "show", "eth0").findValuesAsText("local"))
                .contains("10.8.0.2");
        assertThat(ip("-n", "c1", "route").findValuesAsText("gateway")).contains("10.8.0.1");
        assertThat(result.interfaces()).hasSize(2);
        runtime().check(list, C1);
        runtime().del(list, C1);
        assertThat(linksOfHost()).containsExactly("lo");

        NetConfList lo = NetConfList.read(
                Json.bytes("{'cniVersion':'1.0.0','name':'cni-loopback','plugins':[{'type':'loopback'}]}"));
        AttachmentParameters loopback = AttachmentParameters.of("c1", "/run/netns/c1", "lo");
        assertThat(runtime().add(lo, loopback).ips())
                .extracting(ip -> ip.address().toString())
                .contains("127.0.0.1/8");
        assertThat(ip("-n", "c1", "link", "show", "lo").path(0).path("flags").toString())
                .contains("UP");
        runtime().check(lo, loopback);
        runtime().del(lo, loopback);
    }
}
