package dev.fairlead.api.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import dev.fairlead.api.types.ApiField;
import dev.fairlead.api.types.ApiType;
import dev.fairlead.api.types.FieldType;
import dev.fairlead.api.types.FieldType.Scalar;
import dev.fairlead.api.types.Types;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The OpenAPI v3 documents of the API, one for each group and version: kubectl explains fields, validates and finds merge keys
 * by them. Holds what kubectl reads of paths, which is little.
 */
final class OpenApi {
    private static final String REF = "#/components/schemas/";

    private OpenApi() {}

    /** Where each document is, {@code /openapi/v3}. The hash changes with our version, so clients may keep documents. */
    static ObjectNode index(String hash) {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        ObjectNode paths = index.putObject("paths");
        paths.putObject("api/v1").put("serverRelativeURL", "/openapi/v3/api/v1?hash=" + hash);
        for (String group : Discovery.groups()) {
            String path = "apis/" + group + "/v1";
            paths.putObject(path).put("serverRelativeURL", "/openapi/v3/" + path + "?hash=" + hash);
        }
        return index;
    }

    static ObjectNode document(String group) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("openapi", "3.0.0");
        document.putObject("info").put("title", "Kubernetes").put("version", "v1");
        ObjectNode paths = document.putObject("paths");
        Set<String> needed = new LinkedHashSet<>();
        for (Resource resource : Resources.ALL) {
            if (resource.group().equals(group)) {
                paths(paths, resource);
                collect(resource.typeKey(), needed);
                collect(resource.typeKey() + "List", needed);
            }
        }
        collect("DeleteOptions", needed);
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        JsonNode descriptions = Types.descriptions();
        for (String key : needed) {
            ApiType type = Types.require(key);
            schemas.set(type.openApiName(), schema(type, descriptions.path(key)));
        }
        return document;
    }

    private static void collect(String key, Set<String> needed) {
        if (needed.add(key)) {
            for (ApiField field : Types.require(key).fields().values()) {
                collect(field.type(), needed);
            }
        }
    }

    private static void collect(FieldType type, Set<String> needed) {
        switch (type) {
            case FieldType.Ref ref -> collect(ref.key(), needed);
            case FieldType.ListOf list -> collect(list.item(), needed);
            case FieldType.MapOf map -> collect(map.value(), needed);
            case Scalar _ -> {}
        }
    }

    private static void paths(ObjectNode paths, Resource resource) {
        String root = (resource.group().isEmpty() ? "/api/v1/" : "/apis/" + resource.group() + "/v1/")
                + (resource.namespaced() ? "namespaces/{namespace}/" : "")
                + resource.plural();
        ObjectNode collection = paths.putObject(root);
        operation(collection, "get", "list", resource, List.of());
        operation(collection, "post", "post", resource, List.of("dryRun", "fieldManager", "fieldValidation"));
        ObjectNode one = paths.putObject(root + "/{name}");
        operation(one, "get", "get", resource, List.of());
        operation(one, "put", "put", resource, List.of("dryRun", "fieldManager", "fieldValidation"));
        operation(one, "patch", "patch", resource, List.of("dryRun", "fieldManager", "fieldValidation", "force"));
        operation(one, "delete", "delete", resource, List.of("dryRun", "gracePeriodSeconds", "propagationPolicy"));
    }

    private static void operation(
            ObjectNode path, String method, String action, Resource resource, List<String> parameters) {
        ObjectNode operation = path.putObject(method);
        operation.put("x-kubernetes-action", action);
        operation.set("x-kubernetes-group-version-kind", groupVersionKind(resource));
        for (String name : parameters) {
            operation
                    .withArrayProperty("parameters")
                    .addObject()
                    .put("name", name)
                    .put("in", "query")
                    .putObject("schema")
                    .put("type", "string");
        }
        operation.putObject("responses").putObject("200").put("description", "OK");
    }

    private static ObjectNode groupVersionKind(Resource resource) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("group", resource.group())
                .put("version", resource.version())
                .put("kind", resource.kind());
    }

    private static ObjectNode schema(ApiType type, JsonNode descriptions) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.put("description", descriptions.path("").asText()).put("type", "object");
        for (ApiField field : type.fields().values()) {
            if (field.required()) {
                schema.withArrayProperty("required").add(field.name());
            }
        }
        ObjectNode properties = schema.putObject("properties");
        for (ApiField field : type.fields().values()) {
            ObjectNode property =
                    described(of(field.type()), descriptions.path(field.name()).asText(), field.type());
            merging(property, field);
            properties.set(field.name(), property);
        }
        for (Resource resource : Resources.ALL) {
            if (resource.typeKey().equals(type.key())) {
                schema.withArrayProperty("x-kubernetes-group-version-kind").add(groupVersionKind(resource));
            } else if (type.key().equals(resource.typeKey() + "List")) {
                schema.withArrayProperty("x-kubernetes-group-version-kind")
                        .add(groupVersionKind(resource).put("kind", resource.kind() + "List"));
            }
        }
        return schema;
    }

    private static void merging(ObjectNode property, ApiField field) {
        if (field.mergeKey().isPresent()) {
            property.put("x-kubernetes-patch-strategy", field.retainKeys() ? "merge,retainKeys" : "merge");
            if (!field.mergeKey().get().isEmpty()) {
                property.put("x-kubernetes-patch-merge-key", field.mergeKey().get());
            }
        } else if (field.retainKeys()) {
            property.put("x-kubernetes-patch-strategy", "retainKeys");
        }
    }

    /** A reference can't have anything beside it, so it goes into an {@code allOf}. */
    private static ObjectNode described(ObjectNode schema, String description, FieldType type) {
        if (!(type instanceof FieldType.Ref)) {
            return schema.put("description", description);
        }
        ObjectNode around = JsonNodeFactory.instance.objectNode().put("description", description);
        around.putArray("allOf").add(schema);
        around.putObject("default");
        return around;
    }

    private static ObjectNode of(FieldType type) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        return switch (type) {
            case FieldType.Ref ref ->
                schema.put("$ref", REF + Types.require(ref.key()).openApiName());
            case FieldType.ListOf list -> {
                schema.put("type", "array");
                schema.set("items", of(list.item()));
                yield schema;
            }
            case FieldType.MapOf map -> {
                schema.put("type", "object");
                schema.set("additionalProperties", of(map.value()));
                yield schema;
            }
            case Scalar scalar ->
                switch (scalar) {
                    case STRING -> schema.put("type", "string");
                    case BYTES -> schema.put("type", "string").put("format", "byte");
                    case TIME, MICROTIME -> schema.put("type", "string").put("format", "date-time");
                    case INT32 -> schema.put("type", "integer").put("format", "int32");
                    case INT64 -> schema.put("type", "integer").put("format", "int64");
                    case NUMBER -> schema.put("type", "number").put("format", "double");
                    case BOOLEAN -> schema.put("type", "boolean");
                    case INT_OR_STRING -> {
                        schema.putArray("oneOf").addObject().put("type", "integer");
                        schema.withArrayProperty("oneOf").addObject().put("type", "string");
                        yield schema.put("format", "int-or-string");
                    }
                    case QUANTITY -> {
                        schema.putArray("oneOf").addObject().put("type", "string");
                        schema.withArrayProperty("oneOf").addObject().put("type", "number");
                        yield schema;
                    }
                    case ANY -> schema.put("type", "object");
                };
        };
    }
}
