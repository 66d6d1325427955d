package dev.fairlead.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Contestant;
import dev.fairlead.bench.Rounds.Lap;
import dev.fairlead.bench.Rounds.Results;
import java.util.List;
import java.util.Locale;

/**
 * How long the answer of a trace takes on two nodes, to a Service whose endpoint is on the other one: from the question at the
 * lab's door to its answer, and the whole command. The connection itself is from its first packet to the answer's arrival, by the
 * kernel's own times.
 */
public final class TraceAnswerBench {
    private static final String DOOR = "door";
    private static final String COMMAND = "command";
    private static final String VERSION = "version";
    private static final String ANSWER = "answer";
    private static final String CONNECTION = "connection";
    private static final String REST = "rest";
    private static final String SERVICE = "svc/web";
    private static final double LIMIT_MILLISECONDS = 300;
    private static final double P99 = 99;

    private TraceAnswerBench() {}

    private record Door(TraceLab lab) implements Contestant {
        @Override
        public String name() {
            return DOOR;
        }

        @Override
        public void round(Lap lap) {
            long start = System.nanoTime();
            JsonNode trace = lab.trace(SERVICE);
            double all = (System.nanoTime() - start) / 1e6;
            if (!Traced.of(trace).equals(Traced.COMPLETE)) {
                throw new IllegalStateException("a trace without anything to disturb it is not complete: " + trace);
            }
            double connection = trace.path("reply")
                            .path(trace.path("reply").size() - 1)
                            .path("tNs")
                            .asLong()
                    / 1e6;
            lap.took(ANSWER, all);
            lap.took(CONNECTION, connection);
            lap.took(REST, all - connection);
        }
    }

    private record Command(TraceLab lab) implements Contestant {
        @Override
        public String name() {
            return COMMAND;
        }

        @Override
        public void round(Lap lap) {
            long start = System.nanoTime();
            lab.traceByCommand(SERVICE);
            lap.since(COMMAND, start);
        }
    }

    /** The least that any command takes. */
    private record Version(Launcher launcher) implements Contestant {
        @Override
        public String name() {
            return VERSION;
        }

        @Override
        public void round(Lap lap) {
            long start = System.nanoTime();
            var unused = launcher.run(List.of("--version"));
            lap.since(VERSION, start);
        }
    }

    /** Measures, which takes some 2 s for each of {@code runs}. There must be a build. */
    public static Report run(Place place, int runs, Progress progress) {
        double first;
        Results results;
        try (TraceLab lab = TraceLab.up(place)) {
            long start = System.nanoTime();
            var unused = lab.trace(SERVICE);
            first = (System.nanoTime() - start) / 1e6;
            results = new Rounds("trace answer", Math.min(runs, 5), runs, progress)
                    .of(List.of(new Door(lab), new Command(lab), new Version(new Launcher(place.home()))));
        }
        Samples rest = results.of(DOOR, REST);
        Samples command = results.of(COMMAND, COMMAND);
        Comparison times = Comparison.of("a trace on two nodes", Unit.MILLISECONDS, "")
                .with(Row.of("from the question to the answer", results.of(DOOR, ANSWER)))
                .with(Row.of("the connection itself", results.of(DOOR, CONNECTION)))
                .with(Row.of("the rest", rest))
                .with(Row.of("./fairlead trace, the whole command", command))
                .with(Row.of("./fairlead --version", results.of(VERSION, VERSION)))
                .with(percentiles("the rest", rest))
                .with(percentiles("the whole command", command))
                .with(String.format(Locale.ROOT, "The lab's very first trace: %.0f ms", first));
        Goal goal = new Goal(
                "p99 of a trace's answer beyond the connection itself",
                rest.percentile(P99),
                LIMIT_MILLISECONDS,
                " " + Unit.MILLISECONDS.symbol());
        return new Report(List.of(times), List.of(goal));
    }

    private static String percentiles(String what, Samples samples) {
        return String.format(
                Locale.ROOT, "%s: p50 %.1f ms, p99 %.1f ms", what, samples.median(), samples.percentile(P99));
    }
}
