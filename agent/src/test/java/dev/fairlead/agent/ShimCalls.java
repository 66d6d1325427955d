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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls an agent as the shim does.
 *
 * @param path {@code CNI_PATH}
 */
record ShimCalls(Path socket, List<Path> path) {
    ShimCalls {
        path = List.copyOf(path);
    }

    /** The environment of a call; {@code CNI_NETNS} is a path that other processes of this machine can open too. */
    Map<String, String> environment(String verb, String container, Netns pod) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_COMMAND", verb);
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_NETNS", netns(pod));
        environment.put(
                "CNI_PATH", String.join(":", path.stream().map(Path::toString).toList()));
        return environment;
    }

    static String netns(Netns pod) {
        return "/proc/" + ProcessHandle.current().pid() + "/fd/" + pod.fd().number();
    }

    PluginOutput call(String verb, String container, Netns pod, ObjectNode conf) {
        return call(environment(verb, container, pod), pod, conf.toString().getBytes(StandardCharsets.UTF_8));
    }

    PluginOutput call(Map<String, String> environment, Netns pod, byte[] stdin) {
        try (UnixSocket caller = UnixSocket.connect(socket.toString())) {
            caller.send(ShimFrames.encode(new ShimRequest(environment, stdin)), pod.fd());
            return ShimFrames.readAnswer(caller.input());
        }
    }

    /** As after the pod's namespace is gone. */
    PluginOutput delWithoutNetns(String container, ObjectNode conf) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_COMMAND", "DEL");
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_IFNAME", "eth0");
        environment.put(
                "CNI_PATH", String.join(":", path.stream().map(Path::toString).toList()));
        try (UnixSocket caller = UnixSocket.connect(socket.toString())) {
            caller.write(ShimFrames.encode(
                    new ShimRequest(environment, conf.toString().getBytes(StandardCharsets.UTF_8))));
            return ShimFrames.readAnswer(caller.input());
        }
    }

    JsonNode add(String container, Netns pod, ObjectNode conf) {
        PluginOutput output = call("ADD", container, pod, conf);
        assertThat(output.exitCode()).as(output.stdoutText()).isZero();
        return CniJson.read(output.stdout());
    }

    /** A call that succeeds without a word. */
    void succeed(String verb, String container, Netns pod, ObjectNode conf) {
        assertSilent(call(verb, container, pod, conf));
    }

    static void assertSilent(PluginOutput output) {
        assertThat(output.exitCode()).as(output.stdoutText()).isZero();
        assertThat(output.stdoutText()).isEmpty();
    }

    /** The error document of a call that fails. */
    JsonNode refused(String verb, String container, Netns pod, ObjectNode conf) {
        return refusal(call(verb, container, pod, conf));
    }

    static JsonNode refusal(PluginOutput output) {
        assertThat(output.exitCode()).as(output.stdoutText()).isEqualTo(1);
        return CniJson.read(output.stdout());
    }
}
