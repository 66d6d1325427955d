package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A label selector as requests write it: {@code app=web,tier!=db,zone in (a,b),!old}; and one as objects write it, with
 * {@code matchLabels} and {@code matchExpressions}.
 */
public record Selector(List<Requirement> requirements) implements Predicate<JsonNode> {
    private static final Pattern SET = Pattern.compile("(\\S+)\\s+(in|notin)\\s*\\(([^)]*)\\)");
    private static final Pattern EQUAL = Pattern.compile("([^=!\\s]+)\\s*(==|=|!=)\\s*(\\S*)");
    private static final Pattern KEY = Pattern.compile("(!?)\\s*([A-Za-z0-9][-A-Za-z0-9_./]*)");

    /** @param values of operators In and NotIn */
    public record Requirement(String key, Operator operator, Set<String> values) {
        boolean fits(Optional<String> value) {
            return switch (operator) {
                case IN -> value.isPresent() && values.contains(value.get());
                case NOT_IN -> value.isEmpty() || !values.contains(value.get());
                case EXISTS -> value.isPresent();
                case DOES_NOT_EXIST -> value.isEmpty();
            };
        }
    }

    /** As {@code matchExpressions} name them, in our spelling. */
    public enum Operator {
        IN,
        NOT_IN,
        EXISTS,
        DOES_NOT_EXIST
    }

    public Selector {
        requirements = List.copyOf(requirements);
    }

    /** @throws IllegalArgumentException in a sentence */
    public static Selector parse(String text) {
        List<Requirement> requirements = new ArrayList<>();
        for (String part : split(text)) {
            requirements.add(requirement(part.strip()));
        }
        return new Selector(requirements);
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? ',' : text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth <= 0) {
                if (!text.substring(start, i).isBlank()) {
                    parts.add(text.substring(start, i));
                }
                start = i + 1;
            }
        }
        return parts;
    }

    private static Requirement requirement(String text) {
        Matcher set = SET.matcher(text);
        if (set.matches()) {
            Set<String> values = new HashSet<>();
            for (String value : set.group(3).split(",", -1)) {
                values.add(value.strip());
            }
            return new Requirement(set.group(1), set.group(2).equals("in") ? Operator.IN : Operator.NOT_IN, values);
        }
        Matcher equal = EQUAL.matcher(text);
        if (equal.matches()) {
            Operator operator = equal.group(2).equals("!=") ? Operator.NOT_IN : Operator.IN;
            return new Requirement(equal.group(1), operator, Set.of(equal.group(3)));
        }
        Matcher key = KEY.matcher(text);
        if (key.matches()) {
            Operator operator = key.group(1).isEmpty() ? Operator.EXISTS : Operator.DOES_NOT_EXIST;
            return new Requirement(key.group(2), operator, Set.of());
        }
        throw new IllegalArgumentException("unable to parse requirement: '" + text + "' is not a label selector");
    }

    /** A {@code LabelSelector} object; an empty one takes everything. */
    public static Selector of(JsonNode labelSelector) {
        List<Requirement> requirements = new ArrayList<>();
        labelSelector
                .path("matchLabels")
                .properties()
                .forEach(label -> requirements.add(new Requirement(
                        label.getKey(), Operator.IN, Set.of(label.getValue().asText()))));
        for (JsonNode expression : labelSelector.path("matchExpressions")) {
            Set<String> values = new HashSet<>();
            expression.path("values").forEach(value -> values.add(value.asText()));
            Operator operator = switch (expression.path("operator").asText()) {
                case "In" -> Operator.IN;
                case "NotIn" -> Operator.NOT_IN;
                case "Exists" -> Operator.EXISTS;
                default -> Operator.DOES_NOT_EXIST;
            };
            requirements.add(new Requirement(expression.path("key").asText(), operator, values));
        }
        return new Selector(requirements);
    }

    /** A plain map of labels, as a Service's {@code selector} is. */
    public static Selector ofMap(JsonNode labels) {
        List<Requirement> requirements = new ArrayList<>();
        labels.properties()
                .forEach(label -> requirements.add(new Requirement(
                        label.getKey(), Operator.IN, Set.of(label.getValue().asText()))));
        return new Selector(requirements);
    }

    /** Whether an object's labels fit. */
    @Override
    public boolean test(JsonNode object) {
        return fits(object.path("metadata").path("labels"));
    }

    public boolean fits(JsonNode labels) {
        for (Requirement requirement : requirements) {
            JsonNode value = labels.path(requirement.key());
            if (!requirement.fits(value.isMissingNode() ? Optional.empty() : Optional.of(value.asText()))) {
                return false;
            }
        }
        return true;
    }
}
