package dev.fairlead.api.resource;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Where a pod may run, and what a node keeps away, as {@code pkg/apis/core/validation} checks it. */
final class PlacementRules {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
    private static final List<String> EFFECTS = List.of("NoSchedule", "PreferNoSchedule", "NoExecute");
    private static final String NO_OPERATOR = "not a valid selector operator";
    private static final String NOT_EMPTY = "can not be empty";
    private static final String POSITIVE = "must be greater than zero";
    private static final int MOST_WEIGHT = 100;

    private PlacementRules() {}

    /** @param spec of a pod */
    static void validate(Cursor spec) {
        spec.at("tolerations").items().forEach(PlacementRules::toleration);
        Cursor affinity = spec.at("affinity");
        Cursor required = affinity.at("nodeAffinity").at(REQUIRED);
        if (required.isThere()) {
            if (required.at("nodeSelectorTerms").required("must have at least one node selector term")) {
                required.at("nodeSelectorTerms").items().forEach(PlacementRules::nodeTerm);
            }
        }
        for (Cursor wish : affinity.at("nodeAffinity").at(PREFERRED).items()) {
            weight(wish);
            nodeTerm(wish.at("preference"));
        }
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            affinity.at(kind).at(REQUIRED).items().forEach(PlacementRules::podTerm);
            for (Cursor wish : affinity.at(kind).at(PREFERRED).items()) {
                weight(wish);
                podTerm(wish.at("podAffinityTerm"));
            }
        }
        spread(spec.at("topologySpreadConstraints"));
    }

    private static void weight(Cursor wish) {
        long weight = wish.at("weight").node().asLong();
        if (weight < 1 || weight > MOST_WEIGHT) {
            wish.at("weight").invalid(weight, "must be in the range 1-100");
        }
    }

    private static void nodeTerm(Cursor term) {
        term.at("matchExpressions").items().forEach(PlacementRules::ofLabel);
        term.at("matchFields").items().forEach(PlacementRules::ofField);
    }

    private static void ofLabel(Cursor one) {
        Cursor values = one.at("values");
        switch (one.at("operator").text()) {
            case "In", "NotIn" -> {
                if (values.node().isEmpty()) {
                    values.required("must be specified when `operator` is 'In' or 'NotIn'");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.node().isEmpty()) {
                    values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                }
            }
            case "Gt", "Lt" -> {
                if (values.node().size() != 1) {
                    one.errors()
                            .add(FieldError.required(
                                    values.path(), "must be specified single value when `operator` is 'Lt' or 'Gt'"));
                }
            }
            default -> one.at("operator").invalid(NO_OPERATOR);
        }
        one.at("key").qualified();
    }

    private static void ofField(Cursor one) {
        String operator = one.at("operator").text();
        if (!operator.equals("In") && !operator.equals("NotIn")) {
            one.at("operator").invalid(NO_OPERATOR);
        } else if (one.at("values").node().size() != 1) {
            one.errors()
                    .add(FieldError.required(
                            one.at("values").path(),
                            "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
        }
        if (!one.at("key").text().equals("metadata.name")) {
            one.at("key").invalid("not a valid field selector key");
        } else {
            one.at("values").items().forEach(value -> value.named(NameRule.SUBDOMAIN));
        }
    }

    private static void podTerm(Cursor term) {
        term.at("labelSelector").selector();
        term.at("namespaceSelector").selector();
        term.at("namespaces").items().forEach(name -> name.named(NameRule.LABEL));
        if (term.at("topologyKey").required(NOT_EMPTY)) {
            term.at("topologyKey").qualified();
        }
    }

    private static void spread(Cursor constraints) {
        Set<String> seen = new HashSet<>();
        for (Cursor spread : constraints.items()) {
            if (spread.at("maxSkew").node().asLong() <= 0) {
                spread.at("maxSkew").invalid(spread.at("maxSkew").node().asLong(), POSITIVE);
            }
            if (spread.at("topologyKey").required(NOT_EMPTY)) {
                spread.at("topologyKey").qualified();
            }
            String when = spread.at("whenUnsatisfiable").text();
            List<String> possible = List.of("DoNotSchedule", "ScheduleAnyway");
            if (!possible.contains(when)) {
                spread.errors()
                        .add(FieldError.unsupported(
                                spread.at("whenUnsatisfiable").path(), when, possible));
            }
            Cursor domains = spread.at("minDomains");
            if (domains.isThere() && domains.node().asLong() <= 0) {
                domains.invalid(POSITIVE);
            }
            if (domains.isThere() && !when.equals("DoNotSchedule")) {
                domains.invalid("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + when);
            }
            spread.at("nodeAffinityPolicy").oneOf(List.of("Honor", "Ignore"));
            spread.at("nodeTaintsPolicy").oneOf(List.of("Honor", "Ignore"));
            spread.at("labelSelector").selector();
            String pair = "{" + spread.at("topologyKey").text() + ", " + when + "}";
            if (!seen.add(pair)) {
                spread.errors().add(FieldError.duplicate(spread.path() + ".{topologyKey, whenUnsatisfiable}", pair));
            }
        }
    }

    private static void toleration(Cursor toleration) {
        Cursor operator = toleration.at("operator");
        boolean exists = operator.text().equals("Exists");
        if (!toleration.at("key").text().isEmpty()) {
            toleration.at("key").qualified();
        } else if (!exists) {
            operator.invalid(
                    operator.text(),
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }
        if (toleration.at("tolerationSeconds").isThere()
                && !toleration.at("effect").text().equals("NoExecute")) {
            toleration
                    .at("effect")
                    .invalid(
                            toleration.at("effect").text(),
                            "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        operator.oneOf(List.of("Equal", "Exists"));
        if (exists && !toleration.at("value").text().isEmpty()) {
            operator.invalid(toleration.node(), "value must be empty when `operator` is 'Exists'");
        } else if (!exists) {
            NameRule.LABEL_VALUE.check(operator.path(), toleration.at("value").text(), toleration.errors());
        }
        if (!toleration.at("effect").text().isEmpty()) {
            toleration.at("effect").oneOf(EFFECTS);
        }
    }

    /** @param taints of a node */
    static void taints(Cursor taints) {
        Set<String> seen = new HashSet<>();
        for (Cursor taint : taints.items()) {
            taint.at("key").qualified();
            taint.at("value").named(NameRule.LABEL_VALUE);
            if (taint.at("effect").required("")) {
                taint.at("effect").oneOf(EFFECTS);
            }
            if (!seen.add(taint.at("effect").text() + " " + taint.at("key").text())) {
                FieldError twice = FieldError.duplicate(taint.path(), taint.node());
                taint.errors()
                        .add(new FieldError(
                                twice.reason(),
                                twice.field(),
                                twice.text() + ": taints must be unique by key and effect pair"));
            }
        }
    }
}
