package dev.fairlead.trace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Clocks that are apart are put together so that no packet comes before it left; clocks that agree are left alone. */
class ClockAlignmentTest {
    private static final long SECOND = 1_000_000_000;
    private static final long MS = 1_000_000;
    private static final ClockReading UNSURE = new ClockReading(-60 * SECOND, 60 * SECOND);

    private static Map<String, ClockReading> readings(ClockReading a, ClockReading b) {
        return Map.of("a", a, "b", b);
    }

    @Test
    void clocksThatAgreeAreLeftAlone() {
        ClockAlignment clocks = ClockAlignment.of(
                readings(ClockReading.SAME, new ClockReading(-3 * MS, 2 * MS)),
                List.of(new Crossing("a", "b", 100, 140), new Crossing("b", "a", 900, 910)));
        assertThat(clocks.aheadNs()).isEqualTo(Map.of("a", 0L, "b", 0L));
        assertThat(clocks.aligned("b", 140)).isEqualTo(140);
    }

    /** There 40 µs, 1 ms at b, back 60 µs: the middle of both bounds is 10 µs beside the truth. */
    @Test
    void fiveSecondsAheadAndBehind() {
        for (long skew : new long[] {5 * SECOND, -5 * SECOND}) {
            ClockAlignment clocks = ClockAlignment.of(
                    readings(ClockReading.SAME, UNSURE),
                    List.of(
                            new Crossing("a", "b", 1000, 41_000 + skew),
                            new Crossing("b", "a", 1_041_000 + skew, 1_101_000)));
            assertThat(clocks.aheadNs()).isEqualTo(Map.of("a", 0L, "b", skew - 10_000));
            assertThat(clocks.aligned("b", 41_000 + skew)).isEqualTo(51_000);
        }
    }

    /** Nothing came back; what the node itself said when it was asked bounds it from below. */
    @Test
    void onlyTheWayThere() {
        ClockAlignment clocks = ClockAlignment.of(
                readings(ClockReading.SAME, ClockReading.of(0, -5 * SECOND + MS, 2 * MS)),
                List.of(new Crossing("a", "b", 1000, 41_000 - 5 * SECOND)));
        assertThat(clocks.aheadNs().get("b")).isBetween(-5 * SECOND - MS, -5 * SECOND + 40_000);
        assertThat(clocks.aligned("b", 41_000 - 5 * SECOND)).isBetween(1000L, 1000 + 2 * MS);
    }

    @Test
    void noCrossingAtAll() {
        ClockAlignment clocks = ClockAlignment.of(
                readings(ClockReading.SAME, new ClockReading(5 * SECOND - MS, 5 * SECOND + MS)), List.of());
        assertThat(clocks.aheadNs()).isEqualTo(Map.of("a", 0L, "b", 5 * SECOND));
        assertThat(ClockAlignment.of(Map.of(), List.of()).aligned("c", 7)).isEqualTo(7);
    }

    /** A clock was set while it was read: there is no truth to be found, and none is made up. */
    @Test
    void contradictions() {
        ClockAlignment clocks = ClockAlignment.of(
                readings(ClockReading.SAME, ClockReading.SAME),
                List.of(new Crossing("a", "b", 100, 50), new Crossing("b", "a", 60, 120)));
        assertThat(clocks.aheadNs()).isEqualTo(Map.of("a", 0L, "b", 0L));
    }

    /** Where it is asked often, the bounds get closer; where the clock is set between, only the last counts. */
    @Test
    void severalReadings() {
        ClockReading first = ClockReading.of(1000, 1500, 3000);
        assertThat(first).isEqualTo(new ClockReading(-1500, 500));
        assertThat(first.and(new ClockReading(-100, 900))).isEqualTo(new ClockReading(-100, 500));
        assertThat(first.and(new ClockReading(700, 900))).isEqualTo(new ClockReading(700, 900));
    }

    /** Of any clocks and any ways: what crosses is never seen to come before it left, and nobody is farther off than the bounds. */
    @Test
    void neverOutOfOrder() {
        SplittableRandom random = new SplittableRandom(17);
        for (int round = 0; round < 500; round++) {
            int size = random.nextInt(2, 6);
            long reach = random.nextBoolean() ? 5 * SECOND : 100_000;
            Map<String, Long> skews = new TreeMap<>();
            Map<String, ClockReading> readings = new TreeMap<>();
            for (int i = 0; i < size; i++) {
                long skew = random.nextLong(-reach, reach + 1);
                skews.put("n" + i, skew);
                readings.put("n" + i, new ClockReading(skew - random.nextLong(3 * MS), skew + random.nextLong(3 * MS)));
            }
            List<Crossing> crossings = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                String from = "n" + random.nextInt(size);
                String to = "n" + random.nextInt(size);
                long left = random.nextLong(SECOND);
                if (!from.equals(to)) {
                    long entered = left + random.nextLong(1, 200_000);
                    crossings.add(new Crossing(from, to, left + of(skews, from), entered + of(skews, to)));
                }
            }
            ClockAlignment clocks = ClockAlignment.of(readings, crossings);
            for (Crossing crossing : crossings) {
                assertThat(clocks.aligned(crossing.to(), crossing.enteredNs()))
                        .as("round %d: %s by %s", round, crossing, clocks)
                        .isGreaterThanOrEqualTo(clocks.aligned(crossing.from(), crossing.leftNs()));
            }
            clocks.aheadNs().forEach((node, ahead) -> {
                ClockReading reading = of(readings, node);
                assertThat(ahead).isBetween(reading.leastNs(), reading.mostNs());
            });
        }
    }

    private static <T> T of(Map<String, T> values, String node) {
        return Objects.requireNonNull(values.get(node), node);
    }
}
