package dev.fairlead.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a command prints. Colours appear only where a person looks at a terminal, so that pipes and files get plain
 * text; whether that is so is found out by the launcher, because asking from Java costs more than the shell's
 * {@code [ -t 1 ]}.
 *
 * <p>Not for use by several threads at once.
 */
public final class Terminal {
    private static final int USUAL_COLUMNS = 80;

    /** The few styles in use. Each is one SGR parameter of ECMA-48, section 8.3.117. */
    public enum Style {
        BOLD(1),
        DIM(2),
        RED(31),
        GREEN(32),
        YELLOW(33),
        CYAN(36);

        private final String start;

        Style(int parameter) {
            this.start = "\u001b[" + parameter + "m";
        }
    }

    private final PrintStream out;
    private final PrintStream err;
    private final boolean colours;
    private final boolean interactive;
    private final int columns;

    private Terminal(PrintStream out, PrintStream err, boolean interactive, boolean colours, int columns) {
        this.out = out;
        this.err = err;
        this.interactive = interactive;
        this.colours = colours;
        this.columns = columns;
    }

    /**
     * The terminal, pipe or file that this process was started on, as the launcher described it in the properties
     * {@code fairlead.terminal} (true where standard output is a terminal) and {@code fairlead.columns}, with
     * {@code NO_COLOR} (no-color.org) obeyed. Text is UTF-8 whatever the locale.
     */
    public static Terminal ofProcess() {
        boolean interactive = Boolean.getBoolean("fairlead.terminal");
        String noColor = System.getenv("NO_COLOR");
        boolean colours =
                interactive && (noColor == null || noColor.isEmpty()) && !"dumb".equals(System.getenv("TERM"));
        Integer columns = Integer.getInteger("fairlead.columns");
        return new Terminal(
                utf8(new FileOutputStream(FileDescriptor.out)),
                utf8(new FileOutputStream(FileDescriptor.err)),
                interactive,
                colours,
                columns == null || columns < 20 ? USUAL_COLUMNS : columns);
    }

    /** A terminal that is none: plain text of {@code columns} columns to the two streams. */
    public static Terminal plain(OutputStream out, OutputStream err, int columns) {
        return new Terminal(utf8(out), utf8(err), false, false, columns);
    }

    /** As {@link #plain}, but as a person's terminal that shows colours. */
    public static Terminal coloured(OutputStream out, OutputStream err, int columns) {
        return new Terminal(utf8(out), utf8(err), true, true, columns);
    }

    private static PrintStream utf8(OutputStream stream) {
        // Flushes at each line: progress is to be seen when it happens, also through a pipe.
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    /** Standard output: what the command was asked for. */
    public PrintStream out() {
        return out;
    }

    /** Standard error: progress and sentences about failures. */
    public PrintStream err() {
        return err;
    }

    /** Width in columns; 80 where it isn't known, as in a pipe. */
    public int columns() {
        return columns;
    }

    /** True where a person looks on, so that a line of progress may be drawn over the last one. */
    public boolean interactive() {
        return interactive;
    }

    /** True where {@link #style} adds colours. */
    public boolean colours() {
        return colours;
    }

    /** {@code text} in {@code style} where colours are on, and {@code text} itself elsewhere. */
    public String style(Style style, String text) {
        return colours ? style.start + text + "\u001b[0m" : text;
    }

    /**
     * {@code text} as lines of at most {@code room} columns, broken after a space or a comma; what has neither is broken where
     * the room ends.
     */
    static List<String> wrap(String text, int room) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (rest.length() > room) {
            int end = Math.max(rest.lastIndexOf(' ', room), rest.lastIndexOf(',', room - 1) + 1);
            int cut = end > 0 ? end : room;
            lines.add(rest.substring(0, cut).stripTrailing());
            rest = rest.substring(cut).stripLeading();
        }
        lines.add(rest);
        return lines;
    }

    void flush() {
        out.flush();
        err.flush();
    }
}
