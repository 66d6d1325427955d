package dev.fairlead.cni.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.Json;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.Sandbox;
import dev.fairlead.cni.runtime.NetConfFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What authors of plugins get wrong, as far as the protocol can keep them from it. */
class MistakesTest {
    private static final String CONF = "{'cniVersion':'1.1.0','name':'net','type':'fairlead'}";
    private final RecordingPlugin plugin = new RecordingPlugin();

    private static int code(PluginOutput output) {
        return Json.node(output.stdout()).path("code").intValue();
    }

    @Test
    @DisplayName("1: DEL without a namespace reaches the plugin, which has everything to release the address")
    void delWithoutNamespace() {
        assertThat(plugin.call("DEL", CONF, "CNI_NETNS=").exitCode()).isZero();
        new PluginProtocol(plugin, sandbox -> false)
                .answer(
                        Map.of("CNI_COMMAND", "DEL", "CNI_CONTAINERID", "c1", "CNI_IFNAME", "eth0"),
                        Json.bytes(CONF),
                        OptionalInt.empty());
        assertThat(plugin.requests).hasSize(2).allSatisfy(request -> {
            assertThat(((DelRequest) request).sandbox()).isEmpty();
            assertThat(((DelRequest) request).attachment()).isEqualTo(new Attachment("c1", "eth0"));
        });
    }

    @Test
    @DisplayName(
            "3: DEL again and again, also with a prevResult that nobody can read, is never refused by the protocol")
    void repeatedDel() {
        for (String prevResult :
                new String[] {"{}", "null", "7", "{'cniVersion':'0.2.0'}", "{'ips':[{'address':'x'}]}"}) {
            String conf = "{'cniVersion':'1.1.0','name':'net','prevResult':" + prevResult + "}";
            for (int i = 0; i < 3; i++) {
                assertThat(plugin.call("DEL", conf).exitCode()).as(prevResult).isZero();
            }
        }
        assertThat(plugin.requests).hasSize(15);
    }

    @Test
    @DisplayName("5: a plugin in a chain that returns its prevResult returns all of it, unknown members too")
    void prevResultIsPassedOn() {
        String prevResult = """
                {"cniVersion":"1.0.0","interfaces":[{"name":"veth0","mtu":1500},{"name":"eth0","sandbox":"/n","new":[1]}],
                 "ips":[{"address":"10.0.0.2/24","gateway":"10.0.0.1","interface":1}],
                 "routes":[{"dst":"0.0.0.0/0","gw":"10.0.0.1"}],"dns":{"nameservers":["10.0.0.1"]},"future":{"x":1.0}}""";
        PluginOutput output = plugin.call("ADD", "{'cniVersion':'1.0.0','name':'net','prevResult':" + prevResult + "}");
        assertThat(Json.node(output.stdout())).isEqualTo(Json.node(prevResult));
    }

    @Test
    @DisplayName("5: an index that names no interface, or the host's interface inside a sandbox, doesn't get out")
    void indexesAndSandboxes() {
        JsonNode result = Json.node(plugin.call("ADD", CONF).stdout());
        for (JsonNode ip : result.path("ips")) {
            JsonNode owner = result.path("interfaces").path(ip.path("interface").intValue());
            assertThat(owner.path("name").asText()).isEqualTo("eth0");
            assertThat(owner.path("sandbox").asText()).isEqualTo("/run/netns/c1");
        }
        assertThat(result.path("interfaces").path(0).has("sandbox")).isFalse();
    }

    @Test
    @DisplayName("6: a plugin that answers in the latest version is converted to the one asked for")
    void resultInTheWrongVersion() {
        JsonNode result =
                Json.node(plugin.call("ADD", CONF.replace("1.1.0", "0.3.0")).stdout());
        assertThat(result.path("cniVersion").asText()).isEqualTo("0.3.0");
        assertThat(result.path("ips").path(0).path("version").asText()).isEqualTo("4");
        assertThat(result.toString()).doesNotContain("mtu");
    }

