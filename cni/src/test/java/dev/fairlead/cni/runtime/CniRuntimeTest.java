package dev.fairlead.cni.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.Json;
import dev.fairlead.cni.PluginException;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.runtime.ScriptedPlugins.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The appendix of SPEC.md, executed: a network of bridge, tuning and portmap, and what each plugin is given. */
class CniRuntimeTest {
    private static final String BRIDGE_RESULT = """
            "ips":[{"address":"10.1.0.5/16","gateway":"10.1.0.1","interface":2}],
            "routes":[{"dst":"0.0.0.0/0"}],
            "interfaces":[{"name":"cni0","mac":"00:11:22:33:44:55"},{"name":"veth3243","mac":"55:44:33:22:11:11"},
                          {"name":"eth0","mac":"99:88:77:66:55:44","sandbox":"/var/run/netns/blue"}],
            "dns":{"nameservers":["10.1.0.1"]}}""";
    private static final String TUNED_RESULT = BRIDGE_RESULT.replace("99:88:77:66:55:44", "00:11:22:33:44:66");
    private static final AttachmentParameters BLUE = AttachmentParameters.of("blue", "/var/run/netns/blue", "eth0")
            .with(CniArgs.of("argA=foo"))
            .withCapability("mac", Json.node("'00:11:22:33:44:66'"))
            .withCapability("portMappings", Json.node("[{'hostPort':8080,'containerPort':80,'protocol':'tcp'}]"))
            .withCapability("bandwidth", Json.node("{'ingressRate':1}"));

    @TempDir
    Path directory;

    private ScriptedPlugins plugins;
    private CniRuntime runtime;
    private NetConfList list;

    @BeforeEach
    void network() throws IOException {
        Path bin = Files.createDirectory(directory.resolve("bin"));
        plugins = new ScriptedPlugins(bin)
                .plugin("bridge", "{'cniVersion':'1.1.0'," + BRIDGE_RESULT)
                .plugin("tuning", "{'cniVersion':'1.1.0'," + TUNED_RESULT)
                .chained("portmap");
        runtime = new CniRuntime(
                plugins,
                List.of(directory.resolve("none"), bin),
                directory.resolve("cache"),
                Map.of("PATH", "/sbin", "CNI_COMMAND", "inherited"),
                Duration.ofSeconds(9));
        list = dbnet("'cniVersion':'1.1.0'");
    }

    private static NetConfList dbnet(String members) {
        return NetConfList.read(Json.bytes("{'name':'dbnet'," + members + """
                ,"plugins":[
                 {"type":"bridge","bridge":"cni0","keyA":["some more","plugin specific","configuration"],"number":1.50,
                  "ipam":{"type":"host-local","subnet":"10.1.0.0/16","gateway":"10.1.0.1"},"dns":{"nameservers":["10.1.0.1"]}},
                 {"type":"tuning","capabilities":{"mac":true,"bandwidth":false},"sysctl":{"net.core.somaxconn":"500"}},
                 {"type":"portmap","capabilities":{"portMappings":true,"ips":true}}]}"""));
    }

    private ObjectNode request(int index, String prevResult) {
        List<String> requests = List.of("""
                {"cniVersion":"1.1.0","name":"dbnet","type":"bridge","bridge":"cni0",
                 "keyA":["some more","plugin specific","configuration"],"number":1.50,
                 "ipam":{"type":"host-local","subnet":"10.1.0.0/16","gateway":"10.1.0.1"},"dns":{"nameservers":["10.1.0.1"]}}""", """
                {"cniVersion":"1.1.0","name":"dbnet","type":"tuning","sysctl":{"net.core.somaxconn":"500"},
                 "runtimeConfig":{"mac":"00:11:22:33:44:66"}}""", """
                {"cniVersion":"1.1.0","name":"dbnet","type":"portmap",
                 "runtimeConfig":{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}}""");
        ObjectNode request = Json.object(requests.get(index));
        if (!prevResult.isEmpty()) {
            request.set("prevResult", Json.node("{'cniVersion':'1.1.0'," + prevResult));
        }
        return request;
    }

    private void assertCalls(String... calls) {
        assertThat(plugins.calls).extracting(Call::toString).containsExactly(calls);
    }

