package dev.fairlead.cni.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A plugin configuration object, as it stands in a network's configuration (SPEC.md section 1).
 *
 * @param type the plugin's file name
 * @param capabilities those that it declares with {@code true}, in the order given
 * @param json the whole object, unknown members included; not to be changed
 */
public record PluginConf(String type, Set<String> capabilities, ObjectNode json) {

    static PluginConf read(JsonNode value, String path) {
        Fields fields = Fields.of(value, path);
        String type = fields.text("type");
        Names.problemOfType(type).ifPresent(problem -> {
            throw fields.invalid("type", problem);
        });
        Set<String> capabilities = new LinkedHashSet<>();
        fields.object("capabilities").ifPresent(declared -> {
            for (var member : declared.node().properties()) {
                if (declared.flag(member.getKey())) {
                    capabilities.add(member.getKey());
                }
            }
        });
        return new PluginConf(type, capabilities, fields.node());
    }
}
