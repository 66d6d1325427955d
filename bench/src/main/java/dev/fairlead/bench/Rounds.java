package dev.fairlead.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Contestants that take turns: A B C, B C A, C A B, … Whatever else the machine does meets all of them alike, and nobody
 * always comes first.
 *
 * @param warmUp rounds before those that count, in which the JVM compiles and caches fill
 * @param runs rounds that count, at least 1
 */
public record Rounds(String what, int warmUp, int runs, Progress progress) {

    /** Somebody who can be measured again and again. */
    public interface Contestant {
        String name();

        /** Does it once and says how long what took. */
        void round(Lap lap);
    }

    /** Takes what a contestant measured in this round. */
    @FunctionalInterface
    public interface Lap {
        /** @param quantity such as {@code ADD}; once in a round */
        void took(String quantity, double value);

        /** Since {@code start}, by {@link System#nanoTime}, in milliseconds. */
        default void since(String quantity, long start) {
            took(quantity, (System.nanoTime() - start) / 1e6);
        }
    }

    /** What all of them measured. */
    public record Results(Map<String, Map<String, Samples>> byContestant) {
        /** Of a contestant that took part. */
        public Samples of(String contestant, String quantity) {
            Samples samples = byContestant.getOrDefault(contestant, Map.of()).get(quantity);
            if (samples == null) {
                throw new IllegalArgumentException(contestant + " did not measure " + quantity);
            }
            return samples;
        }
    }

    public Rounds {
        if (runs < 1 || warmUp < 0) {
            throw new IllegalArgumentException(runs + " runs after " + warmUp + " to warm up is not a measurement");
        }
    }

    /** The usual warm-up: a third of the runs, and enough for the JVM to have compiled what is measured. */
    static Rounds of(String what, int runs, Progress progress) {
        return new Rounds(what, Math.min(runs, 15), runs, progress);
    }

    public Results of(List<? extends Contestant> contestants) {
        Map<String, Map<String, List<Double>>> taken = new LinkedHashMap<>();
        for (int round = 0; round < warmUp + runs; round++) {
            progress.at(what, round, warmUp + runs);
            for (int turn = 0; turn < contestants.size(); turn++) {
                Contestant contestant = contestants.get((round + turn) % contestants.size());
                boolean counts = round >= warmUp;
                contestant.round((quantity, value) -> {
                    if (counts) {
                        taken.computeIfAbsent(contestant.name(), name -> new LinkedHashMap<>())
                                .computeIfAbsent(quantity, name -> new ArrayList<>())
                                .add(value);
                    }
                });
            }
        }
        progress.at(what, warmUp + runs, warmUp + runs);
        return results(taken);
    }

    private static Results results(Map<String, Map<String, List<Double>>> taken) {
        Map<String, Map<String, Samples>> all = new LinkedHashMap<>();
        taken.forEach((contestant, quantities) -> {
            Map<String, Samples> samples = new LinkedHashMap<>();
            quantities.forEach((quantity, values) -> samples.put(quantity, new Samples(values)));
            all.put(contestant, samples);
        });
        return new Results(all);
    }
}
