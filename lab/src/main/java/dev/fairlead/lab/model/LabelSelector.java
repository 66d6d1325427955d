package dev.fairlead.lab.model;

import java.util.List;
import java.util.Map;

/** Chooses objects by their labels; every part must hold, and one without parts chooses all. */
public record LabelSelector(Map<String, String> matchLabels, List<Requirement> matchExpressions) {

    /** How a requirement looks at a label. */
    public enum Operator {
        IN("In"),
        NOT_IN("NotIn"),
        EXISTS("Exists"),
        DOES_NOT_EXIST("DoesNotExist");

        private final String text;

        Operator(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** @param values one or more for In and NotIn, else none */
    public record Requirement(String key, Operator operator, List<String> values) {

        public Requirement {
            values = List.copyOf(values);
        }

        boolean matches(Map<String, String> labels) {
            String value = labels.getOrDefault(key, "");
            boolean has = labels.containsKey(key);
            return switch (operator) {
                case IN -> has && values.contains(value);
                case NOT_IN -> !has || !values.contains(value);
                case EXISTS -> has;
                case DOES_NOT_EXIST -> !has;
            };
        }

        /** As {@code kubectl get -l} takes it. */
        @Override
        public String toString() {
            return switch (operator) {
                case IN -> key + " in (" + String.join(",", values) + ")";
                case NOT_IN -> key + " notin (" + String.join(",", values) + ")";
                case EXISTS -> key;
                case DOES_NOT_EXIST -> "!" + key;
            };
        }
    }

    public LabelSelector {
        matchLabels = Ordered.copy(matchLabels);
        matchExpressions = List.copyOf(matchExpressions);
    }

    public boolean matches(Map<String, String> labels) {
        if (!hasAll(labels, matchLabels)) {
            return false;
        }
        for (Requirement requirement : matchExpressions) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code labels} has every label of {@code wanted} with its value. */
    public static boolean hasAll(Map<String, String> labels, Map<String, String> wanted) {
        for (Map.Entry<String, String> label : wanted.entrySet()) {
            if (!label.getValue().equals(labels.get(label.getKey()))) {
                return false;
            }
        }
        return true;
    }

    /** As {@code kubectl get -l} takes it: {@code app=web,tier in (a,b)}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        matchLabels.forEach((key, value) ->
                text.append(text.isEmpty() ? "" : ",").append(key).append('=').append(value));
        for (Requirement requirement : matchExpressions) {
            text.append(text.isEmpty() ? "" : ",").append(requirement);
        }
        return text.toString();
    }
}
