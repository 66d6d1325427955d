package dev.fairlead.cni.runtime;

import dev.fairlead.cni.CniException;
import java.util.ArrayList;
import java.util.List;

/** Failures of steps that all have to be tried. Confined to one call. */
final class Failures {
    private final List<CniException> failures = new ArrayList<>();

    /** Does a step and keeps its failure. */
    void collect(Runnable step) {
        try {
            step.run();
        } catch (CniException e) {
            failures.add(e);
        }
    }

    /** Throws a single failure as it is, and several as one that says them all, with the first one's code. */
    void throwAll(String what) {
        if (failures.size() == 1) {
            throw failures.getFirst();
        }
        if (!failures.isEmpty()) {
            List<String> messages = failures.stream().map(Throwable::getMessage).toList();
            CniException all = new CniException(
                    failures.getFirst().code(),
                    what + " failed in " + failures.size() + " places",
                    String.join("; ", messages));
            failures.forEach(all::addSuppressed);
            throw all;
        }
    }
}
