package dev.fairlead.api.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.api.resource.Resource;
import dev.fairlead.api.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What groups, versions and resources there are, as clients ask for it ({@code meta/v1 APIGroupList, APIResourceList}). */
final class Discovery {
    static final List<String> ALL_VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    /** Reviews: only created, never kept. */
    record Review(String group, String kind, String plural) {}

    static final List<Review> REVIEWS = List.of(
            new Review("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews"),
            new Review("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
            new Review("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews"));

    private Discovery() {}

    static ObjectNode coreVersions(String address) {
        ObjectNode versions = JsonNodeFactory.instance.objectNode().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        versions.putArray("serverAddressByClientCIDRs")
                .addObject()
                .put("clientCIDR", "0.0.0.0/0")
                .put("serverAddress", address);
        return versions;
    }

    /** Named groups; all are of version v1. */
    static List<String> groups() {
        List<String> groups = new ArrayList<>();
        for (Resource resource : Resources.ALL) {
            if (!resource.group().isEmpty() && !groups.contains(resource.group())) {
                groups.add(resource.group());
            }
        }
        for (Review review : REVIEWS) {
            if (!groups.contains(review.group())) {
                groups.add(review.group());
            }
        }
        return groups;
    }

    static ObjectNode groupList() {
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        list.put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode all = list.putArray("groups");
        groups().forEach(group -> all.add(group(group)));
        return list;
    }

    static Optional<ObjectNode> findGroup(String name) {
        return groups().contains(name)
                ? Optional.of(group(name).put("kind", "APIGroup").put("apiVersion", "v1"))
                : Optional.empty();
    }

    private static ObjectNode group(String name) {
        ObjectNode group = JsonNodeFactory.instance.objectNode().put("name", name);
        group.putArray("versions").add(version(name));
        group.set("preferredVersion", version(name));
        return group;
    }

    private static ObjectNode version(String group) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("groupVersion", group + "/v1")
                .put("version", "v1");
    }

    static ObjectNode resources(String group) {
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        list.put("kind", "APIResourceList").put("apiVersion", "v1");
        list.put("groupVersion", group.isEmpty() ? "v1" : group + "/v1");
        ArrayNode all = list.putArray("resources");
        for (Resource resource : Resources.ALL) {
            if (resource.group().equals(group)) {
                add(all, resource);
            }
        }
        for (Review review : REVIEWS) {
            if (review.group().equals(group)) {
                all.addObject()
                        .put("name", review.plural())
                        .put("singularName", review.kind().toLowerCase(java.util.Locale.ROOT))
                        .put("namespaced", false)
                        .put("kind", review.kind())
                        .putArray("verbs")
                        .add("create");
            }
        }
        return list;
    }

    private static void add(ArrayNode all, Resource resource) {
        ObjectNode node = all.addObject()
                .put("name", resource.plural())
                .put("singularName", resource.singular())
                .put("namespaced", resource.namespaced())
                .put("kind", resource.kind());
        ArrayNode verbs = node.putArray("verbs");
        ALL_VERBS.forEach(verbs::add);
        if (!resource.shortNames().isEmpty()) {
            ArrayNode names = node.putArray("shortNames");
            resource.shortNames().forEach(names::add);
        }
        if (!resource.categories().isEmpty()) {
            ArrayNode categories = node.putArray("categories");
            resource.categories().forEach(categories::add);
        }
        for (String subresource : resource.subresources()) {
            ObjectNode sub = all.addObject()
                    .put("name", resource.plural() + "/" + subresource)
                    .put("singularName", "")
                    .put("namespaced", resource.namespaced())
                    .put("kind", subresourceKind(resource, subresource));
            ArrayNode allowed = sub.putArray("verbs");
            subresourceVerbs(subresource).forEach(allowed::add);
            if (subresource.equals("scale")) {
                sub.put("group", "autoscaling").put("version", "v1");
            } else if (subresource.equals("eviction")) {
                sub.put("group", "policy").put("version", "v1");
            }
        }
    }

    static String subresourceKind(Resource resource, String subresource) {
        return switch (subresource) {
            case "scale" -> "Scale";
            case "binding" -> "Binding";
            case "eviction" -> "Eviction";
            case "exec" -> "PodExecOptions";
            case "attach" -> "PodAttachOptions";
            case "portforward" -> "PodPortForwardOptions";
            default -> resource.kind();
        };
    }

    static List<String> subresourceVerbs(String subresource) {
        return switch (subresource) {
            case "log" -> List.of("get");
            case "binding", "eviction" -> List.of("create");
            case "exec", "attach", "portforward" -> List.of("create", "get");
            case "finalize" -> List.of("update");
            default -> List.of("get", "patch", "update");
        };
    }
}
