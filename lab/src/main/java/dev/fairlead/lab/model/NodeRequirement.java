package dev.fairlead.lab.model;

import java.util.List;
import java.util.Map;

/**
 * What a label or field of a node must be ({@code k8s.io/api core/v1 NodeSelectorRequirement}).
 *
 * @param values one or more for In and NotIn, a number for Gt and Lt, else none
 */
public record NodeRequirement(String key, Operator operator, List<String> values) {

    /** How it looks at the value; its names are the manifest's. */
    public enum Operator {
        IN("In"),
        NOT_IN("NotIn"),
        EXISTS("Exists"),
        DOES_NOT_EXIST("DoesNotExist"),
        GT("Gt"),
        LT("Lt");

        private final String text;

        Operator(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    public NodeRequirement {
        values = List.copyOf(values);
    }

    /** As {@code labels.Requirement.Matches} of apimachinery: a label that isn't there is not in anything. */
    boolean matches(Map<String, String> labels) {
        boolean has = labels.containsKey(key);
        String value = labels.getOrDefault(key, "");
        return switch (operator) {
            case IN -> has && values.contains(value);
            case NOT_IN -> !has || !values.contains(value);
            case EXISTS -> has;
            case DOES_NOT_EXIST -> !has;
            case GT -> has && order(value) > 0;
            case LT -> has && order(value) < 0;
        };
    }

    /** How a label compares with the number wanted; 0, which fits neither operator, where one of them is no number. */
    private int order(String value) {
        try {
            return Long.compare(Long.parseLong(value), Long.parseLong(values.getFirst()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
