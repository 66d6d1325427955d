package dev.fairlead.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Contestant;
import dev.fairlead.bench.Rounds.Lap;
import dev.fairlead.bench.Rounds.Results;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether traces are complete, or say what they lost, while another pod opens very many connections to the same Service; and
 * what traces and these connections take from each other.
 */
public final class TraceLoadBench {
    private static final String LOAD = "other connections";
    private static final String TRACES = "traces";
    private static final String BOTH = "both";
    private static final String SERVICE = "svc/far";
    private static final String RATE = "rate";
    private static final String TOOK = "took";
    private static final int PER_SECOND = 10_000;
    private static final int THREADS = 4;
    private static final Duration TIME = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private TraceLoadBench() {}

    /** Everything of the measurement; one round is a second of traces, of connections, or of both. */
    private static final class Scene {
        private final TraceLab lab;
        private final Map<Traced, Integer> counts = new EnumMap<>(Traced.class);
        private final List<String> silent = new ArrayList<>();

        Scene(TraceLab lab) {
            this.lab = lab;
        }

        ConnectionLoad load() {
            Traffic traffic = lab.toService(TraceLab.OTHER);
            return ConnectionLoad.start(traffic.client(), traffic.target(), THREADS, PER_SECOND, LONGEST);
        }

        /** @return how long each took, in milliseconds */
        List<Double> traces(boolean counted) {
            List<Double> took = new ArrayList<>();
            long end = System.nanoTime() + TIME.toNanos();
            while (System.nanoTime() - end < 0) {
                long start = System.nanoTime();
                JsonNode trace = lab.trace(SERVICE);
                took.add((System.nanoTime() - start) / 1e6);
                Traced traced = Traced.of(trace);
                if (counted) {
                    counts.merge(traced, 1, Integer::sum);
                }
                if (traced == Traced.SILENT) {
                    silent.add(trace.path("text").asText());
                }
            }
            return took;
        }

        int count(Traced traced) {
            return counts.getOrDefault(traced, 0);
        }
    }

    private record Loaded(Scene scene) implements Contestant {
        @Override
        public String name() {
            return LOAD;
        }

        @Override
        public void round(Lap lap) {
            try (ConnectionLoad load = scene.load()) {
                lap.took(RATE, load.rate(TIME));
            }
        }
    }

    private record Traces(Scene scene) implements Contestant {
        @Override
        public String name() {
            return TRACES;
        }

        @Override
        public void round(Lap lap) {
            lap.took(TOOK, new Samples(scene.traces(false)).median());
        }
    }

    private record Both(Scene scene) implements Contestant {
        @Override
        public String name() {
            return BOTH;
        }

        @Override
        public void round(Lap lap) {
            try (ConnectionLoad load = scene.load()) {
                long start = System.nanoTime();
                double before = load.amount();
                lap.took(TOOK, new Samples(scene.traces(true)).median());
                lap.took(RATE, (load.amount() - before) * 1e9 / (System.nanoTime() - start));
            }
        }
    }

    /** Measures, which takes some 4 s for each of {@code runs}. There must be a build. */
    public static Report run(Place place, int runs, Progress progress) {
        try (TraceLab lab = TraceLab.up(place);
                Greeter ignored = Greeter.start(lab.namespace(TraceLab.FAR), TraceLab.PORT)) {
            Scene scene = new Scene(lab);
            Results results = new Rounds("trace load", Math.min(runs, 2), runs, progress)
                    .of(List.of(new Loaded(scene), new Both(scene), new Traces(scene)));
            return report(scene, results);
        }
    }

    private static Report report(Scene scene, Results results) {
        Samples alone = results.of(LOAD, RATE);
        Samples rate = results.of(BOTH, RATE);
        Samples quiet = results.of(TRACES, TOOK);
        Samples took = results.of(BOTH, TOOK);
        Comparison connections = Comparison.of(
                        "other connections to the same Service", Unit.PER_SECOND, "this ÷ no traces")
                .with(Row.of("no traces", alone))
                .with(new Row("one trace after the other", rate, rate.dividedBy(alone)))
                .with("As many as the machine gives, at most " + PER_SECOND
                        + "; programs and kernels share its processors.");
        Comparison traces = Comparison.of("a trace, from the question to the answer", Unit.MILLISECONDS, "this ÷ quiet")
                .with(Row.of("no other connections", quiet))
                .with(new Row("under that load", took, took.dividedBy(quiet)))
                .with(String.format(
                        Locale.ROOT,
                        "%d traces under load: %d complete, %d said what they lost, %d incomplete without saying so",
                        scene.count(Traced.COMPLETE) + scene.count(Traced.SAID) + scene.count(Traced.SILENT),
                        scene.count(Traced.COMPLETE),
                        scene.count(Traced.SAID),
                        scene.count(Traced.SILENT)));
        if (!scene.silent.isEmpty()) {
            traces = traces.with("One that is incomplete:\n" + scene.silent.getFirst());
        }
        Goal goal = new Goal("traces under load that are incomplete without saying so", scene.silent.size(), 0, "");
        return new Report(List.of(connections, traces), List.of(goal));
    }
}
