package dev.fairlead.cni.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.protocol.PluginConf;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** From a plugin's configuration to what it reads on standard input (SPEC.md section 3, Deriving request configuration). */
final class RequestConf {
    private RequestConf() {}

    /** Name and version put in; everything else as it came. */
    static ObjectNode ofNetwork(NetConfList list, PluginConf plugin) {
        ObjectNode json = plugin.json().deepCopy();
        json.put("name", list.name());
        json.put("cniVersion", list.cniVersion().toString());
        return json;
    }

    /** For ADD, CHECK and DEL: with what the plugin is capable of and the runtime offers, and without its declaration. */
    static ObjectNode ofAttachment(
            NetConfList list, PluginConf plugin, AttachmentParameters parameters, Optional<AddResult> prevResult) {
        ObjectNode json = ofNetwork(list, plugin);
        json.remove("capabilities");
        ObjectNode runtimeConfig = runtimeConfig(plugin, parameters.capabilityArgs());
        if (!runtimeConfig.isEmpty()) {
            json.set("runtimeConfig", runtimeConfig);
        }
        prevResult.ifPresent(result -> json.set("prevResult", result.json()));
        return json;
    }

    private static ObjectNode runtimeConfig(PluginConf plugin, Map<String, JsonNode> offered) {
        ObjectNode json = CniJson.newObject();
        for (String capability : plugin.capabilities()) {
            JsonNode value = offered.get(capability);
            if (value != null) {
                json.set(capability, value);
            }
        }
        return json;
    }

    /** For GC: with the attachments that are still valid, under the name that the first text of 1.1.0 gave them too. */
    static ObjectNode ofGc(NetConfList list, PluginConf plugin, Set<Attachment> valid) {
        ObjectNode json = ofNetwork(list, plugin);
        ArrayNode attachments = CniJson.newArray();
        valid.forEach(attachment -> attachments.add(attachment.json()));
        json.set(NetConf.VALID_ATTACHMENTS, attachments);
        json.set(NetConf.LEGACY_ATTACHMENTS, attachments);
        return json;
    }
}
