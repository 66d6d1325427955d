package dev.fairlead.api.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All of {@link Discovery} in two answers instead of one for each group (KEP-3352; kubernetes {@code
 * staging/src/k8s.io/api/apidiscovery/v2/types.go}). The versions v2 and v2beta1 have the same fields.
 */
final class AggregatedDiscovery {
    private static final String GROUP = "apidiscovery.k8s.io";
    private static final List<String> VERSIONS = List.of("v2", "v2beta1");

    private AggregatedDiscovery() {}

    /**
     * The version that a client asks for before it would take a plain document: it names all it can read, in its order.
     *
     * @param accept the header
     */
    static Optional<String> wanted(String accept) {
        for (String type : accept.split(",", -1)) {
            List<String> parts =
                    Arrays.stream(type.split(";", -1)).map(String::strip).toList();
            if (!parts.getFirst().equals("application/json")) {
                continue;
            }
            if (parts.stream().noneMatch(part -> part.startsWith("as="))) {
                return Optional.empty();
            }
            if (parts.contains("as=APIGroupDiscoveryList") && parts.contains("g=" + GROUP)) {
                Optional<String> version = VERSIONS.stream()
                        .filter(one -> parts.contains("v=" + one))
                        .findFirst();
                if (version.isPresent()) {
                    return version;
                }
            }
        }
        return Optional.empty();
    }

    /** @param groups whose names; the core's is empty */
    static Reply reply(String version, List<String> groups) {
        ObjectNode list = JsonNodeFactory.instance
                .objectNode()
                .put("kind", "APIGroupDiscoveryList")
                .put("apiVersion", GROUP + "/" + version);
        list.putObject("metadata");
        ArrayNode items = list.putArray("items");
        groups.forEach(group -> items.add(group(group)));
        // Clients go by these words, not by the document's own.
        String type = "application/json;g=" + GROUP + ";v=" + version + ";as=APIGroupDiscoveryList";
        return new Reply.Stream(type, false, out -> out.write(ApiRequest.JSON.writeValueAsBytes(list)));
    }

    private static ObjectNode group(String name) {
        ObjectNode group = JsonNodeFactory.instance.objectNode();
        ObjectNode meta = group.putObject("metadata");
        if (!name.isEmpty()) {
            meta.put("name", name);
        }
        ObjectNode version = group.putArray("versions").addObject().put("version", "v1");
        ArrayNode resources = version.putArray("resources");
        for (Resource resource : Resources.ALL) {
            if (resource.group().equals(name)) {
                resources.add(resource(resource));
            }
        }
        for (Discovery.Review review : Discovery.REVIEWS) {
            if (review.group().equals(name)) {
                resources.add(review(review));
            }
        }
        version.put("freshness", "Current");
        return group;
    }

    private static ObjectNode resource(Resource resource) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("resource", resource.plural());
        kind(node, resource.group(), resource.version(), resource.kind());
        node.put("scope", resource.namespaced() ? "Namespaced" : "Cluster")
                .put("singularResource", resource.singular());
        texts(node, "verbs", Discovery.ALL_VERBS);
        texts(node, "shortNames", resource.shortNames());
        texts(node, "categories", resource.categories());
        if (!resource.subresources().isEmpty()) {
            ArrayNode subresources = node.putArray("subresources");
            resource.subresources().forEach(name -> subresources.add(subresource(resource, name)));
        }
        return node;
    }

    private static ObjectNode subresource(Resource resource, String name) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("subresource", name);
        String group = switch (name) {
            case "scale" -> "autoscaling";
            case "eviction" -> "policy";
            default -> resource.group();
        };
        kind(node, group, "v1", Discovery.subresourceKind(resource, name));
        texts(node, "verbs", Discovery.subresourceVerbs(name));
        return node;
    }

    private static ObjectNode review(Discovery.Review review) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("resource", review.plural());
        kind(node, review.group(), "v1", review.kind());
        node.put("scope", "Cluster").put("singularResource", review.kind().toLowerCase(Locale.ROOT));
        texts(node, "verbs", List.of("create"));
        return node;
    }

    private static void kind(ObjectNode node, String group, String version, String kind) {
        node.putObject("responseKind")
                .put("group", group)
                .put("version", version)
                .put("kind", kind);
    }

    private static void texts(ObjectNode node, String field, List<String> texts) {
        if (!texts.isEmpty()) {
            ArrayNode all = node.putArray(field);
            texts.forEach(all::add);
        }
    }
}
