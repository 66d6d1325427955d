package dev.fairlead.trace;

import java.util.ArrayList;
import java.util.List;

/**
 * Breaks text into lines of a width, at spaces; a word that is longer is cut. What an arrow joins stays on one line where it
 * can. Runs of spaces inside a line stay.
 */
final class Wrap {
    private static final String ARROW = "→";

    private Wrap() {}

    /** @param width in characters, at least 1 */
    static List<String> lines(String text, int width) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (length(rest) > width) {
            int most = rest.offsetByCodePoints(0, width);
            int end = end(rest, most);
            lines.add(rest.substring(0, end).stripTrailing());
            rest = rest.substring(end).stripLeading();
        }
        if (!rest.isEmpty() || lines.isEmpty()) {
            lines.add(rest);
        }
        return lines;
    }

    private static int end(String text, int most) {
        int plain = 0;
        // A space right behind the last character that fits is a place to break too.
        for (int at = text.lastIndexOf(' ', most); at > 0; at = text.lastIndexOf(' ', at - 1)) {
            if (text.substring(0, at).isBlank()) {
                break;
            }
            plain = Math.max(plain, at);
            if (!text.startsWith(ARROW, at - 1) && !text.startsWith(ARROW, at + 1)) {
                return at;
            }
        }
        return plain > 0 ? plain : most;
    }

    /** As many columns as it takes: all that is printed here is one column a character. */
    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - length(text)));
    }
}
