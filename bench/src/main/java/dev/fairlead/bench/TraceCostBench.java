package dev.fairlead.bench;

import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Contestant;
import dev.fairlead.bench.Rounds.Lap;
import dev.fairlead.bench.Rounds.Results;
import dev.fairlead.trace.observe.Observation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What other traffic loses while one connection is looked for: throughput and new connections between pods of one node, of two
 * nodes, and through a Service, with nothing armed and with everything armed that a trace arms. Nothing armed comes twice: what
 * these two differ by is the measurement's own noise.
 */
public final class TraceCostBench {
    private static final String UNARMED = "nothing armed";
    private static final String AGAIN = "nothing armed, again";
    private static final String ARMED = "armed for one connection";
    private static final String BULK = "bulk";
    private static final String CONNECTIONS = "connections";
    private static final Duration TIME = Duration.ofMillis(250);
    private static final int UNLIMITED = 1_000_000;
    private static final double FLOOR = 0.97;

    private TraceCostBench() {}

    private record Way(String name, Traffic traffic) {
        void measure(Lap lap) {
            lap.took(BULK, traffic.bulk(TIME));
            try (Greeter ignored = Greeter.start(traffic.server(), traffic.port());
                    ConnectionLoad load =
                            ConnectionLoad.start(traffic.client(), traffic.target(), 1, UNLIMITED, TIME)) {
                lap.took(CONNECTIONS, load.awaitEnd());
            }
        }
    }

    private record Unarmed(String name, Way way) implements Contestant {
        @Override
        public void round(Lap lap) {
            way.measure(lap);
        }
    }

    private record Armed(String name, Way way, TraceLab lab) implements Contestant {
        @Override
        public void round(Lap lap) {
            try (Observation ignored = lab.arm()) {
                way.measure(lap);
            }
        }
    }

    /** Measures, which takes some 5 s for each of {@code runs}. There must be a build. */
    public static Report run(Place place, int runs, Progress progress) {
        Report report = Report.empty();
        try (TraceLab lab = TraceLab.up(place)) {
            List<Way> ways = List.of(
                    new Way("pods of one node", lab.toPod(TraceLab.OTHER, TraceLab.NEAR)),
                    new Way("pods of two nodes", lab.toPod(TraceLab.OTHER, TraceLab.FAR)),
                    new Way("a Service on the other node", lab.toService(TraceLab.OTHER)));
            for (Way way : ways) {
                Results results = new Rounds("trace cost, " + way.name(), Math.min(runs, 3), runs, progress)
                        .of(List.of(
                                new Unarmed(UNARMED, way), new Armed(ARMED, way, lab), new Unarmed(AGAIN, way)));
                report = report.and(compare(results, way.name()));
            }
        }
        return report;
    }

    private static Report compare(Results results, String way) {
        List<Comparison> comparisons = new ArrayList<>();
        List<Goal> goals = new ArrayList<>();
        for (String quantity : List.of(BULK, CONNECTIONS)) {
            boolean bulk = quantity.equals(BULK);
            Samples unarmed = results.of(UNARMED, quantity);
            Samples armed = results.of(ARMED, quantity).dividedBy(unarmed);
            Samples again = results.of(AGAIN, quantity);
            comparisons.add(Comparison.of(
                            way + (bulk ? ": one TCP connection" : ": new TCP connections"),
                            bulk ? Unit.GIGABITS : Unit.PER_SECOND,
                            "this ÷ nothing armed")
                    .with(Row.of(UNARMED, unarmed))
                    .with(new Row(ARMED, results.of(ARMED, quantity), armed))
                    .with(new Row(AGAIN, again, again.dividedBy(unarmed))));
            goals.add(Goal.atLeast(
                    "armed ÷ not armed, " + way + (bulk ? ", throughput" : ", new connections"), armed, FLOOR));
        }
        return new Report(comparisons, goals);
    }
}
