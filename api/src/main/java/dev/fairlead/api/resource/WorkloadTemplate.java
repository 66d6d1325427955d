package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What Deployments and ReplicaSets have in common: a number of pods, a selector, and a template that it selects. */
final class WorkloadTemplate {
    private WorkloadTemplate() {}

    static void defaults(ObjectNode object) {
        ObjectNode spec = Defaults.object(object, "spec");
        Defaults.number(spec, "replicas", 1);
        ObjectNode template = Defaults.object(spec, "template");
        PodSpecRules.defaults(Defaults.object(template, "spec"));
    }

    static void validate(Cursor spec, String kind) {
        spec.at("replicas").notNegative();
        spec.at("minReadySeconds").notNegative();
        Cursor selector = spec.at("selector");
        Cursor labels = spec.at("template").at("metadata").at("labels");
        if (!selector.isThere()) {
            selector.required("");
        } else {
            selector.selector();
            if (selector.at("matchLabels").node().isEmpty()
                    && selector.at("matchExpressions").node().isEmpty()) {
                selector.invalid(selector.node(), "empty selector is invalid for " + kind);
            } else if (!Selector.of(selector.node()).fits(labels.node())) {
                labels.invalid(
                        labels.isThere() ? labels.node() : JsonNodeFactory.instance.objectNode(),
                        "`selector` does not match template `labels`");
            }
        }
        labels.labels();
        Cursor pod = spec.at("template").at("spec");
        PodSpecRules.validate(pod);
        if (!pod.at("restartPolicy").text().equals("Always")) {
            pod.errors()
                    .add(FieldError.unsupported(
                            pod.at("restartPolicy").path(),
                            pod.at("restartPolicy").text(),
                            List.of("Always")));
        }
        if (pod.at("activeDeadlineSeconds").isThere()) {
            pod.at("activeDeadlineSeconds").forbidden("activeDeadlineSeconds in " + kind + " is not Supported");
        }
    }

    static void selectorStays(ObjectNode object, ObjectNode before, List<FieldError> errors) {
        JsonNode now = object.path("spec").path("selector");
        if (!now.equals(before.path("spec").path("selector"))) {
            errors.add(FieldError.invalid("spec.selector", now, "field is immutable"));
        }
    }
}
