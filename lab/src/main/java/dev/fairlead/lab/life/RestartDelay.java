package dev.fairlead.lab.life;

import java.time.Duration;
import java.time.Instant;

/**
 * How long a container that ended has to wait: not at all the first time, then twice as long each time. The kubelet's
 * times ({@code 10 s} up to {@code 300 s}, forgotten when a container has run for twice the longest) divided by ten, so that a
 * person can watch them.
 */
final class RestartDelay {
    static final Duration FIRST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofSeconds(30);

    private Duration delay = Duration.ZERO;
    private Instant restarted = Instant.EPOCH;

    /** When a container that ended then may be started again. */
    Instant notBefore(Instant ended) {
        return isForgotten(ended) ? ended : ended.plus(delay);
    }

    /** The wait behind {@link #notBefore}. */
    Duration after(Instant ended) {
        return Duration.between(ended, notBefore(ended));
    }

    /** It is started again now. @param ended when it had ended */
    void restart(Instant now, Instant ended) {
        Duration twice = delay.multipliedBy(2);
        if (delay.isZero() || isForgotten(ended)) {
            delay = FIRST;
        } else {
            delay = twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
        }
        restarted = now;
    }

    private boolean isForgotten(Instant ended) {
        return Duration.between(restarted, ended).compareTo(LONGEST.multipliedBy(2)) > 0;
    }
}
