package dev.fairlead.lab.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The kubelet's waits, a tenth as long: none, 10 s, 20 s, 40 s, … 300 s. */
class RestartDelayTest {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final RestartDelay delay = new RestartDelay();

    private Duration crash() {
        Duration wait = delay.after(now);
        Instant ended = now;
        now = delay.notBefore(now);
        delay.restart(now, ended);
        return wait;
    }

    @Test
    void doublesFromNothingToTheLongest() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            waits.add(crash().toSeconds());
        }
        assertThat(waits).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 30L, 30L);
    }

    @Test
    void isForgottenOnceItHasRunForTwiceTheLongest() {
        crash();
        crash();
        crash();
        now = now.plus(RestartDelay.LONGEST.multipliedBy(2));
        assertThat(delay.after(now)).isEqualTo(Duration.ofSeconds(4));
        now = now.plusMillis(1);
        assertThat(crash()).isZero();
        assertThat(crash()).isEqualTo(RestartDelay.FIRST);
    }
}
