package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A place in a document that is being validated: what stands there, its path, and where errors go. The checks say what the
 * real server's validation says (kubernetes {@code pkg/apis/core/validation}).
 */
record Cursor(JsonNode node, String path, List<FieldError> errors) {
    static final int MOST_PORT = 65_535;

    /** IANA service names (RFC 6335, 5.1), as Kubernetes takes them. */
    private static final Pattern PORT_NAME = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

    private static final int LONGEST_PORT_NAME = 15;

    Cursor at(String name) {
        return new Cursor(node.path(name), path.isEmpty() ? name : path + "." + name, errors);
    }

    List<Cursor> items() {
        List<Cursor> items = new ArrayList<>();
        int index = 0;
        for (JsonNode item : node) {
            items.add(new Cursor(item, path + "[" + index++ + "]", errors));
        }
        return items;
    }

    boolean isThere() {
        return !node.isMissingNode();
    }

    String text() {
        return node.asText();
    }

    void invalid(String detail) {
        invalid(isThere() ? node : JsonNodeFactory.instance.textNode(""), detail);
    }

    void invalid(Object value, String detail) {
        errors.add(FieldError.invalid(path, value, detail));
    }

    void forbidden(String detail) {
        errors.add(FieldError.forbidden(path, detail));
    }

    /** @return whether it is there and says something */
    boolean required(String detail) {
        boolean empty =
                !isThere() || (node.isTextual() && text().isEmpty()) || (node.isContainerNode() && node.isEmpty());
        if (empty) {
            errors.add(FieldError.required(path, detail));
        }
        return !empty;
    }

    void oneOf(Collection<String> supported) {
        if (isThere() && !supported.contains(text())) {
            errors.add(FieldError.unsupported(path, text(), supported));
        }
    }

    void named(NameRule rule) {
        if (isThere()) {
            rule.check(path, text(), errors);
        }
    }

    /** A label's key, or what is written like one. */
    void qualified() {
        NameRule.QUALIFIED.check(path, text(), errors);
    }

    void labels() {
        NameRule.labels(path, node, errors);
    }

    void notNegative() {
        if (isThere() && node.asLong() < 0) {
            invalid("must be greater than or equal to 0");
        }
    }

    void portNumber() {
        if (node.asLong() < 1 || node.asLong() > MOST_PORT) {
            invalid("must be between 1 and 65535, inclusive");
        }
    }

    void portName() {
        String name = text();
        if (name.length() > LONGEST_PORT_NAME) {
            invalid("must be no more than 15 characters");
        }
        if (!PORT_NAME.matcher(name).matches()) {
            invalid("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        } else if (name.contains("--")) {
            invalid("must not contain consecutive hyphens");
        } else if (name.chars().noneMatch(c -> c >= 'a' && c <= 'z')) {
            invalid("must contain at least one letter (a-z)");
        }
    }

    /** A port by number or by name. */
    void port() {
        if (node.isNumber()) {
            portNumber();
        } else if (isThere()) {
            portName();
        }
    }

    void ip() {
        if (isThere() && Ip.parse(text()).isEmpty()) {
            invalid("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }
    }

    boolean cidr() {
        boolean fits = Prefix.parse(text()).isPresent();
        if (!fits) {
            invalid("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        }
        return fits;
    }

    /** Each item's member is told once only. */
    void unique(String member) {
        Set<String> seen = new HashSet<>();
        for (Cursor item : items()) {
            Cursor value = item.at(member);
            if (value.isThere() && !seen.add(value.text())) {
                errors.add(FieldError.duplicate(value.path(), value.text()));
            }
        }
    }

    /** A {@code LabelSelector}. */
    void selector() {
        at("matchLabels").labels();
        for (Cursor expression : at("matchExpressions").items()) {
            Cursor values = expression.at("values");
            switch (expression.at("operator").text()) {
                case "In", "NotIn" -> {
                    if (values.node().isEmpty()) {
                        errors.add(FieldError.required(
                                values.path(), "must be specified when `operator` is 'In' or 'NotIn'"));
                    }
                }
                case "Exists", "DoesNotExist" -> {
                    if (!values.node().isEmpty()) {
                        values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    }
                }
                default -> expression.at("operator").invalid("not a valid selector operator");
            }
            NameRule.QUALIFIED.check(
                    expression.at("key").path(), expression.at("key").text(), errors);
        }
    }
}
