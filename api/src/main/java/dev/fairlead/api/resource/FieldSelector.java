package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A field selector as requests write it: {@code status.phase=Running,spec.nodeName!=node-1}. Only fields that the real server
 * takes for the kind are taken.
 */
public record FieldSelector(List<Requirement> requirements) implements Predicate<JsonNode> {
    private static final Set<String> ALWAYS = Set.of("metadata.name", "metadata.namespace");
    private static final Map<String, Set<String>> OF_KIND = Map.of(
            "pods",
            Set.of(
                    "spec.nodeName",
                    "spec.restartPolicy",
                    "spec.schedulerName",
                    "spec.serviceAccountName",
                    "spec.hostNetwork",
                    "status.phase",
                    "status.podIP",
                    "status.nominatedNodeName"),
            "nodes",
            Set.of("spec.unschedulable"),
            "namespaces",
            Set.of("status.phase"),
            "services",
            Set.of("spec.clusterIP", "spec.type"),
            "secrets",
            Set.of("type"),
            "replicasets.apps",
            Set.of("status.replicas"),
            "events.events.k8s.io",
            Set.of(
                    "regarding.kind",
                    "regarding.namespace",
                    "regarding.name",
                    "regarding.uid",
                    "regarding.apiVersion",
                    "regarding.resourceVersion",
                    "regarding.fieldPath",
                    "reason",
                    "reportingController",
                    "type"),
            "events",
            Set.of(
                    "involvedObject.kind",
                    "involvedObject.namespace",
                    "involvedObject.name",
                    "involvedObject.uid",
                    "involvedObject.apiVersion",
                    "involvedObject.resourceVersion",
                    "involvedObject.fieldPath",
                    "reason",
                    "reportingComponent",
                    "source",
                    "type"));

    private record Requirement(String field, String value, boolean equal) {}

    public FieldSelector {
        requirements = List.copyOf(requirements);
    }

    /** @throws IllegalArgumentException in the real server's words */
    public static FieldSelector parse(Resource resource, String text) {
        List<Requirement> requirements = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (part.isBlank()) {
                continue;
            }
            int at = part.indexOf('=');
            if (at <= 0) {
                throw new IllegalArgumentException("invalid selector: '" + part + "'; can't understand '" + part + "'");
            }
            boolean equal = part.charAt(at - 1) != '!';
            String field = part.substring(0, equal ? at : at - 1).strip();
            String value =
                    part.substring(part.startsWith("==", at) ? at + 2 : at + 1).strip();
            if (!ALWAYS.contains(field)
                    && !OF_KIND.getOrDefault(resource.name(), Set.of()).contains(field)) {
                throw new IllegalArgumentException("field label not supported: " + field);
            }
            requirements.add(new Requirement(field, value, equal));
        }
        return new FieldSelector(requirements);
    }

    @Override
    public boolean test(JsonNode object) {
        for (Requirement requirement : requirements) {
            JsonNode at = object;
            for (String name : requirement.field().split("\\.", -1)) {
                at = at.path(name);
            }
            String value = at.isMissingNode() && requirement.field().matches(".*(hostNetwork|unschedulable)")
                    ? "false"
                    : at.asText();
            if (value.equals(requirement.value()) != requirement.equal()) {
                return false;
            }
        }
        return true;
    }
}
