package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.regex.Pattern;

/** Deployments. */
final class DeploymentRules implements Rules {
    private static final int REVISIONS = 10;
    private static final int PROGRESS_SECONDS = 600;
    private static final Pattern PERCENT = Pattern.compile("[0-9]+%");

    @Override
    public void defaults(ObjectNode deployment) {
        WorkloadTemplate.defaults(deployment);
        ObjectNode spec = Defaults.object(deployment, "spec");
        ObjectNode strategy = Defaults.object(spec, "strategy");
        Defaults.text(strategy, "type", "RollingUpdate");
        if (strategy.path("type").asText().equals("RollingUpdate")) {
            ObjectNode rolling = Defaults.object(strategy, "rollingUpdate");
            Defaults.text(rolling, "maxUnavailable", "25%");
            Defaults.text(rolling, "maxSurge", "25%");
        }
        Defaults.number(spec, "revisionHistoryLimit", REVISIONS);
        Defaults.number(spec, "progressDeadlineSeconds", PROGRESS_SECONDS);
    }

    @Override
    public void prepareCreate(ObjectNode deployment) {
        deployment.putObject("status");
    }

    @Override
    public void validate(ObjectNode deployment, List<FieldError> errors) {
        Cursor spec = new Cursor(deployment, "", errors).at("spec");
        WorkloadTemplate.validate(spec, "deployment");
        spec.at("revisionHistoryLimit").notNegative();
        Cursor deadline = spec.at("progressDeadlineSeconds");
        deadline.notNegative();
        if (deadline.node().asLong() <= spec.at("minReadySeconds").node().asLong()) {
            deadline.invalid("must be greater than minReadySeconds");
        }
        Cursor strategy = spec.at("strategy");
        strategy.at("type").oneOf(List.of("Recreate", "RollingUpdate"));
        Cursor rolling = strategy.at("rollingUpdate");
        if (strategy.at("type").text().equals("Recreate") && rolling.isThere()) {
            rolling.forbidden("may not be specified when strategy `type` is 'Recreate'");
        } else if (rolling.isThere()) {
            portion(rolling.at("maxUnavailable"));
            portion(rolling.at("maxSurge"));
            if (isZero(rolling.at("maxUnavailable").node())
                    && isZero(rolling.at("maxSurge").node())) {
                rolling.at("maxUnavailable").invalid("may not be 0 when `maxSurge` is 0");
            }
        }
    }

    private static void portion(Cursor value) {
        if (value.node().isNumber()) {
            value.notNegative();
        } else if (value.isThere() && !PERCENT.matcher(value.text()).matches()) {
            value.invalid(
                    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex"
                            + " used for validation is '[0-9]+%')");
        }
    }

    private static boolean isZero(JsonNode value) {
        return value.asText().equals("0") || value.asText().equals("0%");
    }

    @Override
    public void validateUpdate(ObjectNode deployment, ObjectNode before, List<FieldError> errors) {
        WorkloadTemplate.selectorStays(deployment, before, errors);
    }
}
