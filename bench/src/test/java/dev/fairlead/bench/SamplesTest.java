package dev.fairlead.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {
    private static final Samples FOUR = new Samples(List.of(4.0, 1.0, 3.0, 2.0));

    @Test
    void percentilesLieBetweenTheSamples() {
        assertThat(FOUR.median()).isEqualTo(2.5);
        assertThat(FOUR.percentile(0)).isEqualTo(1);
        assertThat(FOUR.percentile(100)).isEqualTo(4);
        assertThat(FOUR.percentile(10)).isCloseTo(1.3, within(1e-9));
        assertThat(new Samples(List.of(7.0)).percentile(90)).isEqualTo(7);
    }

    @Test
    void ratiosAreTakenRoundByRound() {
        Samples other = new Samples(List.of(2.0, 1.0, 1.0, 8.0));
        assertThat(FOUR.dividedBy(other).inOrder()).containsExactly(2.0, 1.0, 3.0, 0.25);
        assertThat(FOUR.minus(other).inOrder()).containsExactly(2.0, 0.0, 2.0, -6.0);
    }

    @Test
    void nothingHasNoMedian() {
        assertThatThrownBy(Samples.NONE::median)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nothing was measured");
    }

    @Test
    void everyContestantComesFirstInTurnAndTheWarmUpDoesNotCount() {
        StringBuilder turns = new StringBuilder();
        record Named(String name, StringBuilder turns) implements Rounds.Contestant {
            @Override
            public void round(Rounds.Lap lap) {
                turns.append(name);
                lap.took("turn", turns.length());
            }
        }
        Rounds.Results results = new Rounds("test", 1, 2, (what, done, of) -> {})
                .of(List.of(new Named("a", turns), new Named("b", turns), new Named("c", turns)));
        assertThat(turns).hasToString("abc" + "bca" + "cab");
        assertThat(results.of("a", "turn").inOrder()).containsExactly(6.0, 8.0);
        assertThatThrownBy(() -> results.of("a", "tern")).hasMessage("a did not measure tern");
    }

    @Test
    void aGoalHoldsUpToItsLimit() {
        Goal goal = Goal.of("lab up", FOUR, Unit.SECONDS, 2.5);
        assertThat(goal.holds()).isTrue();
        assertThat(goal.text()).isEqualTo("2.50 s, at most 2.50 s");
        assertThat(Goal.ratio("ADD", FOUR, 2.4).holds()).isFalse();
    }
}
