package dev.fairlead.api.serve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.api.ApiException;
import java.nio.charset.StandardCharsets;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** A body in YAML. */
final class Yaml {
    private Yaml() {}

    static JsonNode read(byte[] body) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(50);
        try {
            Object loaded = new org.yaml.snakeyaml.Yaml(new SafeConstructor(options))
                    .load(new String(body, StandardCharsets.UTF_8));
            return ApiRequest.JSON.valueToTree(loaded);
        } catch (YAMLException e) {
            throw ApiException.badRequest("error converting YAML to JSON: " + e.getMessage());
        }
    }
}
