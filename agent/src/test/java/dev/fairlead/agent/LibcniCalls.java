package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.runtime.PluginExec;
import dev.fairlead.cni.runtime.PluginOutcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls the plugins of a list as libcni does (its libcni/api.go), without a line of our runtime: all six variables are
 * always set, {@code capabilities} stay in the configuration, and what a plugin prints goes on as it is.
 */
record LibcniCalls(PluginExec exec, List<Path> path) {
    LibcniCalls {
        path = List.copyOf(path);
    }

    /** The result of the last plugin. */
    JsonNode add(ObjectNode list, String container, String netns, ObjectNode capabilityArgs) {
        JsonNode result = CniJson.newObject();
        for (JsonNode plugin : list.get("plugins")) {
            ObjectNode conf = conf(list, plugin, capabilityArgs);
            if (!result.isEmpty()) {
                conf.set("prevResult", result);
            }
            result = CniJson.read(execute("ADD", conf, container, netns).stdout());
        }
        return result;
    }

    void check(ObjectNode list, String container, String netns, ObjectNode capabilityArgs, JsonNode result) {
        for (JsonNode plugin : list.get("plugins")) {
            ObjectNode conf = conf(list, plugin, capabilityArgs);
            conf.set("prevResult", result);
            assertThat(execute("CHECK", conf, container, netns).stdoutText()).isEmpty();
        }
    }

    void del(ObjectNode list, String container, String netns, ObjectNode capabilityArgs, JsonNode result) {
        List<JsonNode> plugins = new ArrayList<>();
        list.get("plugins").forEach(plugins::add);
        Collections.reverse(plugins);
        for (JsonNode plugin : plugins) {
            ObjectNode conf = conf(list, plugin, capabilityArgs);
            conf.set("prevResult", result);
            var _ = execute("DEL", conf, container, netns);
        }
    }

    private static ObjectNode conf(ObjectNode list, JsonNode plugin, ObjectNode capabilityArgs) {
        ObjectNode conf = plugin.deepCopy();
        conf.set("name", list.get("name"));
        conf.set("cniVersion", list.get("cniVersion"));
        ObjectNode runtimeConfig = CniJson.newObject();
        for (var capability : plugin.path("capabilities").properties()) {
            if (capability.getValue().asBoolean() && capabilityArgs.has(capability.getKey())) {
                runtimeConfig.set(capability.getKey(), capabilityArgs.get(capability.getKey()));
            }
        }
        if (!runtimeConfig.isEmpty()) {
            conf.set("runtimeConfig", runtimeConfig);
        }
        return conf;
    }

    private PluginOutput execute(String verb, ObjectNode conf, String container, String netns) {
        String type = conf.get("type").asText();
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        environment.put("CNI_COMMAND", verb);
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_NETNS", netns);
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_ARGS", "");
        environment.put(
                "CNI_PATH", String.join(":", path.stream().map(Path::toString).toList()));
        Path binary = path.stream()
                .map(directory -> directory.resolve(type))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        PluginOutcome outcome = exec.execute(binary, environment, CniJson.bytes(conf), Duration.ofSeconds(30));
        assertThat(outcome).isInstanceOf(PluginOutcome.Exited.class);
        PluginOutput output = ((PluginOutcome.Exited) outcome).output();
        assertThat(output.exitCode())
                .as("%s of %s: %s %s", verb, type, output.stdoutText(), output.stderrText())
                .isZero();
        return output;
    }
}
