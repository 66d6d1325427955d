package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.bench.Comparison;
import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Goal;
import dev.fairlead.bench.Report;
import dev.fairlead.bench.Samples;
import dev.fairlead.bench.Unit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** How measurements are printed. */
class BenchTextTest {
    private static final Samples OURS = new Samples(List.of(1.0, 2.0, 3.0));
    private static final Samples THEIRS = new Samples(List.of(10.0, 10.0, 120.0));
    private static final Report REPORT = new Report(
            List.of(new Comparison(
                    "add",
                    Unit.MILLISECONDS,
                    "ours ÷ this",
                    List.of(Row.of("ours", OURS), new Row("theirs", THEIRS, OURS.dividedBy(THEIRS))),
                    List.of("One was missing."))),
            List.of(
                    new Goal("a quarter", 0.1, 0.25, ""),
                    new Goal("lab up", 2.5, 2, " s"),
                    new Goal("as before", 0.98, Goal.Bound.AT_LEAST, 0.97, ""),
                    new Goal("nearly as before", 0.96, Goal.Bound.AT_LEAST, 0.97, "")));

    private static String printed(Consumer<BenchText> print) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        print.accept(new BenchText(Terminal.plain(out, err, 100)));
        assertThat(err.size()).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aTableHasAUnitARatioItsNotesAndTheGoals() {
        assertThat(printed(text -> text.tables(REPORT))).isEqualTo("""
                add (ms)  runs  median  p10   p90   ours ÷ this (p10 to p90)
                ours      3     2.00    1.20  2.80
                theirs    3     10.0    10.0  98.0  0.10 (0.04 to 0.18)

                  One was missing.

                goals
                  holds  a quarter: 0.10, at most 0.25
                  not yet  lab up: 2.50 s, at most 2.00 s
                  holds  as before: 0.98, at least 0.97
                  not yet  nearly as before: 0.96, at least 0.97
                """);
    }

    @Test
    void theDataHasEverySample() throws IOException {
        JsonNode json = new ObjectMapper().readTree(printed(text -> text.json(REPORT)));
        JsonNode theirs = json.at("/tables/0/rows/1");
        assertThat(json.at("/tables/0/unit").asText()).isEqualTo("ms");
        assertThat(theirs.at("/samples/2").asDouble()).isEqualTo(120);
        assertThat(theirs.at("/median").asDouble()).isEqualTo(10);
        assertThat(theirs.at("/ratio/of").asText()).isEqualTo("ours ÷ this");
        assertThat(theirs.at("/ratio/samples/0").asDouble()).isEqualTo(0.1);
        assertThat(json.at("/tables/0/rows/0").has("ratio")).isFalse();
        assertThat(json.at("/tables/0/notes/0").asText()).isEqualTo("One was missing.");
        assertThat(json.at("/goals/0/holds").asBoolean()).isTrue();
        assertThat(json.at("/goals/1/holds").asBoolean()).isFalse();
        assertThat(json.at("/goals/1/bound").asText()).isEqualTo("at most");
        assertThat(json.at("/goals/2/bound").asText()).isEqualTo("at least");
        assertThat(json.at("/goals/2/holds").asBoolean()).isTrue();
    }

    @Test
    void whatCannotBeMeasuredIsAUsageError() {
        assertThat(refused("bench", "speed"))
                .isEqualTo("fairlead: 'speed' can't be measured, but cni, crowd, bridge, lab and trace can;"
                        + " see `fairlead bench --help`\n");
        assertThat(refused("bench", "trace", "--part", "speed"))
                .isEqualTo(
                        "fairlead: --part 'speed' is not start, change or crowd of lab, nor cost, answer or load of trace;"
                                + " see `fairlead bench --help`\n");
        assertThat(refused("bench", "trace", "--part", "crowd"))
                .isEqualTo("fairlead: --part crowd is a part of lab, which is not asked for;"
                        + " see `fairlead bench --help`\n");
        assertThat(refused("bench", "--runs", "0"))
                .isEqualTo("fairlead: --runs must be 1 or more; see `fairlead bench --help`\n");
    }

    private static String refused(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertThat(FairleadCommand.run(Terminal.plain(out, err, 100), arguments))
                .isEqualTo(2);
        assertThat(out.size()).isZero();
        return err.toString(StandardCharsets.UTF_8);
    }
}
