package dev.fairlead.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Tests of one lab in which connections are traced, and in which nothing is armed after each of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class InTracedLab {
    private final String[] options;
    private @Nullable TracedLab up;

    /** @param options of {@code lab up} */
    InTracedLab(String... options) {
        this.options = options.clone();
    }

    @BeforeAll
    void up() {
        up = TracedLab.up(options);
    }

    @AfterAll
    void down() {
        traced().close();
    }

    TracedLab traced() {
        return Objects.requireNonNull(up, "not up yet");
    }

    TestLab lab() {
        return traced().lab();
    }

    @AfterEach
    void nothingIsArmed() {
        traced().assertNothingIsArmed();
    }
}