    private Path cached() {
        return directory.resolve("cache/results/dbnet-blue-eth0");
    }

    @Test
    void addExecutesTheChainOfTheSpecificationsExample() {
        AddResult result = runtime.add(list, BLUE);
        assertThat(Json.node(result.bytes())).isEqualTo(Json.node("{'cniVersion':'1.1.0'," + TUNED_RESULT));
        assertCalls("ADD bridge", "ADD tuning", "ADD portmap");
        assertThat(plugins.calls.get(0).stdin()).isEqualTo(request(0, ""));
        assertThat(plugins.calls.get(1).stdin()).isEqualTo(request(1, BRIDGE_RESULT));
        assertThat(plugins.calls.get(2).stdin()).isEqualTo(request(2, TUNED_RESULT));
        assertThat(plugins.calls)
                .extracting(Call::environment)
                .containsOnly(Map.of(
                        "PATH", "/sbin",
                        "CNI_COMMAND", "ADD",
                        "CNI_CONTAINERID", "blue",
                        "CNI_NETNS", "/var/run/netns/blue",
                        "CNI_IFNAME", "eth0",
                        "CNI_ARGS", "argA=foo",
                        "CNI_PATH", directory.resolve("none") + ":" + directory.resolve("bin")));
    }

    @Test
    void checkGivesEveryPluginTheFinalResult() {
        runtime.add(list, BLUE);
        plugins.calls.clear();
        runtime.check(list, BLUE);
        assertCalls("CHECK bridge", "CHECK tuning", "CHECK portmap");
        for (int i = 0; i < 3; i++) {
            assertThat(plugins.calls.get(i).stdin()).isEqualTo(request(i, TUNED_RESULT));
        }
    }

    @Test
    void delGoesBackwardsWithTheFinalResult() {
        runtime.add(list, BLUE);
        plugins.calls.clear();
        runtime.del(list, BLUE);
        assertCalls("DEL portmap", "DEL tuning", "DEL bridge");
        for (int i = 0; i < 3; i++) {
            assertThat(plugins.calls.get(i).stdin()).isEqualTo(request(2 - i, TUNED_RESULT));
        }
        assertThat(cached()).doesNotExist();
        plugins.calls.clear();
        runtime.del(list, BLUE);
        assertThat(plugins.calls).hasSize(3).noneMatch(call -> call.stdin().has("prevResult"));
    }

