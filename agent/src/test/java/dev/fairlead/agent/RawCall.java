package dev.fairlead.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.UnixSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Calls to an agent's socket without the program in between, for tests that make thousands. */
record RawCall(Path socket) {
    static Map<String, String> environment(String verb, String container) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_COMMAND", verb);
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_NETNS", "/var/run/netns/" + container);
        environment.put("CNI_PATH", "/opt/cni/bin");
        return environment;
    }

    byte[] frame(String verb, String container) {
        byte[] conf = Shim.plainConf(socket).getBytes(StandardCharsets.UTF_8);
        return ShimFrames.encode(new ShimRequest(environment(verb, container), conf));
    }

    UnixSocket connect() {
        return UnixSocket.connect(socket.toString());
    }

    PluginOutput call(String verb, String container, Netns pod) {
        try (UnixSocket caller = connect()) {
            caller.readTimeout(60);
            caller.send(frame(verb, container), pod.fd());
            return ShimFrames.readAnswer(caller.input());
        }
    }

    /** The first address. */
    String add(String container, Netns pod) {
        return succeed("ADD", container, pod).at("/ips/0/address").asText();
    }

    void del(String container, Netns pod) {
        var _ = succeed("DEL", container, pod);
    }

    private JsonNode succeed(String verb, String container, Netns pod) {
        PluginOutput output = call(verb, container, pod);
        if (output.exitCode() != 0) {
            throw new AssertionError(verb + " " + container + ": " + output.stdoutText());
        }
        return output.stdout().length == 0 ? CniJson.newObject() : CniJson.read(output.stdout());
    }
}
