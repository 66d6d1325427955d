package dev.fairlead.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows under headings, columns as wide as they need to be. Prints nothing when it has no rows.
 *
 * <p>Nothing is ever cut, since what is at the end of a line may be what somebody looks for. Where a terminal is too narrow,
 * lists go on below themselves, from the last column on; where that isn't enough, the last column is printed below its row.
 */
final class Table {
    private static final String GAP = "  ";
    private static final String INDENT = "    ";

    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        rows.add(List.of(headings));
    }

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    /** The table and an empty line; headings bold. In a pipe every row is one line. */
    void print(Terminal terminal) {
        if (rows.size() == 1) {
            return;
        }
        int room = terminal.interactive() ? terminal.columns() : Integer.MAX_VALUE;
        int all = rows.getFirst().size();
        int[] widths = widths(all, room);
        boolean below = total(widths) > room;
        if (below) {
            widths = widths(all - 1, room);
        }
        for (int r = 0; r < rows.size(); r++) {
            List<String> lines = lines(rows.get(r), widths);
            if (below) {
                Terminal.wrap(rows.get(r).getLast(), room - INDENT.length()).forEach(line -> lines.add(INDENT + line));
            }
            for (String line : lines) {
                terminal.out().println(r == 0 ? terminal.style(Terminal.Style.BOLD, line) : line);
            }
        }
        terminal.out().println();
    }

    /** Of the first {@code columns}: as wide as they want to be, or as narrow as lists can be for the {@code room}. */
    private int[] widths(int columns, int room) {
        int[] widths = new int[columns];
        int[] least = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
                for (String piece : row.get(i).split(" |(?<=,)", -1)) {
                    least[i] = Math.max(least[i], piece.length());
                }
            }
        }
        for (int i = columns - 1; i >= 0 && total(widths) > room; i--) {
            widths[i] = Math.max(least[i], widths[i] - (total(widths) - room));
        }
        return widths;
    }

    private static int total(int[] widths) {
        return Arrays.stream(widths).sum() + GAP.length() * (widths.length - 1);
    }

    private static List<String> lines(List<String> row, int[] widths) {
        List<List<String>> cells = new ArrayList<>();
        int height = 1;
        for (int i = 0; i < widths.length; i++) {
            cells.add(Terminal.wrap(row.get(i), widths[i]));
            height = Math.max(height, cells.get(i).size());
        }
        List<String> lines = new ArrayList<>();
        for (int h = 0; h < height; h++) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String text = h < cells.get(i).size() ? cells.get(i).get(h) : "";
                line.append(i == 0 ? "" : GAP).append(text).append(" ".repeat(widths[i] - text.length()));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
