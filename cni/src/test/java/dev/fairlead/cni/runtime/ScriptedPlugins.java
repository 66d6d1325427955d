package dev.fairlead.cni.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.Json;
import dev.fairlead.cni.PluginOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Plugins that are functions of this JVM; an empty file stands for each, so that they can be found. */
final class ScriptedPlugins implements PluginExec {
    /** One execution: {@code stdin} is the request configuration. */
    record Call(String type, Map<String, String> environment, ObjectNode stdin) {
        String verb() {
            return environment.getOrDefault("CNI_COMMAND", "");
        }

        @Override
        public String toString() {
            return verb() + " " + type;
        }
    }

    final List<Call> calls = new ArrayList<>();
    private final Path directory;
    private final Map<String, Function<Call, PluginOutput>> scripts = new LinkedHashMap<>();

    ScriptedPlugins(Path directory) {
        this.directory = directory;
    }

    /** A plugin that does as {@code script} says. */
    ScriptedPlugins plugin(String type, Function<Call, PluginOutput> script) {
        try {
            Path file = directory.resolve(type);
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        scripts.put(type, script);
        return this;
    }

    /** A plugin that answers ADD with {@code result}, and everything else with success. */
    ScriptedPlugins plugin(String type, String result) {
        return plugin(type, call -> call.verb().equals("ADD") ? ok(result) : ok(""));
    }

    /** A plugin that answers ADD with its prevResult. */
    ScriptedPlugins chained(String type) {
        return plugin(
                type,
                call -> call.verb().equals("ADD")
                        ? new PluginOutput(0, CniJson.bytes(call.stdin().path("prevResult")), new byte[0])
                        : ok(""));
    }

    static PluginOutput ok(String stdout) {
        return new PluginOutput(0, Json.bytes(stdout), new byte[0]);
    }

    static PluginOutput fail(String stdout) {
        return new PluginOutput(1, Json.bytes(stdout), new byte[0]);
    }

    @Override
    public synchronized PluginOutcome execute(
            Path binary, Map<String, String> environment, byte[] stdin, Duration timeout) {
        String type = binary.getFileName().toString();
        Call call = new Call(type, Map.copyOf(environment), CniJson.object(stdin));
        calls.add(call);
        Function<Call, PluginOutput> script = scripts.get(type);
        if (script == null) {
            throw new AssertionError("no script for " + type);
        }
        return new PluginOutcome.Exited(script.apply(call));
    }
}
