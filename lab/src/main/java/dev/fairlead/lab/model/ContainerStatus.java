package dev.fairlead.lab.model;

import java.time.Instant;
import java.util.Optional;

/**
 * What became of one container.
 *
 * @param last how it ended the last time, if it has been started again since or is to be
 * @param started whether it runs and its startup probe, if it has one, has been answered well
 * @param ready whether connections may be sent to it; for an init container that it has done its work
 */
public record ContainerStatus(
        String name, State state, Optional<State.Terminated> last, boolean started, boolean ready, int restartCount) {

    /** Exactly one of the three that Kubernetes has. */
    public sealed interface State {

        /** @param reason one word, such as {@code ContainerCreating} or {@code CrashLoopBackOff} */
        record Waiting(String reason, String message) implements State {}

        /** @param pid as the host sees it; 0 for a built-in workload, which has no process of its own */
        record Running(Instant startedAt, int pid) implements State {}

        /** @param exitCode 0 to 255; 128 + n when signal n ended it */
        record Terminated(int exitCode, String reason, String message, Instant startedAt, Instant finishedAt)
                implements State {}
    }
}
