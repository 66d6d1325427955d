package dev.fairlead.lab.manifest;

/** Words for messages. */
final class Text {
    private static final int BRIEF = 60;

    private Text() {}

    /** The user's text as one short line: a message quotes it, but stays one sentence. */
    static String brief(String text) {
        return oneLine(text.length() > BRIEF ? text.substring(0, BRIEF) + "…" : text);
    }

    /** The text without line ends and other control characters, which a terminal might obey. */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text);
        for (int i = 0; i < line.length(); i++) {
            if (Character.isISOControl(line.charAt(i))) {
                line.setCharAt(i, ' ');
            }
        }
        return line.toString();
    }

    /** {@code --a, --b or --c}, with {@code --} before each word. */
    static String either(String before, String... words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words.length; i++) {
            text.append(i == 0 ? "" : i == words.length - 1 ? " or " : ", ")
                    .append(before)
                    .append(words[i]);
        }
        return text.toString();
    }
}
