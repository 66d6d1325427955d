package dev.fairlead.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.bench.Comparison;
import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Goal;
import dev.fairlead.bench.Progress;
import dev.fairlead.bench.Report;
import dev.fairlead.bench.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints what was measured, for people and as data. */
record BenchText(Terminal terminal) {

    /** Draws how far it is over the last line, where a person looks on. */
    Progress progress() {
        if (!terminal.interactive()) {
            return (what, done, of) -> {};
        }
        return (what, done, of) -> {
            terminal.err().print("\r\u001b[K" + (done < of ? "measuring " + what + ": " + done + " of " + of : ""));
            terminal.err().flush();
        };
    }

    void tables(Report report) {
        for (Comparison comparison : report.comparisons()) {
            table(comparison);
        }
        if (!report.goals().isEmpty()) {
            terminal.out().println(terminal.style(Terminal.Style.BOLD, "goals"));
        }
        for (Goal goal : report.goals()) {
            Terminal.Style style = goal.holds() ? Terminal.Style.GREEN : Terminal.Style.YELLOW;
            String verdict = terminal.style(style, goal.holds() ? "holds" : "not yet");
            terminal.out().println("  " + verdict + "  " + goal.wanted() + ": " + goal.text());
        }
    }

    private void table(Comparison comparison) {
        List<String> headings = new ArrayList<>(
                List.of(comparison.name() + " (" + comparison.unit().symbol() + ")", "runs", "median", "p10", "p90"));
        boolean hasRatio = !comparison.ratio().isEmpty();
        if (hasRatio) {
            headings.add(comparison.ratio() + " (p10 to p90)");
        }
        Table table = new Table(headings.toArray(new String[0]));
        for (Row row : comparison.rows()) {
            Samples samples = row.samples();
            List<String> cells = new ArrayList<>(List.of(
                    row.what(),
                    Integer.toString(samples.size()),
                    number(samples.median()),
                    number(samples.percentile(10)),
                    number(samples.percentile(90))));
            if (hasRatio) {
                cells.add(ratio(row.ratios()));
            }
            table.row(cells.toArray(new String[0]));
        }
        table.print(terminal);
        if (!comparison.notes().isEmpty()) {
            comparison.notes().forEach(note -> terminal.out().println("  " + note));
            terminal.out().println();
        }
    }

    private static String ratio(Samples ratios) {
        return ratios.isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.2f (%.2f to %.2f)",
                        ratios.median(),
                        ratios.percentile(10),
                        ratios.percentile(90));
    }

    /** Three figures are as many as such numbers have. */
    private static String number(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f", value);
    }

    void json(Report report) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode all = mapper.createObjectNode();
        ArrayNode tables = all.putArray("tables");
        for (Comparison comparison : report.comparisons()) {
            ObjectNode table = tables.addObject()
                    .put("name", comparison.name())
                    .put("unit", comparison.unit().symbol());
            ArrayNode rows = table.putArray("rows");
            for (Row row : comparison.rows()) {
                ObjectNode json = rows.addObject().put("what", row.what());
                put(json, row.samples());
                if (!row.ratios().isEmpty()) {
                    put(json.putObject("ratio").put("of", comparison.ratio()), row.ratios());
                }
            }
            ArrayNode notes = table.putArray("notes");
            comparison.notes().forEach(notes::add);
        }
        ArrayNode goals = all.putArray("goals");
        for (Goal goal : report.goals()) {
            goals.addObject()
                    .put("goal", goal.wanted())
                    .put("seen", goal.seen())
                    .put("bound", goal.bound().toString())
                    .put("limit", goal.limit())
                    .put("holds", goal.holds());
        }
        try {
            terminal.out().println(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(all));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }

    private static void put(ObjectNode json, Samples samples) {
        json.put("runs", samples.size())
                .put("median", samples.median())
                .put("p10", samples.percentile(10))
                .put("p90", samples.percentile(90));
        ArrayNode each = json.putArray("samples");
        samples.inOrder().forEach(value -> each.add(value.doubleValue()));
    }
}
