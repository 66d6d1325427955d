package dev.fairlead.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of what was measured side by side.
 *
 * @param name short, such as {@code cni add}; unique in a run
 * @param unit of all its rows
 * @param ratio what the ratios of its rows are, such as {@code Fairlead ÷ this}; empty where they have none
 * @param notes what has to be known to read it, a sentence each
 */
public record Comparison(String name, Unit unit, String ratio, List<Row> rows, List<String> notes) {

    public Comparison {
        rows = List.copyOf(rows);
        notes = List.copyOf(notes);
    }

    /**
     * One contestant or one part.
     *
     * @param ratios round by round, or {@link Samples#NONE}
     */
    public record Row(String what, Samples samples, Samples ratios) {
        public static Row of(String what, Samples samples) {
            return new Row(what, samples, Samples.NONE);
        }
    }

    static Comparison of(String name, Unit unit, String ratio) {
        return new Comparison(name, unit, ratio, List.of(), List.of());
    }

    Comparison with(Row row) {
        List<Row> more = new ArrayList<>(rows);
        more.add(row);
        return new Comparison(name, unit, ratio, more, notes);
    }

    Comparison with(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new Comparison(name, unit, ratio, rows, more);
    }
}
