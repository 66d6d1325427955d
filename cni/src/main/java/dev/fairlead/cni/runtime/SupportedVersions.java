package dev.fairlead.cni.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.CniVersion;
import dev.fairlead.cni.ConfigException;
import dev.fairlead.cni.ErrorCode;
import java.util.List;
import java.util.TreeSet;

/** The answer to VERSION (SPEC.md section 5, VERSION Success). */
final class SupportedVersions {
    private SupportedVersions() {}

    /** Lowest first; what isn't a version is passed over. A plugin of 0.2.0 answers without the list and means two. */
    static List<CniVersion> read(byte[] text) {
        ObjectNode json = CniJson.object(text);
        JsonNode supported = json.path("supportedVersions");
        String own = json.path("cniVersion").asText("");
        if (own.isEmpty()) {
            throw new ConfigException(ErrorCode.DECODING_FAILURE, "cniVersion", "is missing");
        }
        if (!supported.isArray() || supported.isEmpty()) {
            if (own.equals("0.2.0")) {
                return List.of(CniVersion.UNSTATED, new CniVersion(0, 2, 0));
            }
            throw new ConfigException(ErrorCode.DECODING_FAILURE, "supportedVersions", "is missing");
        }
        TreeSet<CniVersion> versions = new TreeSet<>();
        for (JsonNode version : supported) {
            CniVersion.parse(version.asText("")).ifPresent(versions::add);
        }
        return List.copyOf(versions);
    }
}
