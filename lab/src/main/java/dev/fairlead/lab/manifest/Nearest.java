package dev.fairlead.lab.manifest;

import java.util.Optional;

/** Finds the word that a mistyped one was meant to be. */
final class Nearest {
    private Nearest() {}

    /** The closest of {@code words}, when one is close enough to be worth a question. */
    static Optional<String> to(String typed, Iterable<String> words) {
        String best = "";
        int bestDistance = Math.max(1, typed.length() / 3) + 1;
        for (String word : words) {
            int distance = word.equalsIgnoreCase(typed) ? 0 : distance(typed, word);
            if (distance > 1 && typed.length() >= 4 && word.startsWith(typed)) {
                distance = 1; // cut short: "meta"
            }
            if (distance < bestDistance) {
                best = word;
                bestDistance = distance;
            }
        }
        return best.isEmpty() ? Optional.empty() : Optional.of(best);
    }

    /** Letters to insert, remove, replace or swap with their neighbour (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : step(a, b, i, j, cost);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int step(String a, String b, int i, int j, int[][] cost) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int best = Math.min(cost[i - 1][j - 1] + (same ? 0 : 1), Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
    }
}
