package dev.fairlead.lab.model;

import java.time.Instant;

/** What became of one container. */
public record ContainerStatus(String name, State state, boolean ready, int restartCount) {

    /** Exactly one of the three that Kubernetes has. */
    public sealed interface State {

        /** @param reason one word, such as {@code ContainerCreating} or {@code CrashLoopBackOff} */
        record Waiting(String reason, String message) implements State {}

        /** @param pid as the host sees it; 0 for a built-in workload, which has no process of its own */
        record Running(Instant startedAt, int pid) implements State {}

        /** @param exitCode 0 to 255; 128 + n when signal n ended it */
        record Terminated(int exitCode, String reason, Instant finishedAt) implements State {}
    }
}
