package dev.fairlead.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows under headings, columns as wide as they need to be. Prints nothing when it has no rows. */
final class Table {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        rows.add(List.of(headings));
    }

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    /** The table and an empty line; headings bold, long lines cut on a terminal and whole in a pipe. */
    void print(Terminal terminal) {
        if (rows.size() == 1) {
            return;
        }
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (int r = 0; r < rows.size(); r++) {
            String line = line(rows.get(r), widths);
            String shown = terminal.interactive() ? terminal.fit(line) : line;
            terminal.out().println(r == 0 ? terminal.style(Terminal.Style.BOLD, shown) : shown);
        }
        terminal.out().println();
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(i == 0 ? "" : GAP).append(row.get(i));
            if (i < widths.length - 1) {
                line.append(" ".repeat(widths[i] - row.get(i).length()));
            }
        }
        return line.toString();
    }
}
