package dev.fairlead.cni.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.Json;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.IpConfig;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our runtime executes Debian's host-local and static, which touch no network; host-local's files are the oracle. */
@Timeout(60)
class ReferenceIpamTest {
    private static final AttachmentParameters C1 = AttachmentParameters.of("c1", "/nowhere", "eth0");

    @TempDir
    Path directory;

    private CniRuntime runtime() {
        return new CniRuntime(
                new ProcessExec(),
                List.of(Path.of("/usr/lib/cni")),
                directory.resolve("cache"),
                Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
                Duration.ofSeconds(30));
    }

    private NetConfList hostLocal(String version, String subnet) {
        return NetConfList.read(
                Json.bytes("{'cniVersion':'" + version + "','name':'net','plugins':[{'type':'host-local',"
                        + "'ipam':{'type':'host-local','dataDir':'" + directory.resolve("data")
                        + "','ranges':[[{'subnet':'" + subnet
                        + "'}],[{'subnet':'fd00:9::/64'}]],'routes':[{'dst':'0.0.0.0/0'}]}}]}"));
    }

    private List<String> leases() throws IOException {
        Path net = directory.resolve("data/net");
        if (!Files.isDirectory(net)) {
            return List.of();
        }
        try (var files = Files.list(net)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> Character.isDigit(name.charAt(0)) || name.startsWith("fd00"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3.0", "0.3.1", "0.4.0", "1.0.0"})
    void hostLocalGivesAndTakesBack(String version) throws IOException {
        assumeTrue(ThrowAwayHost.has("host-local"));
        NetConfList list = hostLocal(version, "10.9.0.0/24");
        AddResult result = runtime().add(list, C1);
        assertThat(result.cniVersion()).isEqualTo(CniVersion.of(version));
        assertThat(result.interfaces()).isEmpty();
        assertThat(result.ips())
                .containsExactly(
                        IpConfig.of(Prefix.of("10.9.0.2/24"), Optional.of(Ip.of("10.9.0.1"))),
                        IpConfig.of(Prefix.of("fd00:9::2/64"), Optional.of(Ip.of("fd00:9::1"))));
        assertThat(leases()).containsExactly("10.9.0.2", "fd00:9::2");
        assertThat(Files.readString(directory.resolve("data/net/10.9.0.2"))).isEqualTo("c1\r\neth0");
        if (list.cniVersion().atLeast(CniVersion.V0_4_0)) {
            runtime().check(list, C1);
        }
        runtime().del(list, C1);
        assertThat(leases()).isEmpty();
        runtime().del(list, C1);
        if (list.cniVersion().atLeast(CniVersion.V0_4_0)) {
            assertThatThrownBy(() -> runtime().check(list, C1)).hasMessageContaining("isn't in network 'net'");
        }
    }

    @Test
    void anExhaustedPoolIsThePluginsSentence() throws IOException {
        assumeTrue(ThrowAwayHost.has("host-local"));
        NetConfList list = hostLocal("1.0.0", "10.9.0.0/30");
        runtime().add(list, C1);
        assertThatThrownBy(() -> runtime().add(list, AttachmentParameters.of("c2", "/nowhere", "eth0")))
                .hasMessageContaining("plugin 'host-local' (/usr/lib/cni/host-local) failed ADD in network 'net': ")
                .hasMessageContaining("no IP addresses available");
        runtime().del(list, AttachmentParameters.of("c2", "/nowhere", "eth0"));
        assertThat(leases()).containsExactly("10.9.0.2", "fd00:9::2");
    }

    @Test
    void gcReturnsTheAddressesOfContainersThatAreGone() throws IOException {
        assumeTrue(ThrowAwayHost.has("host-local"));
        NetConfList list = hostLocal("1.0.0", "10.9.0.0/24");
        AttachmentParameters c2 = AttachmentParameters.of("c2", "/nowhere", "eth0");
        runtime().add(list, C1);
        runtime().add(list, c2);
        assertThat(leases()).hasSize(4);
        runtime().gc(list, Set.of(c2.attachment()));
        assertThat(leases()).containsExactly("10.9.0.3", "fd00:9::3");
        assertThat(runtime().cache().attachments()).hasSize(1);
    }

    @Test
    void versionsAreNegotiatedWithTheRealPlugin() {
        assumeTrue(ThrowAwayHost.has("host-local"));
        List<CniVersion> versions = runtime().versions("host-local");
        assertThat(versions).contains(CniVersion.V0_3_1, CniVersion.V1_0_0);
        NetConfList list = NetConfList.read(Json.bytes("{'name':'n','cniVersions':['0.3.1','1.0.0','1.1.0'],"
                + "'plugins':[{'type':'host-local','capabilities':{'ips':true}}]}"));
        assertThat(list.cniVersion()).isEqualTo(CniVersion.V1_1_0);
        CniVersion best = versions.contains(CniVersion.V1_1_0) ? CniVersion.V1_1_0 : CniVersion.V1_0_0;
        assertThat(runtime().negotiate(list).cniVersion()).isEqualTo(best);
        assertThat(runtime().validate(list.with(best))).isEqualTo(Set.of("ips"));
    }

    @Test
    void staticTakesTheCapabilityAndTheArguments() {
        assumeTrue(ThrowAwayHost.has("static"));
        NetConfList list = NetConfList.read(
                Json.bytes(
                        "{'cniVersion':'1.0.0','name':'net','plugins':[{'type':'static',"
                                + "'capabilities':{'ips':true},'ipam':{'type':'static','routes':[{'dst':'10.0.0.0/8','gw':'10.10.0.254'}]}}]}"));
        AddResult result = runtime().add(list, C1.withCapability("ips", Json.node("['10.10.0.1/24','fd00::1/64']")));
        assertThat(result.ips())
                .extracting(ip -> ip.address().toString())
                .containsExactly("10.10.0.1/24", "fd00::1/64");
        assertThat(result.routes()).hasSize(1);
        runtime().del(list, C1);
    }
}
