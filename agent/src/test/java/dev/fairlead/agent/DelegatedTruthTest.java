package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * As {@link TruthTest}, where an IPAM plugin gives the addresses: whatever died when, the plugin gets each address back, and
 * none is used twice. The plugin's files and {@code ip -j} judge.
 *
 * <pre>
 *   pod: eth0 ── fl0 (10.244.1.1) :node
 * </pre>
 */
@RealKernel
class DelegatedTruthTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private ScriptedIpam scripted = new ScriptedIpam(Path.of("/nowhere"));
    private ShimCalls shim = new ShimCalls(Path.of("/nowhere"), List.of());

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    @BeforeAll
    static void watch() throws IOException {
        ScriptedIpam.startWatching();
    }

    @BeforeEach
    void paths() throws IOException {
        scripted = ScriptedIpam.giving(directory.resolve("plugins"), "10.244.1.7/24");
        shim = new ShimCalls(directory.resolve("cni.sock"), List.of(directory.resolve("plugins")));
    }

    private AgentConfig config(Netns node) {
        return AgentConfig.of("node-1", node, List.of(Prefix.of("10.244.1.0/29")))
                .withSocket(directory.resolve("cni.sock"))
                .withStateDirectory(directory.resolve("state"));
    }

    private static ObjectNode conf() {
        ObjectNode conf = own().put("name", "net");
        conf.putObject("ipam").put("type", ScriptedIpam.TYPE);
        return conf;
    }

    private static ObjectNode own() {
        return CniJson.newObject()
                .put("cniVersion", "1.1.0")
                .put("name", "fairlead")
                .put("type", "fairlead-cni");
    }

    private static JsonNode ports(Netns node) {
        return Oracle.in(node).ip("link", "show", "master", "fl0");
    }

    private void assertNothingIsHeld(Netns node, Netns pod) throws IOException {
        assertThat(ports(node)).as("ports").isEmpty();
        assertThat(Oracle.in(pod).ip("link")).as("only lo").hasSize(1);
        assertThat(scripted.held()).isEmpty();
        assertThat(directory.resolve("state/delegated")).isEmptyDirectory();
        JsonNode result = shim.add("again", pod, conf());
        assertThat(result.at("/ips/0/address").asText()).isEqualTo("10.244.1.7/24");
        shim.succeed("DEL", "again", pod, conf());
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"CLEARED", "FEATURE_STARTED", "FEATURE_ENDED"}) // not met by a first ADD of nothing but a network
    void anAgentThatIsKilledAtAnyStepLeaksNothing(Step last, TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        boolean inDel = last.compareTo(Step.UNWIRED) >= 0;
        try (NodeAgent agent = NodeAgent.start(config(node), (step, attachment) -> {
            if (step == last) {
                throw new Killed();
            }
        })) {
            PluginOutput added = shim.call("ADD", "c", pod, conf());
            assertThat(added.exitCode() == 0).isEqualTo(inDel || last.compareTo(Step.DELIVERED) >= 0);
            if (inDel) {
                assertThat(shim.call("DEL", "c", pod, conf()).exitCode()).isEqualTo(1);
            }
            assertThat(agent.found().isClean()).isTrue();
        }
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            // From ADDRESSED on the interface is whole, and its answer may have been read.
            boolean kept = last == Step.ADDRESSED
                    || last == Step.FEATURES_STARTED
                    || last == Step.DELIVERED
                    || last == Step.CONFIRMED;
            boolean nothing = last == Step.PARSED || last == Step.RELEASED;
            assertThat(agent.found().isClean()).as(agent.found().toString()).isEqualTo(kept || nothing);
            assertThat(agent.reconcile().isClean()).isTrue();
            assertThat(scripted.held()).hasSize(kept ? 1 : 0);
            assertThat(ports(node)).hasSize(kept ? 1 : 0);
            if (last != Step.CONFIRMED) {
                JsonNode again = shim.add("c", pod, conf());
                assertThat(again.at("/ips/0/address").asText())
                        .as("the runtime's retry")
                        .isEqualTo("10.244.1.7/24");
            }
            shim.succeed("DEL", "c", pod, conf());
            shim.succeed("DEL", "c", pod, conf());
            assertNothingIsHeld(node, pod);
        }
    }

    @Test
    void aPodThatDiesGivesItsAddressBackToThePlugin(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            Netns dies = Netns.create();
            shim.add("dies", dies, conf());
            assertThat(agent.reconcile().isClean()).isTrue();
            dies.close();
            Poll.until(SOON, () -> ports(node).isEmpty(), () -> ports(node).toString());
            assertThat(agent.reconcile().toString())
                    .isEqualTo("[10.244.1.7] of net/dies/eth0 were given back, because its interface is gone");
            assertThat(scripted.calls()).containsExactly("ADD dies", "DEL dies");
            assertThat(scripted.environment("DEL")).contains("CNI_NETNS=").contains("CNI_IFNAME=eth0");
            assertNothingIsHeld(node, namespaces.create());
        }
    }

    @Test
    void afterARestartOfTheMachineThePluginHasAllBack(TestNamespaces namespaces) throws IOException {
        try (Netns before = Netns.create();
                NodeAgent agent = NodeAgent.start(config(before))) {
            shim.add("old", namespaces.create(), conf());
            assertThat(agent.found().isClean()).isTrue();
        }
        Netns node = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(agent.found().findings()).hasSize(1);
            assertNothingIsHeld(node, namespaces.create());
        }
    }

    /** The plugin isn't ready, as dhcp's daemon after a restart: that is a finding, and is mended when it is. */
    @Test
    void aPluginThatCannotTakeBackIsAskedAgain(TestNamespaces namespaces) throws IOException {
        try (Netns before = Netns.create();
                NodeAgent agent = NodeAgent.start(config(before))) {
            shim.add("old", namespaces.create(), conf());
            assertThat(agent.found().isClean()).isTrue();
        }
        var _ = scripted.doing("echo '{\"code\":100,\"msg\":\"no daemon\"}'; exit 1");
        Netns node = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(agent.found().toString()).contains("net/old/eth0").contains("no daemon");
            assertThat(scripted.held()).containsExactly("old");
            paths();
            assertThat(agent.reconcile().findings()).hasSize(1);
            assertThat(agent.reconcile().isClean()).isTrue();
            assertNothingIsHeld(node, namespaces.create());
        }
    }

    /** Own leases and a plugin's addresses are kept apart, in whatever order they come. */
    @Test
    void ownLeasesKeepClearOfThePluginsAddresses(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        var _ = ScriptedIpam.giving(scripted.directory(), "10.244.1.3/29");
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            shim.add("delegated", namespaces.create(), conf());
            JsonNode first = shim.add("first", namespaces.create(), own());
            JsonNode second = shim.add("second", namespaces.create(), own());
            assertThat(first.at("/ips/0/address").asText()).isEqualTo("10.244.1.4/29");
            assertThat(second.at("/ips/0/address").asText()).isEqualTo("10.244.1.5/29");
            var _ = ScriptedIpam.giving(scripted.directory(), "10.244.1.5/29");
            assertThat(shim.refused("ADD", "clash", namespaces.create(), conf()).toString())
                    .contains("fairlead/second/eth0 holds it");
            assertThat(scripted.held()).containsExactly("delegated");
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @Test
    void gcTakesBackWhatTheRuntimeForgot(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            shim.add("forgotten", pod, conf());
            ObjectNode gc = conf();
            gc.putArray("cni.dev/valid-attachments");
            shim.succeed(
                    "GC",
                    "",
                    pod,
                    own().put("name", "other").set("cni.dev/valid-attachments", gc.get("cni.dev/valid-attachments")));
            assertThat(scripted.held()).as("another network's GC").containsExactly("forgotten");
            shim.succeed("GC", "", pod, gc);
            assertThat(scripted.calls()).containsExactly("ADD forgotten", "DEL forgotten", "GC ");
            assertNothingIsHeld(node, pod);
            assertThat(agent.reconcile().isClean()).isTrue();
        }
    }

    @Test
    void aDamagedNoteIsPutAsideAndSaid(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            shim.add("c", pod, conf());
            assertThat(agent.found().isClean()).isTrue();
        }
        Path note = directory.resolve("state/delegated/net,c,eth0");
        assertThat(Files.getPosixFilePermissions(note)).hasSize(2);
        Files.writeString(note, "{\"version\":1,", StandardCharsets.UTF_8);
        Files.writeString(directory.resolve("state/delegated/net,d,eth0.new"), "half");
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(agent.found().findings()).hasSize(1);
            assertThat(agent.found().toString())
                    .contains("net,c,eth0 is damaged and was put aside as net,c,eth0.damaged-");
            shim.succeed("DEL", "c", pod, conf());
            assertThat(scripted.held()).isEmpty();
        }
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(agent.found().isClean()).isTrue();
        }
    }
}