    /** The format of libcni, so that either can clean up after the other. */
    @Test
    void theResultIsKeptAsLibcniKeepsIt() throws IOException {
        runtime.add(list, BLUE);
        JsonNode file = Json.node(Files.readAllBytes(cached()));
        ObjectNode expected = Json.object("""
                {"kind":"cniCacheV1","containerId":"blue","ifName":"eth0","networkName":"dbnet",
                 "netns":"/var/run/netns/blue","cniArgs":[["argA","foo"]],
                 "capabilityArgs":{"mac":"00:11:22:33:44:66",
                                   "portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}],
                                   "bandwidth":{"ingressRate":1}}}""");
        expected.set("result", Json.node("{'cniVersion':'1.1.0'," + TUNED_RESULT));
        expected.set("config", file.path("config"));
        assertThat(file).isEqualTo(expected);
        assertThat(Json.node(file.path("config").binaryValue()))
                .isEqualTo(Json.node(list.text().getBytes(StandardCharsets.UTF_8)));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cached())))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cached().getParent())))
                .isEqualTo("rwx------");
        try (var files = Files.walk(directory.resolve("cache"))) {
            assertThat(files.filter(Files::isRegularFile)).containsExactly(cached());
        }
        CachedAttachment entry = runtime.cache().attachments().getFirst();
        assertThat(entry.parameters()).isEqualTo(BLUE);
        assertThat(entry.network()).isEqualTo("dbnet");
        assertThat(runtime.cache().attachment("dbnet", BLUE.attachment())).contains(entry);
    }

    @Test
    void withoutArgumentsTheCachedFileHasNone() throws IOException {
        runtime.add(list, AttachmentParameters.of("blue", "", "eth0"));
        assertThat(Json.node(Files.readAllBytes(cached())).has("cniArgs")).isFalse();
        assertThat(Json.node(Files.readAllBytes(cached())).has("netns")).isFalse();
        assertThat(Json.node(Files.readAllBytes(cached())).has("capabilityArgs"))
                .isFalse();
    }

    @Test
    void aFailedAddStopsAndKeepsNothing() {
        plugins.plugin(
                "tuning",
                call -> call.verb().equals("ADD")
                        ? ScriptedPlugins.fail("{'cniVersion':'1.1.0','code':11,'msg':'busy','details':'wait'}")
                        : ScriptedPlugins.ok(""));
        assertThatThrownBy(() -> runtime.add(list, BLUE))
                .isInstanceOfSatisfying(PluginException.class, e -> {
                    assertThat(e.code()).isEqualTo(11);
                    assertThat(e.plugin()).isEqualTo("tuning");
                    assertThat(e.network()).isEqualTo("dbnet");
                    assertThat(e.failure()).isEqualTo(PluginException.Failure.REFUSED);
                })
                .hasMessage("plugin 'tuning' (" + directory.resolve("bin/tuning")
                        + ") failed ADD in network 'dbnet': busy; wait");
        assertCalls("ADD bridge", "ADD tuning");
        assertThat(cached()).doesNotExist();
        plugins.calls.clear();
        runtime.del(list, BLUE);
        assertCalls("DEL portmap", "DEL tuning", "DEL bridge");
        assertThat(plugins.calls).noneMatch(call -> call.stdin().has("prevResult"));
    }

    @Test
    void aFailedDelStopsAndCanBeRepeated() {
        runtime.add(list, BLUE);
        plugins.plugin("tuning", call -> ScriptedPlugins.fail("{'code':5,'msg':'no'}"));
        plugins.calls.clear();
        assertThatThrownBy(() -> runtime.del(list, BLUE)).hasMessageContaining("failed DEL in network 'dbnet': no");
        assertCalls("DEL portmap", "DEL tuning");
        assertThat(cached()).exists();
        plugins.plugin("tuning", "");
        plugins.calls.clear();
        runtime.del(list, BLUE);
        assertThat(plugins.calls).hasSize(3).allMatch(call -> call.stdin().has("prevResult"));
        assertThat(cached()).doesNotExist();
    }

    @Test
    void before04ThereIsNeitherCheckNorPrevResultOnDel() {
        NetConfList old = dbnet("'cniVersion':'0.3.1'");
        AddResult result = runtime.add(old, BLUE);
        assertThat(result.cniVersion()).as("converted").isEqualTo(CniVersion.V0_3_1);
        assertThat(plugins.calls
                        .get(1)
                        .stdin()
                        .path("prevResult")
                        .path("ips")
                        .path(0)
                        .path("version")
                        .asText())
                .isEqualTo("4");
        plugins.calls.clear();
        assertThatThrownBy(() -> runtime.check(old, BLUE))
                .isInstanceOfSatisfying(
                        CniException.class, e -> assertThat(e.code()).isEqualTo(1))
                .hasMessageContaining("network 'dbnet' with cniVersion 0.3.1 doesn't have CHECK");
        runtime.del(old, BLUE);
        assertCalls("DEL portmap", "DEL tuning", "DEL bridge");
        assertThat(plugins.calls).noneMatch(call -> call.stdin().has("prevResult"));
        assertThat(cached()).doesNotExist();
    }

    @Test
    void disableCheckIsObeyed() {
        NetConfList unchecked = dbnet("'cniVersion':'1.1.0','disableCheck':'true'");
        runtime.check(unchecked, BLUE);
        assertThat(plugins.calls).isEmpty();
    }

    @Test
    void checkNeedsAnAddAndStopsAtTheFirstFailure() {
        assertThatThrownBy(() -> runtime.check(list, BLUE))
                .hasMessageContaining("container blue, interface eth0 isn't in network 'dbnet'")
                .hasMessageContaining(cached().toString());
        runtime.add(list, BLUE);
        plugins.plugin("bridge", call -> ScriptedPlugins.fail("{'code':100,'msg':'eth0 is gone'}"));
        plugins.calls.clear();
        assertThatThrownBy(() -> runtime.check(list, BLUE)).hasMessageContaining("eth0 is gone");
        assertCalls("CHECK bridge");
    }

    @Test
    void statusStopsAtTheFirstThatIsNotReadyWithItsOwnCode() {
        runtime.status(list);
        assertCalls("STATUS bridge", "STATUS tuning", "STATUS portmap");
        assertThat(plugins.calls.getFirst().stdin()).isEqualTo(request(0, ""));
        assertThat(plugins.calls.getFirst().environment())
                .containsEntry("CNI_CONTAINERID", "")
                .containsEntry("CNI_NETNS", "");
        plugins.calls.clear();
        plugins.plugin("tuning", call -> ScriptedPlugins.fail("{'code':51,'msg':'cut off'}"));
        assertThatThrownBy(() -> runtime.status(list))
                .isInstanceOfSatisfying(
                        CniException.class, e -> assertThat(e.code()).isEqualTo(51));
        assertCalls("STATUS bridge", "STATUS tuning");
        plugins.calls.clear();
        runtime.status(dbnet("'cniVersion':'1.0.0'"));
        assertThat(plugins.calls).isEmpty();
    }

    @Test
    void aResultWithoutVersionIsInTheListsAndNullIsEmpty() {
        plugins.plugin("bridge", "{'ips':[{'address':'10.1.0.5/16'}]}").chained("tuning");
        assertThat(runtime.add(dbnet("'cniVersion':'0.4.0'"), BLUE).cniVersion())
                .isEqualTo(CniVersion.V0_4_0);
        plugins.plugin("bridge", "null");
        assertThat(runtime.add(list, BLUE).ips()).isEmpty();
    }

    @Test
    void namesThatCouldLeaveTheCacheAreRefusedBeforeAnythingIsExecuted() {
        for (AttachmentParameters wrong : List.of(
                AttachmentParameters.of("../../x", "/n", "eth0"),
                AttachmentParameters.of("", "/n", "eth0"),
                AttachmentParameters.of("c", "/n", "a/b"),
                AttachmentParameters.of("c", "/n", ""))) {
            assertThatThrownBy(() -> runtime.add(list, wrong)).isInstanceOf(CniException.class);
            assertThatThrownBy(() -> runtime.del(list, wrong)).isInstanceOf(CniException.class);
            assertThatThrownBy(() -> runtime.check(list, wrong)).isInstanceOf(CniException.class);
        }
        assertThat(plugins.calls).isEmpty();
    }

    @Test
    void aDamagedCacheDoesNotKeepAContainerFromBeingDeleted() throws IOException {
        runtime.add(list, BLUE);
        Files.writeString(cached(), "{\"kind\":\"cniCacheV1\",");
        assertThatThrownBy(() -> runtime.check(list, BLUE)).hasMessageContaining(cached() + ", line 1, column");
        assertThat(runtime.cache().attachments()).isEmpty();
        plugins.calls.clear();
        runtime.del(list, BLUE);
        assertThat(plugins.calls).hasSize(3).noneMatch(call -> call.stdin().has("prevResult"));
        assertThat(cached()).doesNotExist();
    }

    /** Keys in Go's order, and the configuration in base64, as libcni 1.3 writes them; and the bare result of 0.7. */
    @Test
    void readsWhatLibcniCached() throws IOException {
        Files.createDirectories(cached().getParent());
        Files.writeString(
                cached(),
                "{\"kind\":\"cniCacheV1\",\"containerId\":\"blue\",\"config\":\"e30=\",\"ifName\":\"eth0\","
                        + "\"networkName\":\"dbnet\",\"netns\":\"/n\",\"cniArgs\":[[\"A\",\"1\"],[\"B\",\"\"]],"
                        + "\"capabilityArgs\":{\"ips\":[\"10.0.0.1\"]},\"result\":{\"cniVersion\":\"1.0.0\","
                        + "\"dns\":{},\"ips\":[{\"address\":\"10.1.0.5/16\"}]}}");
        assertThat(runtime.cache().attachments())
                .containsExactly(new CachedAttachment(
                        "dbnet",
                        new AttachmentParameters(
                                "blue", "/n", "eth0", CniArgs.of("A=1;B="), Map.of("ips", Json.node("['10.0.0.1']"))),
                        "{}",
                        Json.object("{'cniVersion':'1.0.0','dns':{},'ips':[{'address':'10.1.0.5/16'}]}")));
        assertThat(runtime.cache()
                        .result("dbnet", new Attachment("blue", "eth0"), CniVersion.V0_4_0)
                        .orElseThrow()
                        .json())
                .isEqualTo(Json.node("{'cniVersion':'0.4.0','ips':[{'version':'4','address':'10.1.0.5/16'}]}"));
        Files.writeString(
                cached(), "{\"cniVersion\":\"0.3.1\",\"ips\":[{\"version\":\"4\",\"address\":\"10.1.0.6/16\"}]}");
        assertThat(runtime.cache().attachments()).isEmpty();
        runtime.del(list, BLUE);
        assertThat(plugins.calls.getFirst().stdin().path("prevResult"))
                .isEqualTo(Json.node("{'cniVersion':'1.1.0','ips':[{'address':'10.1.0.6/16'}]}"));
    }

    @Test
    void aCacheThatCannotBeWrittenFailsTheAdd() throws IOException {
        Files.writeString(directory.resolve("cache"), "a file");
        assertThatThrownBy(() -> runtime.add(list, BLUE))
                .isInstanceOfSatisfying(
                        CniException.class, e -> assertThat(e.code()).isEqualTo(5))
                .hasMessageStartingWith(
                        "the result for container blue, interface eth0 in network 'dbnet' can't be kept in "
                                + cached());
    }

    @Test
    void versionsAreAskedForAndNegotiated() {
        plugins.plugin(
                        "bridge",
                        call -> ScriptedPlugins.ok(
                                "{'cniVersion':'1.1.0','supportedVersions':['0.1.0','0.4.0','1.0.0','x',7]}"))
                .plugin(
                        "tuning",
                        call -> ScriptedPlugins.ok("{'cniVersion':'1.1.0','supportedVersions':['0.3.1','0.4.0']}"))
                .plugin("portmap", call -> ScriptedPlugins.ok("{'cniVersion':'0.2.0'}"));
        assertThat(runtime.versions("bridge"))
                .containsExactly(CniVersion.of("0.1.0"), CniVersion.V0_4_0, CniVersion.V1_0_0);
        assertThat(plugins.calls.getFirst().stdin()).isEqualTo(Json.node("{'cniVersion':'1.1.0'}"));
        assertThat(plugins.calls.getFirst().environment())
                .containsEntry("CNI_COMMAND", "VERSION")
                .containsEntry("CNI_NETNS", "dummy")
                .containsEntry("CNI_IFNAME", "dummy")
                .containsEntry("CNI_PATH", "dummy");
        assertThat(runtime.versions("portmap")).containsExactly(CniVersion.of("0.1.0"), CniVersion.of("0.2.0"));
        NetConfList two = NetConfList.read(
                Json.bytes(
                        "{'name':'n','cniVersions':['0.3.1','0.4.0','1.0.0','1.1.0'],"
                                + "'plugins':[{'type':'bridge','capabilities':{'ips':true}},{'type':'tuning','capabilities':{'mac':true}}]}"));
        assertThat(runtime.negotiate(two).cniVersion()).isEqualTo(CniVersion.V0_4_0);
        assertThat(runtime.validate(runtime.negotiate(two))).isEqualTo(Set.of("ips", "mac"));
        assertThatThrownBy(() -> runtime.validate(two))
                .isInstanceOfSatisfying(
                        CniException.class, e -> assertThat(e.code()).isEqualTo(1))
                .hasMessage("network 'n' needs cniVersion 1.1.0, and plugin 'bridge' doesn't speak it;"
                        + " it speaks [0.1.0, 0.4.0, 1.0.0]");
        assertThatThrownBy(() -> runtime.negotiate(list))
                .hasMessageContaining("network 'dbnet' needs any of [1.1.0], and plugin 'bridge' doesn't speak it");
        plugins.plugin("bridge", call -> ScriptedPlugins.ok("{'cniVersion':'1.1.0'}"));
        assertThatThrownBy(() -> runtime.versions("bridge"))
                .hasMessageContaining(
                        "succeeded with VERSION, but its answer isn't a result: supportedVersions is missing");
    }
}