    @Test
    @DisplayName("12: a configuration that is being written under a temporary name isn't seen")
    void halfWrittenConfiguration(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("10-fairlead.conflist.tmp"), "{\"name\":");
        Files.writeString(directory.resolve(".10-fairlead.conflist.swp"), "x");
        Files.writeString(
                directory.resolve("20-other.conflist"),
                "{\"cniVersion\":\"1.0.0\",\"name\":\"other\",\"plugins\":[{\"type\":\"x\"}]}");
        assertThat(NetConfFiles.first(directory).name()).isEqualTo("other");
    }

    @Test
    @DisplayName("13: STATUS and GC concern no container and ask for none")
    void statusAndGcWithoutContainer() {
        PluginProtocol protocol = new PluginProtocol(plugin, sandbox -> true);
        assertThat(protocol.answer(Map.of("CNI_COMMAND", "STATUS"), Json.bytes(CONF), OptionalInt.empty())
                        .exitCode())
                .isZero();
        assertThat(protocol.answer(
                                Map.of(
                                        "CNI_COMMAND",
                                        "GC",
                                        "CNI_PATH",
                                        "/opt/cni/bin",
                                        "CNI_CONTAINERID",
                                        "",
                                        "CNI_NETNS",
                                        ""),
                                Json.bytes("{'cniVersion':'1.1.0','name':'net','cni.dev/valid-attachments':[]}"),
                                OptionalInt.empty())
                        .exitCode())
                .isZero();
        assertThat(plugin.requests).hasSize(2);
    }

    @Test
    @DisplayName(
            "14: one container has several attachments, told apart by the interface's name; the network's name is there")
    void attachmentsAreKeyedByInterfaceToo() {
        plugin.call("ADD", CONF);
        plugin.call("ADD", CONF.replace("'net'", "'other'"), "CNI_IFNAME=net1");
        assertThat(plugin.requests)
                .extracting(r -> ((AddRequest) r).conf().name() + " " + ((AddRequest) r).attachment())
                .containsExactly("net container c1, interface eth0", "other container c1, interface net1");
    }

    @Test
    @DisplayName(
            "15: the host's own namespace is refused by ADD and CHECK before anything is touched, and left alone by DEL")
    void hostNamespace() {
        PluginOutput add = plugin.call(sandbox -> true, "ADD", CONF);
        assertThat(code(add)).isEqualTo(8);
        assertThat(add.stdoutText()).contains("CNI_NETNS '/run/netns/c1' is the host's own network namespace");
        assertThat(code(plugin.call(sandbox -> true, "CHECK", CONF.replace("}", ",'prevResult':{}}"))))
                .isEqualTo(8);
        assertThat(plugin.requests).isEmpty();
        PluginOutput del = plugin.call(sandbox -> true, "DEL", CONF);
        assertThat(del.exitCode()).isZero();
        assertThat(del.stderrText()).contains("left alone");
        assertThat(plugin.last(DelRequest.class).sandbox()).isEmpty();
        assertThat(plugin.call(sandbox -> true, "ADD", CONF, "CNI_NETNS_OVERRIDE=1")
                        .exitCode())
                .isZero();
        assertThat(plugin.last(AddRequest.class).sandbox()).isEqualTo(Sandbox.at("/run/netns/c1"));
    }

    @Test
    @DisplayName("16: CHECK, DEL, GC and STATUS print nothing when they succeed")
    void nothingOnStandardOutput() {
        String everything = "{'cniVersion':'1.1.0','name':'net','prevResult':{},'cni.dev/valid-attachments':[]}";
        for (String verb : new String[] {"CHECK", "DEL", "GC", "STATUS"}) {
            PluginOutput output = plugin.call(verb, everything);
            assertThat(output.exitCode()).as(verb).isZero();
            assertThat(output.stdout()).as(verb).isEmpty();
        }
    }

    @Test
    @DisplayName("17: GC without a list is refused; an empty one reaches the plugin together with the network's name")
    void gcWithoutList() {
        assertThat(code(plugin.call("GC", CONF))).isEqualTo(7);
        assertThat(code(plugin.call("GC", CONF.replace("}", ",'cni.dev/valid-attachments':{}}"))))
                .isEqualTo(6);
        assertThat(plugin.requests).isEmpty();
        plugin.call("GC", CONF.replace("}", ",'cni.dev/valid-attachments':[]}"));
        assertThat(plugin.last(GcRequest.class).validAttachments()).isEqualTo(Set.of());
        assertThat(plugin.last(GcRequest.class).conf().name()).isEqualTo("net");
    }
}
