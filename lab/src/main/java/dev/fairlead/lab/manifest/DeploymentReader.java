package dev.fairlead.lab.manifest;

import dev.fairlead.lab.model.DeploymentSpec;
import dev.fairlead.lab.model.DeploymentSpec.Strategy;
import dev.fairlead.lab.model.IntOrPercent;
import dev.fairlead.lab.model.LabelSelector;
import dev.fairlead.lab.model.LabelSelector.Operator;
import dev.fairlead.lab.model.LabelSelector.Requirement;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.PodSpec;
import dev.fairlead.lab.model.PodTemplate;
import dev.fairlead.lab.model.ReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a Deployment's spec. */
final class DeploymentReader {
    private static final int HISTORY = 10;
    private static final IntOrPercent QUARTER = new IntOrPercent(25, true);

    private DeploymentReader() {}

    static DeploymentSpec spec(Fields spec) {
        LabelSelector selector = selector(spec.object("selector", Schemas.SELECTOR), spec);
        PodTemplate template = template(spec.object("template", Schemas.TEMPLATE), selector);
        spec.count("progressDeadlineSeconds", 0);
        return new DeploymentSpec(
                spec.count("replicas", 1),
                selector,
                template,
                strategy(spec.object("strategy", Schemas.STRATEGY)),
                spec.count("minReadySeconds", 0),
                spec.count("revisionHistoryLimit", HISTORY),
                spec.truth("paused"),
                spec.node());
    }

    static ReplicaSet replicaSet(ObjectMeta metadata, Fields spec) {
        LabelSelector selector = selector(spec.object("selector", Schemas.SELECTOR), spec);
        PodTemplate template = template(spec.object("template", Schemas.TEMPLATE), selector);
        return new ReplicaSet(metadata, spec.count("replicas", 1), selector, template);
    }

    private static LabelSelector selector(Fields fields, Fields spec) {
        LabelSelector selector = anySelector(fields);
        if (selector.matchLabels().isEmpty() && selector.matchExpressions().isEmpty()) {
            throw spec.wrong("selector", "is empty; let its matchLabels name labels of spec.template");
        }
        return selector;
    }

    /** A selector that may be empty. */
    static LabelSelector anySelector(Fields fields) {
        List<Requirement> requirements = new ArrayList<>();
        for (Fields item : fields.list("matchExpressions", Schemas.REQUIREMENT)) {
            requirements.add(requirement(item));
        }
        return new LabelSelector(fields.labels("matchLabels"), requirements);
    }

    private static Requirement requirement(Fields item) {
        String key = item.text("key");
        if (!NameRule.LABEL_KEY.allows(key)) {
            throw item.wrong("key", "'" + Text.brief(key) + "' is not a label key; " + NameRule.LABEL_KEY.wanted());
        }
        Operator operator = operator(item);
        List<String> values = item.texts("values");
        boolean wantsValues = operator == Operator.IN || operator == Operator.NOT_IN;
        if (wantsValues == values.isEmpty()) {
            throw item.wrong(
                    "values",
                    wantsValues
                            ? "is missing; " + operator + " needs at least one"
                            : "must be left out for " + operator);
        }
        return new Requirement(key, operator, values);
    }

    private static Operator operator(Fields item) {
        for (Operator operator : Operator.values()) {
            if (operator.toString().equals(item.text("operator"))) {
                return operator;
            }
        }
        throw item.wrong(
                "operator",
                "'" + Text.brief(item.text("operator")) + "' is unknown; use In, NotIn, Exists or DoesNotExist");
    }

    private static PodTemplate template(Fields template, LabelSelector selector) {
        Fields metadata = template.object("metadata", Schemas.METADATA);
        Map<String, String> labels = metadata.labels("labels");
        if (!selector.matches(labels)) {
            throw metadata.wrong(
                    "labels",
                    (labels.isEmpty() ? "are missing" : "do not match spec.selector") + "; the selector wants "
                            + selector);
        }
        Fields fields = template.object("spec", Schemas.POD_SPEC);
        PodSpec spec = PodReader.spec(fields);
        if (spec.restartPolicy() != PodSpec.RestartPolicy.ALWAYS) {
            throw fields.wrong(
                    "restartPolicy",
                    spec.restartPolicy() + " is not possible here; pods of a Deployment are restarted Always");
        }
        return new PodTemplate(labels, MetadataReader.annotations(metadata), spec);
    }

    private static Strategy strategy(Fields fields) {
        return switch (fields.text("type")) {
            case "", "RollingUpdate" -> rollingUpdate(fields.object("rollingUpdate", Schemas.ROLLING_UPDATE));
            case "Recreate" -> {
                if (fields.has("rollingUpdate")) {
                    throw fields.wrong("rollingUpdate", "contradicts type Recreate; leave it out");
                }
                yield new Strategy.Recreate();
            }
            default ->
                throw fields.wrong(
                        "type",
                        "'" + Text.brief(fields.text("type")) + "' is not a strategy; use RollingUpdate or Recreate");
        };
    }

    private static Strategy rollingUpdate(Fields fields) {
        IntOrPercent surge = amount(fields, "maxSurge");
        IntOrPercent unavailable = amount(fields, "maxUnavailable");
        if (surge.value() == 0 && unavailable.value() == 0) {
            throw fields.wrong("maxUnavailable", "cannot be 0 when maxSurge is 0; no pod could ever be replaced");
        }
        if (unavailable.percent() && unavailable.value() > 100) {
            throw fields.wrong("maxUnavailable", unavailable + " is out of range; use at most 100%");
        }
        return new Strategy.RollingUpdate(surge, unavailable);
    }

    private static IntOrPercent amount(Fields fields, String name) {
        if (!fields.has(name)) {
            return QUARTER;
        }
        if (fields.value(name).isNumber()) {
            return new IntOrPercent(fields.count(name, 0), false);
        }
        String text = fields.text(name);
        int percent = 0;
        boolean valid = text.length() >= 2 && text.length() <= 6 && text.endsWith("%");
        for (int i = 0; valid && i < text.length() - 1; i++) {
            valid = text.charAt(i) >= '0' && text.charAt(i) <= '9';
            percent = percent * 10 + text.charAt(i) - '0';
        }
        if (!valid) {
            throw fields.wrong(
                    name,
                    "'" + Text.brief(text) + "' is not an amount; use a number such as 1, or a percentage such as 25%");
        }
        return new IntOrPercent(percent, true);
    }
}
