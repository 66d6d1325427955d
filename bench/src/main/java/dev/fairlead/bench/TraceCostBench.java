package dev.fairlead.bench;

import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Contestant;
import dev.fairlead.bench.Rounds.Lap;
import dev.fairlead.bench.Rounds.Results;
import dev.fairlead.trace.observe.Observation;
import java.time.Duration;
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
    private static final String RATE = "rate";
    private static final String BULK = ": one TCP connection";
    private static final String CONNECTIONS = ": new TCP connections";
    private static final int WARM_UP = 10;
    private static final Duration TIME = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final int UNLIMITED = 1_000_000;
    private static final double FLOOR = 0.97;

    private TraceCostBench() {}

    /** @param pod whom the traffic reaches */
    private record Way(String name, Traffic traffic, String pod) {}

    private record Unarmed(String name, Flowing traffic) implements Contestant {
        @Override
        public void round(Lap lap) {
            lap.took(RATE, traffic.rate(TIME));
        }
    }

    private record Armed(String name, Flowing traffic, TraceArming arming) implements Contestant {
        @Override
        public void round(Lap lap) {
            try (Observation ignored = arming.arm()) {
                lap.took(RATE, traffic.rate(TIME));
            }
        }
    }

    /** Measures, which takes some 3 s for each of {@code runs}. There must be a build. */
    public static Report run(Place place, int runs, Progress progress) {
        Report report = Report.empty();
        try (TraceLab lab = TraceLab.up(place)) {
            List<Way> ways = List.of(
                    new Way("pods of one node", lab.toPod(TraceLab.OTHER, TraceLab.NEAR), TraceLab.NEAR),
                    new Way("pods of two nodes", lab.toPod(TraceLab.OTHER, TraceLab.FAR), TraceLab.FAR),
                    new Way("a Service on the other node", lab.toService(TraceLab.OTHER), TraceLab.FAR));
            for (Way way : ways) {
                Traffic traffic = way.traffic();
                TraceArming arming =
                        new TraceArming(lab, way.pod(), traffic.target().ip());
                try (BulkLoad bulk = BulkLoad.start(traffic, LONGEST)) {
                    report = report.and(measure(arming, way.name() + BULK, Unit.GIGABITS, bulk, runs, progress));
                }
                try (Greeter ignored = Greeter.start(traffic.server(), traffic.port());
                        ConnectionLoad load =
                                ConnectionLoad.start(traffic.client(), traffic.target(), 1, UNLIMITED, LONGEST)) {
                    report = report.and(
                            measure(arming, way.name() + CONNECTIONS, Unit.PER_SECOND, load, runs, progress));
                }
            }
        }
        return report;
    }

    private static Report measure(
            TraceArming arming, String what, Unit unit, Flowing traffic, int runs, Progress progress) {
        Results results = new Rounds("trace cost, " + what, Math.min(runs, WARM_UP), runs, progress)
                .of(List.of(
                        new Unarmed(UNARMED, traffic), new Armed(ARMED, traffic, arming), new Unarmed(AGAIN, traffic)));
        Samples unarmed = results.of(UNARMED, RATE);
        Samples armed = results.of(ARMED, RATE);
        Samples again = results.of(AGAIN, RATE);
        Samples ratio = armed.dividedBy(unarmed);
        Comparison comparison = Comparison.of(what, unit, "this ÷ nothing armed")
                .with(Row.of(UNARMED, unarmed))
                .with(new Row(ARMED, armed, ratio))
                .with(new Row(AGAIN, again, again.dividedBy(unarmed)));
        return new Report(List.of(comparison), List.of(Goal.atLeast("armed ÷ not armed, " + what, ratio, FLOOR)));
    }
}
