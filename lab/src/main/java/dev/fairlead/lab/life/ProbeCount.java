package dev.fairlead.lab.life;

import dev.fairlead.lab.model.Probe;
import java.time.Instant;
import java.util.Optional;

/** What one probe's answers add up to since its container started ({@code pkg/kubelet/prober/worker.go}). */
final class ProbeCount {
    private final Probe probe;
    private Instant due;
    private boolean asking;
    private boolean latest;
    private int run;
    private boolean verdict;

    /** @param begin when its first period began */
    ProbeCount(Probe probe, boolean initialVerdict, Instant begin) {
        this.probe = probe;
        this.verdict = initialVerdict;
        this.due = begin.plus(probe.delay());
    }

    Probe probe() {
        return probe;
    }

    /** When to ask next; empty while an answer is awaited. */
    Optional<Instant> due() {
        return asking ? Optional.empty() : Optional.of(due);
    }

    void ask() {
        asking = true;
    }

    /** Its period goes on from when it was due, unless the answer took longer than that. */
    void answer(boolean good, Instant now) {
        asking = false;
        Instant next = due.plus(probe.period());
        due = next.isBefore(now) ? now.plus(probe.period()) : next;
        run = run > 0 && good == latest ? run + 1 : 1;
        latest = good;
        if (run >= (good ? probe.successes() : probe.failures())) {
            verdict = good;
        }
    }

    boolean verdict() {
        return verdict;
    }

    /** Whether enough answers in a row were bad. */
    boolean hasFailed() {
        return run >= probe.failures() && !latest;
    }
}
