package dev.fairlead.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/**
 * What was measured of one thing, a number for each round, in the order of the rounds.
 *
 * @param inOrder none where nothing was measured
 */
public record Samples(List<Double> inOrder) {
    public static final Samples NONE = new Samples(List.of());

    public Samples {
        inOrder = List.copyOf(inOrder);
    }

    public int size() {
        return inOrder.size();
    }

    public boolean isEmpty() {
        return inOrder.isEmpty();
    }

    public double median() {
        return percentile(50);
    }

    /**
     * The value that {@code percent} of the samples don't exceed, between two samples by their distance.
     *
     * @param percent 0 to 100
     * @throws IllegalStateException when there are no samples
     */
    public double percentile(double percent) {
        if (isEmpty()) {
            throw new IllegalStateException("nothing was measured, so there is no percentile " + percent);
        }
        List<Double> sorted = new ArrayList<>(inOrder);
        sorted.sort(null);
        double place = percent / 100 * (size() - 1);
        int below = (int) Math.floor(place);
        int above = (int) Math.ceil(place);
        return sorted.get(below) + (place - below) * (sorted.get(above) - sorted.get(below));
    }

    /** Round by round, how many times the other this is: what disturbs a round disturbs both sides of its ratio. */
    public Samples dividedBy(Samples other) {
        return with(other, (mine, theirs) -> mine / theirs);
    }

    /** Round by round, what is left of this without the other. */
    public Samples minus(Samples other) {
        return with(other, (mine, theirs) -> mine - theirs);
    }

    private Samples with(Samples other, DoubleBinaryOperator operation) {
        List<Double> results = new ArrayList<>();
        for (int i = 0; i < Math.min(size(), other.size()); i++) {
            results.add(operation.applyAsDouble(inOrder.get(i), other.inOrder.get(i)));
        }
        return new Samples(results);
    }
}
