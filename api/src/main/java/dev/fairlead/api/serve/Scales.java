package dev.fairlead.api.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.ApiException;
import dev.fairlead.api.Registry;
import dev.fairlead.api.patch.JsonPatch;
import dev.fairlead.api.patch.MergePatch;
import dev.fairlead.api.resource.FieldError;
import java.util.ArrayList;
import java.util.List;

/** {@code scale} of Deployments and ReplicaSets: an {@code autoscaling/v1 Scale} in place of the object. */
final class Scales {
    private final Registry registry;

    Scales(Registry registry) {
        this.registry = registry;
    }

    Reply serve(Target target, ApiRequest request) {
        return switch (request.method()) {
            case "GET" -> Reply.Document.ok(scale(registry.get(target.resource(), target.namespace(), target.name())));
            case "PUT" -> {
                JsonNode wanted = request.document();
                yield change(target, request, before -> wanted);
            }
            case "PATCH" -> {
                JsonNode patch = request.document();
                boolean json = request.contentType().startsWith("application/json-patch+json");
                yield change(
                        target,
                        request,
                        before -> json ? JsonPatch.apply(before, patch) : MergePatch.apply(before, patch));
            }
            default ->
                throw ApiException.methodNotAllowed("the server does not allow this method on the requested resource");
        };
    }

    private interface Change {
        JsonNode of(ObjectNode scale);
    }

    private Reply change(Target target, ApiRequest request, Change change) {
        var written = registry.update(
                target.resource(),
                target.namespace(),
                target.name(),
                "",
                before -> {
                    JsonNode wanted = change.of(scale(before));
                    JsonNode replicas = wanted.path("spec").path("replicas");
                    if (replicas.isNumber() && replicas.asInt() < 0) {
                        throw ApiException.invalid(
                                target.resource(),
                                target.name(),
                                List.of(FieldError.invalid(
                                        "spec.replicas", replicas, "must be greater than or equal to 0")));
                    }
                    ObjectNode after = before.deepCopy();
                    JsonNode version = wanted.path("metadata").path("resourceVersion");
                    if (version.isTextual()) {
                        after.withObjectProperty("metadata").set("resourceVersion", version);
                    }
                    after.withObjectProperty("spec").put("replicas", replicas.asInt());
                    return after;
                },
                request.query().writeOptions());
        return new Reply.Document(200, scale(written.object()), written.warnings());
    }

    private static ObjectNode scale(ObjectNode object) {
        ObjectNode scale = JsonNodeFactory.instance.objectNode();
        scale.put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        ObjectNode meta = scale.putObject("metadata");
        for (String field : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
            meta.set(field, object.path("metadata").path(field));
        }
        scale.putObject("spec")
                .put("replicas", object.path("spec").path("replicas").asInt());
        scale.putObject("status")
                .put("replicas", object.path("status").path("replicas").asInt())
                .put("selector", selector(object.path("spec").path("selector")));
        return scale;
    }

    private static String selector(JsonNode selector) {
        List<String> parts = new ArrayList<>();
        selector.path("matchLabels")
                .properties()
                .forEach(l -> parts.add(l.getKey() + "=" + l.getValue().asText()));
        return String.join(",", parts);
    }
}
