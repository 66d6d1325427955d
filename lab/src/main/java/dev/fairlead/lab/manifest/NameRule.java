package dev.fairlead.lab.manifest;

/**
 * How Kubernetes wants names written ({@code apimachinery/pkg/util/validation}). Checked character by character, because
 * compiling regular expressions would cost more than reading the manifest.
 */
enum NameRule {
    /** RFC 1123 label: namespaces, containers, ports of Services. */
    LABEL("lower-case letters, digits and '-', beginning and ending with a letter or digit, at most 63 characters"),
    /** RFC 1035 label: Services. */
    LABEL_1035(
            "lower-case letters, digits and '-', beginning with a letter and ending with a letter or digit, at most 63"
                    + " characters"),
    /** RFC 1123 subdomain: Pods, Deployments, nodes. */
    SUBDOMAIN("lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit, at most 253"
            + " characters"),
    /** IANA service name, RFC 6335 section 5.1: ports of containers. */
    PORT_NAME("at most 15 lower-case letters, digits and single '-', with a letter among them and no '-' at the ends"),
    LABEL_KEY(
            "letters, digits, '-', '_' and '.', beginning and ending with a letter or digit, at most 63 characters, after"
                    + " an optional DNS prefix and '/'"),
    LABEL_VALUE(
            "letters, digits, '-', '_' and '.', beginning and ending with a letter or digit, at most 63 characters"),
    /** Environment variables, as of Kubernetes 1.34. */
    VARIABLE("printable ASCII characters other than '='");

    private final String wanted;

    NameRule(String wanted) {
        this.wanted = wanted;
    }

    /** What the rule wants: {@code use lower-case letters, …}. */
    String wanted() {
        return "use " + wanted;
    }

    boolean allows(String text) {
        return switch (this) {
            case LABEL -> label(text);
            case LABEL_1035 -> label(text) && !digit(text.charAt(0));
            case SUBDOMAIN -> subdomain(text);
            case PORT_NAME -> portName(text);
            case LABEL_KEY -> labelKey(text);
            case LABEL_VALUE -> text.isEmpty() || qualified(text);
            case VARIABLE -> variable(text);
        };
    }

    private static boolean label(String text) {
        return text.length() <= 63 && dashed(text);
    }

    private static boolean subdomain(String text) {
        int start = 0;
        for (int dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', start)) {
            if (!dashed(text.substring(start, dot))) {
                return false;
            }
            start = dot + 1;
        }
        return text.length() <= 253 && dashed(text.substring(start));
    }

    /** Lower-case letters, digits and inner dashes, of any length but none. */
    private static boolean dashed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!lower(c) && !digit(c) && c != '-') {
                return false;
            }
        }
        return !text.isEmpty() && !text.startsWith("-") && !text.endsWith("-");
    }

    private static boolean portName(String text) {
        boolean letter = false;
        for (int i = 0; i < text.length(); i++) {
            letter |= lower(text.charAt(i));
        }
        return letter && text.length() <= 15 && label(text) && !text.contains("--");
    }

    private static boolean labelKey(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? qualified(text)
                : subdomain(text.substring(0, slash)) && qualified(text.substring(slash + 1));
    }

    private static boolean qualified(String text) {
        if (text.isEmpty() || text.length() > 63) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean alphanumeric = lower(c) || digit(c) || c >= 'A' && c <= 'Z';
            boolean atEnd = i == 0 || i == text.length() - 1;
            if (!alphanumeric && (atEnd || c != '-' && c != '_' && c != '.')) {
                return false;
            }
        }
        return true;
    }

    private static boolean variable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '=') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean lower(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }
}
