package dev.fairlead.cni.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.Json;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.RuntimeConfig;
import dev.fairlead.cni.protocol.Sandbox;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PluginProtocolTest {
    private static final String CONF = "{'cniVersion':'1.1.0','name':'dbnet','type':'fairlead'}";
    private final RecordingPlugin plugin = new RecordingPlugin();

    private static String conf(String version, String members) {
        return "{'cniVersion':'" + version + "','name':'dbnet','type':'fairlead'" + members + "}";
    }

    private static JsonNode error(PluginOutput output, int code) {
        assertThat(output.exitCode()).isEqualTo(1);
        JsonNode json = Json.node(output.stdout());
        assertThat(json.path("code").intValue()).as(json.toString()).isEqualTo(code);
        assertThat(json.path("msg").asText()).isNotEmpty();
        return json;
    }

    private static void assertSilentSuccess(PluginOutput output) {
        assertThat(output).isEqualTo(new PluginOutput(0, new byte[0], new byte[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"})
    void addAnswersInExactlyTheVersionAskedFor(String version) {
        PluginOutput output = plugin.call("ADD", conf(version, ""));
        assertThat(output.exitCode()).isZero();
        assertThat(output.stderr()).isEmpty();
        JsonNode json = Json.node(output.stdout());
        assertThat(json)
                .isEqualTo(RecordingPlugin.result("/run/netns/c1")
                        .as(CniVersion.of(version))
                        .json());
        assertThat(json.path("cniVersion").asText()).isEqualTo(version);
        assertThat(json.path("ips").path(0).has("version")).isEqualTo(version.startsWith("0."));
        assertThat(json.path("interfaces").path(0).has("mtu")).isEqualTo(version.equals("1.1.0"));
        assertThat(json.path("routes").path(0).has("mtu")).isEqualTo(version.equals("1.1.0"));
    }

    @Test
    void addIsGivenEverything() {
        plugin.call(
                "ADD",
                conf(
                        "1.1.0",
                        ",'runtimeConfig':{'mac':'c2:11:22:33:44:55'},'prevResult':{'interfaces':[{'name':'x'}]},'k':[1]"),
                "CNI_ARGS=K8S_POD_NAME=web",
                "TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        AddRequest request = plugin.last(AddRequest.class);
        assertThat(request.attachment()).isEqualTo(new Attachment("c1", "eth0"));
        assertThat(request.sandbox()).isEqualTo(Sandbox.at("/run/netns/c1"));
        assertThat(request.args().podName()).isEqualTo("web");
        assertThat(request.runtimeConfig().mac()).isPresent();
        assertThat(request.prevResult().orElseThrow().interfaces()).hasSize(1);
        assertThat(request.conf().member("k")).contains(Json.node("[1]"));
        assertThat(request.call().environment().traceparent()).isPresent();
        assertThat(request.call().environment().path()).containsExactly("/opt/cni/bin");
        assertThat(Json.node(request.call().stdin())).isEqualTo(request.conf().json());
    }

    @Test
    void aDescriptorOfTheNamespaceIsHandedOn() {
        new PluginProtocol(plugin, s -> false)
                .answer(
                        Map.of("CNI_COMMAND", "ADD", "CNI_CONTAINERID", "c", "CNI_NETNS", "/n", "CNI_IFNAME", "e"),
                        Json.bytes(CONF),
                        OptionalInt.of(42));
        assertThat(plugin.last(AddRequest.class).sandbox()).isEqualTo(new Sandbox("/n", OptionalInt.of(42)));
    }

    @Test
    void theOtherVerbsSayNothingWhenTheySucceed() {
        assertSilentSuccess(plugin.call("DEL", CONF));
        assertSilentSuccess(plugin.call("CHECK", conf("1.1.0", ",'prevResult':{}")));
        assertSilentSuccess(plugin.call("STATUS", CONF));
        assertSilentSuccess(plugin.call("GC", conf("1.1.0", ",'cni.dev/valid-attachments':[]")));
        assertThat(plugin.requests)
                .extracting(Object::getClass)
                .containsExactly(DelRequest.class, CheckRequest.class, StatusRequest.class, GcRequest.class);
    }

    @Test
    void versionEchoesWhatItWasAskedWith() {
        for (String version : new String[] {"0.1.0", "0.4.0", "1.1.0", "9.9.9"}) {
            PluginOutput output = plugin.call("VERSION", "{'cniVersion':'" + version + "'}");
            assertThat(output.exitCode()).isZero();
            assertThat(Json.node(output.stdout()))
                    .isEqualTo(Json.node("{'cniVersion':'" + version
                            + "','supportedVersions':['0.3.0','0.3.1','0.4.0','1.0.0','1.1.0']}"));
        }
        assertThat(Json.node(plugin.call("VERSION", "").stdout())
                        .path("cniVersion")
                        .asText())
                .isEqualTo("1.1.0");
        assertThat(Json.node(plugin.call("VERSION", "{}").stdout())
                        .path("cniVersion")
                        .asText())
                .isEqualTo("1.1.0");
        error(plugin.call("VERSION", "oops"), 6);
        assertThat(plugin.requests).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0.1.0,ADD", "0.2.0,DEL", "2.0.0,ADD", "1.2.0,STATUS", "0.3.2,CHECK", "9.0.0,GC"})
    void anUnknownVersionIsCode1(String version, String verb) {
        JsonNode error = error(plugin.call(verb, conf(version, "")), 1);
        assertThat(error.path("msg").asText()).contains(version);
        assertThat(error.path("details").asText()).contains("[0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0]");
        assertThat(error.path("cniVersion").asText()).isEqualTo("1.1.0");
        assertThat(plugin.requests).isEmpty();
    }

    @Test
    void aMissingVersionIsAnOldOne() {
        assertThat(error(plugin.call("ADD", "{'name':'n'}"), 1).path("msg").asText())
                .contains("0.1.0");
    }

    @ParameterizedTest
    @CsvSource({"0.3.0,CHECK", "0.3.1,CHECK", "0.3.1,GC", "1.0.0,GC", "0.4.0,STATUS", "1.0.0,STATUS"})
    void aVerbThatTheVersionDoesNotHaveIsCode1(String version, String verb) {
        JsonNode error = error(plugin.call(verb, conf(version, ",'prevResult':{},'cni.dev/valid-attachments':[]")), 1);
        assertThat(error.path("msg").asText()).contains(version).contains(verb);
        assertThat(error.path("cniVersion").asText()).isEqualTo(version);
        assertThat(plugin.requests).isEmpty();
    }

    @Test
    void theFirstVersionOfAVerbHasIt() {
        assertSilentSuccess(plugin.call("CHECK", conf("0.4.0", ",'prevResult':{}")));
        assertSilentSuccess(plugin.call("STATUS", conf("1.1.0", "")));
    }

    @Test
    void environmentComesBeforeConfiguration() {
        JsonNode error = error(plugin.call("ADD", "oops", "CNI_NETNS=", "CNI_IFNAME="), 4);
        assertThat(error.path("msg").asText()).contains("CNI_NETNS").contains("CNI_IFNAME");
        error(plugin.call("", CONF), 4);
        error(plugin.call("UPDATE", CONF), 4);
        error(plugin.call("ADD", CONF, "CNI_CONTAINERID=../x"), 4);
        error(plugin.call("ADD", CONF, "CNI_ARGS=x"), 4);
        error(plugin.call("ADD", "", "CNI_ARGS="), 6);
        error(plugin.call("ADD", "{'cniVersion':'1.1.0'}"), 7);
    }

    @Test
    void checkNeedsPrevResult() {
        assertThat(error(plugin.call("CHECK", CONF), 7).path("msg").asText()).startsWith("prevResult is missing");
    }

    /** A DEL that fails over an argument it doesn't need would keep the pod in Terminating for ever. */
    @Test
    void delPassesOverWhatItCanDoWithout() {
        PluginOutput output = plugin.call(
                "DEL",
                conf("1.1.0", ",'prevResult':{'ips':[{'address':'x'}]},'runtimeConfig':{'portMappings':7}"),
                "CNI_ARGS=oops",
                "CNI_NETNS=");
        assertThat(output.exitCode()).isZero();
        assertThat(output.stdout()).isEmpty();
        assertThat(output.stderrText())
                .contains("CNI_ARGS")
                .contains("runtimeConfig.portMappings")
                .contains("prevResult.ips[0].address");
        DelRequest request = plugin.last(DelRequest.class);
        assertThat(request.sandbox()).isEmpty();
        assertThat(request.args()).isEqualTo(CniArgs.NONE);
        assertThat(request.runtimeConfig()).isEqualTo(RuntimeConfig.NONE);
        assertThat(request.prevResult()).isEmpty();
    }

    @Test
    void gcIsGivenTheValidAttachments() {
        plugin.call("GC", conf("1.1.0", ",'cni.dev/valid-attachments':[{'containerID':'a','ifname':'eth0'}]"));
        assertThat(plugin.last(GcRequest.class).validAttachments()).isEqualTo(Set.of(new Attachment("a", "eth0")));
        assertThat(plugin.last(GcRequest.class).conf().name()).isEqualTo("dbnet");
    }

    @Test
    void aFailureOfThePluginIsItsDocument() {
        plugin.before = () -> {
            throw new CniException(
                    ErrorCode.TRY_AGAIN_LATER, "no address is free", "10.244.1.0/24 has 254, all are taken");
        };
        PluginOutput output = plugin.call("ADD", conf("0.4.0", ""));
        assertThat(output.exitCode()).isEqualTo(1);
        assertThat(Json.node(output.stdout()))
                .isEqualTo(Json.node("{'cniVersion':'0.4.0','code':11,'msg':'no address is free',"
                        + "'details':'10.244.1.0/24 has 254, all are taken'}"));
        plugin.before = () -> {
            throw CniException.notAvailable("the agent is starting", "");
        };
        error(plugin.call("STATUS", CONF), 50);
        plugin.before = () -> {
            throw CniException.limitedConnectivity("the bridge is gone", "");
        };
        error(plugin.call("STATUS", CONF), 51);
        plugin.before = () -> {
            throw new CniException(123, "ours", "");
        };
        error(plugin.call("DEL", CONF), 123);
    }

    @Test
    void anyFaultIsCode999WithoutATrace() {
        for (Throwable fault : new Throwable[] {
            new IllegalStateException("oops\n\tat x.y(Z.java:1)"),
            new StackOverflowError(),
            new OutOfMemoryError("heap"),
            new NoClassDefFoundError("a/B"),
            new AssertionError()
        }) {
            plugin.before = () -> PluginProtocolTest.<RuntimeException>sneak(fault);
            PluginOutput output = plugin.call("ADD", CONF);
            JsonNode error = error(output, 999);
            assertThat(error.path("msg").asText())
                    .startsWith("ADD failed because of a fault in Fairlead: "
                            + fault.getClass().getName())
                    .doesNotContain("\n");
            assertThat(output.stdoutText()).doesNotContain("\\n").doesNotContain("PluginProtocolTest");
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> void sneak(Throwable fault) throws T {
        throw (T) fault;
    }

    @Test
    void aResultThatNamesAnInterfaceItDoesNotHaveNeverLeaves() {
        CniPlugin wrong = new CniPluginOfOneResult(RecordingPlugin.result("/n").withInterfaces(List.of()));
        PluginOutput output = new PluginProtocol(wrong, s -> false)
                .answer(
                        Map.of("CNI_COMMAND", "ADD", "CNI_CONTAINERID", "c", "CNI_NETNS", "/n", "CNI_IFNAME", "e"),
                        Json.bytes(CONF),
                        OptionalInt.empty());
        assertThat(error(output, 999).path("msg").asText()).contains("names interface 1 of 0");
    }

    @Test
    void framesAreServed() {
        ShimRequest request = new ShimRequest(Map.of("CNI_COMMAND", "STATUS"), Json.bytes(CONF));
        PluginProtocol protocol = new PluginProtocol(plugin, s -> false);
        byte[] answer = protocol.serve(new ByteArrayInputStream(ShimFrames.encode(request)), OptionalInt.empty());
        assertSilentSuccess(ShimFrames.readAnswer(new ByteArrayInputStream(answer)));
        byte[] refusal = protocol.serve(
                new ByteArrayInputStream("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.UTF_8)), OptionalInt.empty());
        error(ShimFrames.readAnswer(new ByteArrayInputStream(refusal)), 6);
    }

    @Test
    void anAnswerTooLongForAFrameIsAFaultOfOurs() {
        String huge = "x".repeat(ShimFrames.MAX_STREAM);
        plugin.before = () -> {
            throw new CniException(100, huge, "");
        };
        ShimRequest request = new ShimRequest(Map.of("CNI_COMMAND", "STATUS"), Json.bytes(CONF));
        byte[] answer = new PluginProtocol(plugin, s -> false)
                .serve(new ByteArrayInputStream(ShimFrames.encode(request)), OptionalInt.empty());
        error(ShimFrames.readAnswer(new ByteArrayInputStream(answer)), 999);
    }

    @Test
    void aConfigurationsFieldIsNamed() {
        JsonNode error = error(plugin.call("ADD", conf("1.1.0", ",'runtimeConfig':{'mac':7}")), 6);
        assertThat(error.path("msg").asText()).isEqualTo("runtimeConfig.mac should be a string, is 7");
        plugin.before = () -> {
            throw new ConfigException(ErrorCode.INVALID_CONFIG, "socket", "should be an absolute path");
        };
        assertThat(error(plugin.call("ADD", CONF), 7).path("msg").asText())
                .isEqualTo("socket should be an absolute path");
    }
}
