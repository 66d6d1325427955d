package dev.fairlead.api.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.ApiException;
import dev.fairlead.api.Registry;
import dev.fairlead.api.WriteOptions;
import java.util.List;

/** What is created under a pod or a namespace and changes it: a binding to a node, an eviction, the end of finalizers. */
final class Bindings {
    private final Registry registry;

    Bindings(Registry registry) {
        this.registry = registry;
    }

    Reply bind(Target target, ApiRequest request) {
        String node = request.document().path("target").path("name").asText();
        registry.update(
                target.resource(),
                target.namespace(),
                target.name(),
                "binding",
                before -> {
                    String already = before.path("spec").path("nodeName").asText();
                    if (!already.isEmpty()) {
                        throw ApiException.conflict(
                                target.resource(),
                                target.name(),
                                "pod " + target.name() + " is already assigned to node \"" + already + "\"");
                    }
                    ObjectNode after = before.deepCopy();
                    after.withObjectProperty("spec").put("nodeName", node);
                    return after;
                },
                new WriteOptions(request.query().writeOptions().dryRun(), WriteOptions.UnknownFields.STRICT));
        return success();
    }

    Reply evict(Target target, ApiRequest request) {
        JsonNode options = request.document().path("deleteOptions");
        registry.delete(
                target.resource(),
                target.namespace(),
                target.name(),
                options.isObject() ? (ObjectNode) options : JsonNodeFactory.instance.objectNode(),
                request.query().writeOptions());
        return success();
    }

    private static Reply success() {
        ObjectNode status = JsonNodeFactory.instance.objectNode();
        status.put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Success").put("code", 201);
        return new Reply.Document(201, status, List.of());
    }

    /** A namespace with the finalizers that its {@code finalize} subresource was given. */
    static ObjectNode finalized(ObjectNode before, JsonNode wanted) {
        ObjectNode after = before.deepCopy();
        after.withObjectProperty("spec").set("finalizers", wanted.path("spec").path("finalizers"));
        if (wanted.path("spec").path("finalizers").isEmpty()) {
            after.withObjectProperty("spec").remove("finalizers");
        }
        return after;
    }
}
