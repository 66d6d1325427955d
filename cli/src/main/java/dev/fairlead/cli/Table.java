package dev.fairlead.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows under headings, columns as wide as they need to be. Prints nothing when it has no rows.
 *
 * <p>Nothing is ever cut, since what is at the end of a line may be what somebody looks for. Where a terminal is too narrow,
 * lists go on below themselves, from the last column on; where that isn't enough, the last columns are printed below their row.
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
        boolean fits = total(widths(0, all, room)) <= room;
        List<Integer> ends = fits ? List.of(all) : ends(all, room);
        for (int r = 0; r < rows.size(); r++) {
            int from = 0;
            for (int to : ends) {
                String indent = from == 0 ? "" : INDENT;
                int[] widths = widths(from, to, room - indent.length());
                for (String line : lines(rows.get(r).subList(from, to), widths)) {
                    terminal.out().println(indent + (r == 0 ? terminal.style(Terminal.Style.BOLD, line) : line));
                }
                from = to;
            }
        }
        terminal.out().println();
    }

    /** Before which column each further part of a row begins below the part before it: each has as many as fit, at least one. */
    private List<Integer> ends(int all, int room) {
        List<Integer> ends = new ArrayList<>();
        int from = 0;
        for (int to = 1; to < all; to++) {
            int indent = from == 0 ? 0 : INDENT.length();
            if (total(widths(from, to + 1, Integer.MAX_VALUE)) > room - indent) {
                ends.add(to);
                from = to;
            }
        }
        ends.add(all);
        return ends;
    }

    /** Of the columns {@code from} up to {@code to}: as wide as they want to be, or as narrow as lists can be for the {@code room}. */
    private int[] widths(int from, int to, int room) {
        int columns = to - from;
        int[] widths = new int[columns];
        int[] least = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                String cell = row.get(from + i);
                widths[i] = Math.max(widths[i], cell.length());
                for (String piece : cell.split(" |(?<=,)", -1)) {
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
