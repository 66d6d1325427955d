package dev.fairlead.api.resource;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What names may be (k8s.io/apimachinery, {@code util/validation}), with the real server's sentences. */
public enum NameRule {
    /** RFC 1123 subdomain: most objects' names. */
    SUBDOMAIN(
            253,
            "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start"
                    + " and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '%s')"),
    /** RFC 1123 label: namespaces and containers. */
    LABEL(
            63,
            "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end"
                    + " with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '%s')"),
    /** RFC 1035 label: Services. */
    LABEL_1035(
            63,
            "[a-z]([-a-z0-9]*[a-z0-9])?",
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character,"
                    + " and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is"
                    + " '%s')"),
    /** The part of a label's or annotation's key behind its prefix. */
    QUALIFIED(
            63,
            "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]",
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
                    + " alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is"
                    + " '%s')"),
    LABEL_VALUE(
            63,
            "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?",
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start"
                    + " and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for"
                    + " validation is '%s')");

    private final int longest;
    private final Pattern pattern;
    private final String sentence;

    NameRule(int longest, String regex, String sentence) {
        this.longest = longest;
        this.pattern = Pattern.compile(regex);
        this.sentence = sentence.replace("%s", regex);
    }

    /** The rule for the names of a resource. */
    public static NameRule of(Resource resource) {
        return switch (resource.kind()) {
            case "Service" -> LABEL_1035;
            case "Namespace" -> LABEL;
            default -> SUBDOMAIN;
        };
    }

    public boolean fits(String name) {
        return name.length() <= longest && pattern.matcher(name).matches();
    }

    /** Adds what is wrong with a name; a key with a prefix is checked in both parts. */
    public void check(String field, String name, List<FieldError> errors) {
        if (this == QUALIFIED) {
            checkQualified(field, name, errors);
        } else {
            checkPlain(field, name, name, errors);
        }
    }

    private void checkQualified(String field, String name, List<FieldError> errors) {
        int slash = name.indexOf('/');
        if (slash >= 0 && name.indexOf('/', slash + 1) >= 0) {
            errors.add(FieldError.invalid(
                    field,
                    name,
                    "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with"
                            + " an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
                            + " validation is '" + pattern + "') with an optional DNS subdomain prefix and '/' (e.g."
                            + " 'example.com/MyName')"));
            return;
        }
        if (slash == 0) {
            errors.add(FieldError.invalid(field, name, "prefix part must be non-empty"));
        } else if (slash > 0 && !SUBDOMAIN.fits(name.substring(0, slash))) {
            errors.add(FieldError.invalid(field, name, "prefix part " + SUBDOMAIN.sentence));
        }
        String last = name.substring(slash + 1);
        if (last.isEmpty()) {
            errors.add(FieldError.invalid(field, name, "name part must be non-empty"));
        } else if (last.length() > longest) {
            errors.add(FieldError.invalid(field, name, "name part must be no more than " + longest + " characters"));
        } else if (!pattern.matcher(last).matches()) {
            errors.add(FieldError.invalid(field, name, sentence));
        }
    }

    private void checkPlain(String field, String shown, String name, List<FieldError> errors) {
        if (name.length() > longest) {
            errors.add(FieldError.invalid(field, shown, "must be no more than " + longest + " characters"));
        }
        if (!pattern.matcher(name).matches()) {
            errors.add(FieldError.invalid(field, shown, sentence));
        }
    }

    /** Keys and values of a map of labels. */
    public static void labels(String field, JsonNode labels, List<FieldError> errors) {
        for (Map.Entry<String, JsonNode> label : labels.properties()) {
            QUALIFIED.check(field, label.getKey(), errors);
            LABEL_VALUE.check(field, label.getValue().asText(), errors);
        }
    }
}
