package dev.fairlead.cni.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.Names;
import dev.fairlead.cni.protocol.NetConfList;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** libcni's {@code cniCacheV1}; {@code config} is base64, as Go writes bytes into JSON. */
final class CacheText {
    private static final String KIND = "cniCacheV1";

    private CacheText() {}

    static boolean isCurrent(ObjectNode json) {
        return json.path("kind").asText().equals(KIND);
    }

    static ObjectNode write(NetConfList list, AttachmentParameters parameters, AddResult result) {
        ObjectNode json = CniJson.newObject()
                .put("kind", KIND)
                .put("containerId", parameters.containerId())
                .put("config", Base64.getEncoder().encodeToString(list.text().getBytes(StandardCharsets.UTF_8)))
                .put("ifName", parameters.ifname())
                .put("networkName", list.name());
        if (!parameters.netns().isEmpty()) {
            json.put("netns", parameters.netns());
        }
        if (!parameters.args().isEmpty()) {
            ArrayNode pairs = CniJson.newArray();
            parameters
                    .args()
                    .values()
                    .forEach((key, value) ->
                            pairs.add(CniJson.newArray().add(key).add(value)));
            json.set("cniArgs", pairs);
        }
        if (!parameters.capabilityArgs().isEmpty()) {
            ObjectNode capabilities = CniJson.newObject();
            parameters.capabilityArgs().forEach(capabilities::set);
            json.set("capabilityArgs", capabilities);
        }
        json.set("result", result.json());
        return json;
    }

    /** @throws ConfigException when it lacks what every entry has */
    static CachedAttachment read(ObjectNode json) {
        String network = text(json, "networkName");
        String containerId = text(json, "containerId");
        String ifname = text(json, "ifName");
        require("networkName", Names.problemOfIdentifier(network).isEmpty());
        require("containerId", Names.problemOfIdentifier(containerId).isEmpty());
        require("ifName", Names.problemOfInterface(ifname).isEmpty());
        return new CachedAttachment(
                network,
                new AttachmentParameters(
                        containerId, text(json, "netns"), ifname, args(json.path("cniArgs")), capabilities(json)),
                config(text(json, "config")),
                json.path("result") instanceof ObjectNode result ? result : CniJson.newObject());
    }

    private static String text(ObjectNode json, String key) {
        return json.path(key).asText("");
    }

    private static CniArgs args(JsonNode pairs) {
        Map<String, String> args = new LinkedHashMap<>();
        for (JsonNode pair : pairs) {
            args.put(pair.path(0).asText(""), pair.path(1).asText(""));
        }
        return new CniArgs(args);
    }

    private static Map<String, JsonNode> capabilities(ObjectNode json) {
        Map<String, JsonNode> capabilities = new LinkedHashMap<>();
        for (var member : json.path("capabilityArgs").properties()) {
            capabilities.put(member.getKey(), member.getValue());
        }
        return capabilities;
    }

    private static String config(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw damaged("config");
        }
    }

    private static void require(String field, boolean valid) {
        if (!valid) {
            throw damaged(field);
        }
    }

    private static ConfigException damaged(String field) {
        return new ConfigException(ErrorCode.DECODING_FAILURE, field, "isn't what a " + KIND + " file has there");
    }
}
