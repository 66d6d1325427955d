package dev.fairlead.trace;

import java.util.ArrayList;
import java.util.List;

/** Breaks text into lines of a width, at spaces; a word that is longer is cut. Runs of spaces inside a line stay. */
final class Wrap {
    private Wrap() {}

    /** @param width in characters, at least 1 */
    static List<String> lines(String text, int width) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (length(rest) > width) {
            int most = rest.offsetByCodePoints(0, width);
            // A space right behind the last character that fits is a place to break too.
            int space = rest.lastIndexOf(' ', most);
            int end = space > 0 && !rest.substring(0, space).isBlank() ? space : most;
            lines.add(rest.substring(0, end).stripTrailing());
            rest = rest.substring(end).stripLeading();
        }
        if (!rest.isEmpty() || lines.isEmpty()) {
            lines.add(rest);
        }
        return lines;
    }

    /** As many columns as it takes: all that is printed here is one column a character. */
    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - length(text)));
    }
}
