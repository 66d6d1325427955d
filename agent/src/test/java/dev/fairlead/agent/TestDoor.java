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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Calls an agent through its socket as the shim does.
 *
 * @param directory where its socket and its state are
 */
record TestDoor(Path directory) {
    AgentConfig config(Netns node, String... podCidrs) {
        return AgentConfig.of(
                        "node-1", node, Stream.of(podCidrs).map(Prefix::of).toList())
                .withSocket(directory.resolve("cni.sock"))
                .withStateDirectory(directory.resolve("state"));
    }

    static ObjectNode conf(String cniVersion) {
        return CniJson.newObject()
                .put("cniVersion", cniVersion)
                .put("name", "fairlead")
                .put("type", "fairlead-cni");
    }

    /** A configuration with one capability filled in by the runtime, {@code value} as JSON text. */
    static ObjectNode asking(String cniVersion, String capability, String value) {
        ObjectNode conf = conf(cniVersion);
        conf.putObject("runtimeConfig").set(capability, json(value));
        return conf;
    }

    static JsonNode json(String text) {
        return CniJson.read(("{\"value\": " + text + "}").getBytes(StandardCharsets.UTF_8))
                .get("value");
    }

    PluginOutput call(String verb, String container, Netns pod, ObjectNode conf) {
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

    JsonNode add(String container, Netns pod, ObjectNode conf) {
        PluginOutput output = call("ADD", container, pod, conf);
        assertThat(output.exitCode()).as(output.stdoutText()).isZero();
        return CniJson.read(output.stdout());
    }

    /** The error document of a call that must fail. */
    JsonNode refused(String verb, String container, Netns pod, ObjectNode conf) {
        PluginOutput output = call(verb, container, pod, conf);
        assertThat(output.exitCode()).as(output.stdoutText()).isEqualTo(1);
        JsonNode error = CniJson.read(output.stdout());
        assertThat(error.get("cniVersion")).as(error.toString()).isEqualTo(conf.get("cniVersion"));
        return error;
    }

    void succeeds(String verb, String container, Netns pod, ObjectNode conf) {
        PluginOutput output = call(verb, container, pod, conf);
        assertThat(output.exitCode()).as(verb + ": " + output.stdoutText()).isZero();
    }

    /** The same configuration with a result in it, as for CHECK and DEL. */
    static ObjectNode with(ObjectNode conf, JsonNode prevResult) {
        ObjectNode copy = conf.deepCopy();
        copy.set("prevResult", prevResult);
        return copy;
    }

    static List<String> texts(JsonNode list, String member) {
        return list.valueStream().map(entry -> entry.path(member).asText()).toList();
    }
}
