package dev.fairlead.cni;

/** Foreign text made fit for one sentence: short, on one line, without control characters. */
public final class Quote {

    /** Longest foreign text that a sentence of ours carries, in characters. */
    public static final int LONGEST = 200;

    private Quote() {}

    /** {@code text} with white space runs as one blank, controls and lone surrogates as {@code ?}, cut with an ellipsis. */
    public static String of(String text) {
        StringBuilder line = new StringBuilder(Math.min(text.length(), LONGEST + 1));
        boolean blank = false;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (Character.isWhitespace(c)) {
                blank = !line.isEmpty();
                continue;
            }
            if (line.length() >= LONGEST) {
                return line.append('…').toString();
            }
            if (blank) {
                line.append(' ');
                blank = false;
            }
            line.appendCodePoint(isPrintable(c) ? c : '?');
        }
        return line.toString();
    }

    private static boolean isPrintable(int c) {
        return !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE;
    }
}
