package dev.fairlead.lab.demo;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One row of the story with what was observed.
 *
 * @param number 1 to 10
 * @param name what happens, in the words of the story
 * @param did what was done to see it
 * @param ok whether the kernel showed it
 * @param evidence what the kernel showed, in order; for a failed row also {@code failure}, one sentence
 */
public record Row(int number, String name, String did, boolean ok, Map<String, String> evidence) {

    /** Collects a row; what isn't as it should be throws {@link NotObserved}. Confined to one thread. */
    static final class Observation {
        private final Map<String, String> evidence = new LinkedHashMap<>();

        /** Notes something that the kernel said. */
        Observation saw(String what, Object text) {
            evidence.put(what, text.toString());
            return this;
        }

        /** Ends the row as failed unless {@code holds}. */
        void require(boolean holds, String otherwise) {
            if (!holds) {
                throw new NotObserved(otherwise);
            }
        }

        Map<String, String> evidence() {
            return evidence;
        }
    }

    /** The kernel didn't show what the row says. */
    static final class NotObserved extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotObserved(String sentence) {
            super(sentence);
        }
    }
}
