package dev.fairlead.lab.manifest;

import java.util.Map;

/**
 * {@code $(NAME)} in commands, arguments and values, as Kubernetes expands it
 * ({@code third_party/forked/golang/expansion}): an unknown name stays as it is, {@code $$} stands for {@code $}.
 */
final class Expansion {
    private Expansion() {}

    static String of(String text, Map<String, String> variables) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
            int close = text.indexOf(')', at);
            if (c == '$' && next == '$') {
                out.append('$');
                at += 2;
            } else if (c == '$' && next == '(' && close > 0) {
                String whole = text.substring(at, close + 1);
                out.append(variables.getOrDefault(text.substring(at + 2, close), whole));
                at = close + 1;
            } else {
                out.append(c);
                at++;
            }
        }
        return out.toString();
    }
}
