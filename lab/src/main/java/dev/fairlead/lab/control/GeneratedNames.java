package dev.fairlead.lab.control;

import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Names as {@code metadata.generateName} makes them: a base and five characters, of an alphabet without vowels so that no
 * words come out ({@code apiserver/pkg/storage/names}, {@code apimachinery/pkg/util/rand}).
 */
final class GeneratedNames {
    static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
    private static final int RANDOM_LENGTH = 5;
    private static final int LONGEST_BASE = 63 - RANDOM_LENGTH;

    private final RandomGenerator random;

    GeneratedNames(RandomGenerator random) {
        this.random = random;
    }

    /** {@code base-x7k2p}, one that isn't {@code taken}. */
    String next(String base, Predicate<String> taken) {
        String dashed = base + "-";
        String stem = dashed.substring(0, Math.min(dashed.length(), LONGEST_BASE));
        String name = stem + suffix();
        while (taken.test(name)) {
            name = stem + suffix();
        }
        return name;
    }

    private String suffix() {
        StringBuilder suffix = new StringBuilder();
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            suffix.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return suffix.toString();
    }
}
