package dev.fairlead.bench;

import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Contestant;
import dev.fairlead.bench.Rounds.Lap;
import dev.fairlead.bench.Rounds.Results;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Many pods: all attached at once, as after a node's restart, and one after the other until the node is full. A node of its
 * own each round.
 *
 * @param together how many are attached at once
 * @param full how many a node is filled with, at most 250
 */
record Crowd(int together, int full) {
    private static final String P50 = "p50";
    private static final String P99 = "p99";
    private static final String ALL = "all";
    private static final String FIRST = "first";
    private static final String LAST = "last";
    /** Of a node on which nothing has been attached yet. */
    private static final String FRESH = "fresh ";

    private static final int TEN = 10;
    private static final int PATIENCE_SECONDS = 120;

    /** Makes nodes of one kind. */
    record Kind(String name, Supplier<CniNode> node) {}

    /** One kind, with a fresh node each round. */
    private record Filling(Kind kind, Crowd crowd) implements Contestant {
        @Override
        public String name() {
            return kind.name();
        }

        @Override
        public void round(Lap lap) {
            try (CniNode node = kind.node().get()) {
                crowd.atOnce(node, lap, FRESH);
                crowd.oneByOne(node, lap);
                crowd.atOnce(node, lap, "");
            }
        }
    }

    /** How many pods a node must have for a round. */
    int pods() {
        return 2 * together + full;
    }

    Report measure(List<Kind> kinds, int runs, Progress progress) {
        List<Filling> contestants = new ArrayList<>();
        kinds.forEach(kind -> contestants.add(new Filling(kind, this)));
        Results results = new Rounds("many pods", 1, runs, progress).of(contestants);
        Comparison fresh = Comparison.of(
                "cni: " + together + " ADDs at once, the node's first", Unit.MILLISECONDS, "Fairlead ÷ this");
        Comparison atOnce = Comparison.of("cni: " + together + " ADDs at once", Unit.MILLISECONDS, "Fairlead ÷ this");
        Comparison growth = Comparison.of(
                "cni: a node with " + full + " pods", Unit.MILLISECONDS, "last " + TEN + " ÷ first " + TEN);
        List<Goal> goals = new ArrayList<>();
        for (Kind kind : kinds) {
            boolean isOurs = kind.equals(kinds.getFirst());
            fresh = together(fresh, kinds.getFirst(), kind, results, FRESH);
            atOnce = together(atOnce, kinds.getFirst(), kind, results, "");
            if (!isOurs) {
                String goal = together + " ADDs at once: p99 a third of the reference's";
                goals.add(Goal.ratio(goal, p99(kinds.getFirst(), kind, results, ""), 1 / 3.0));
                goals.add(
                        Goal.ratio(goal + ", the node's first", p99(kinds.getFirst(), kind, results, FRESH), 1 / 3.0));
            }
            Samples first = results.of(kind.name(), FIRST);
            Samples last = results.of(kind.name(), LAST);
            growth = growth.with(Row.of(kind.name() + ": the first " + TEN, first))
                    .with(new Row(kind.name() + ": the last " + TEN, last, last.dividedBy(first)));
            if (isOurs) {
                goals.add(Goal.ratio(
                        "the last ADD of " + full + " costs as the 10th, plus a fifth", last.dividedBy(first), 1.2));
            }
        }
        return new Report(List.of(fresh, atOnce, growth), goals);
    }

    private static Comparison together(Comparison table, Kind ours, Kind kind, Results results, String when) {
        Samples ratios = kind.equals(ours) ? Samples.NONE : p99(ours, kind, results, when);
        return table.with(Row.of(kind.name() + ": median of the ADDs", results.of(kind.name(), when + P50)))
                .with(new Row(kind.name() + ": p99 of the ADDs", results.of(kind.name(), when + P99), ratios))
                .with(Row.of(kind.name() + ": until all are done", results.of(kind.name(), when + ALL)));
    }

    private static Samples p99(Kind ours, Kind other, Results results, String when) {
        return results.of(ours.name(), when + P99).dividedBy(results.of(other.name(), when + P99));
    }

    private void atOnce(CniNode node, Lap lap, String when) {
        CountDownLatch go = new CountDownLatch(1);
        List<Pods.Pod> pods = new ArrayList<>();
        List<FutureTask<Double>> adding = new ArrayList<>();
        for (int i = 0; i < together; i++) {
            Pods.Pod pod = node.pods().next();
            pods.add(pod);
            adding.add(start(() -> {
                node.enter();
                go.await();
                return node.add(pod);
            }));
        }
        long start = System.nanoTime();
        go.countDown();
        Samples times = new Samples(adding.stream().map(Crowd::await).toList());
        lap.since(when + ALL, start);
        lap.took(when + P50, times.median());
        lap.took(when + P99, times.percentile(99));
        List<FutureTask<Double>> deleting = new ArrayList<>();
        pods.forEach(pod -> deleting.add(start(() -> {
            node.enter();
            return node.del(pod);
        })));
        deleting.forEach(Crowd::await);
    }

    private void oneByOne(CniNode node, Lap lap) {
        List<Pods.Pod> pods = new ArrayList<>();
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < full; i++) {
            Pods.Pod pod = node.pods().next();
            pods.add(pod);
            times.add(node.thread().call(() -> node.add(pod)));
        }
        // The very first ADDs also pay for what is only made once, so the ten after the fifth are compared with the
        // last.
        int from = Math.min(TEN / 2, Math.max(0, full - TEN));
        lap.took(FIRST, new Samples(times.subList(from, Math.min(full, from + TEN))).median());
        lap.took(LAST, new Samples(times.subList(Math.max(0, full - TEN), full)).median());
        pods.forEach(pod -> node.thread().call(() -> node.del(pod)));
    }

    private static FutureTask<Double> start(Callable<Double> work) {
        FutureTask<Double> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name("bench-crowd").start(task);
        return task;
    }

    private static double await(FutureTask<Double> task) {
        try {
            return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("a CNI call took more than " + PATIENCE_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
