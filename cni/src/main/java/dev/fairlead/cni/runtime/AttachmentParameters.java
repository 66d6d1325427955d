package dev.fairlead.cni.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.Quote;
import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.Names;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the runtime says about one attachment (SPEC.md section 3, Attachment Parameters). CHECK and DEL have to repeat what
 * ADD was given.
 *
 * @param netns path of the container's network namespace; may be empty for DEL, when it is gone
 * @param capabilityArgs a plugin gets those that it declares as its capabilities
 */
public record AttachmentParameters(
        String containerId, String netns, String ifname, CniArgs args, Map<String, JsonNode> capabilityArgs) {

    public AttachmentParameters {
        capabilityArgs = Collections.unmodifiableMap(new LinkedHashMap<>(capabilityArgs));
    }

    /** Without arguments and capabilities. */
    public static AttachmentParameters of(String containerId, String netns, String ifname) {
        return new AttachmentParameters(containerId, netns, ifname, CniArgs.NONE, Map.of());
    }

    public Attachment attachment() {
        return new Attachment(containerId, ifname);
    }

    public AttachmentParameters with(CniArgs newArgs) {
        return new AttachmentParameters(containerId, netns, ifname, newArgs, capabilityArgs);
    }

    public AttachmentParameters withCapability(String name, JsonNode value) {
        Map<String, JsonNode> more = new LinkedHashMap<>(capabilityArgs);
        more.put(name, value);
        return new AttachmentParameters(containerId, netns, ifname, args, more);
    }

    /** Before anything is executed, or a file named after them: names that no plugin could accept are refused, code 4. */
    void requireValid() {
        require("container id", containerId, Names.problemOfIdentifier(containerId));
        require("interface name", ifname, Names.problemOfInterface(ifname));
    }

    private static void require(String what, String value, Optional<String> problem) {
        if (problem.isPresent()) {
            throw CniException.invalidEnvironment(what + " '" + Quote.of(value) + "' " + problem.get());
        }
    }
}
