package dev.fairlead.bench;

import java.util.ArrayList;
import java.util.List;

/** What one measurement gave. */
public record Report(List<Comparison> comparisons, List<Goal> goals) {

    public Report {
        comparisons = List.copyOf(comparisons);
        goals = List.copyOf(goals);
    }

    public static Report empty() {
        return new Report(List.of(), List.of());
    }

    /** Both, this one first. */
    public Report and(Report other) {
        List<Comparison> allComparisons = new ArrayList<>(comparisons);
        allComparisons.addAll(other.comparisons);
        List<Goal> allGoals = new ArrayList<>(goals);
        allGoals.addAll(other.goals);
        return new Report(allComparisons, allGoals);
    }
}
