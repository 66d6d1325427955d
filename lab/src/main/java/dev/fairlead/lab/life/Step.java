package dev.fairlead.lab.life;

import dev.fairlead.lab.model.Probe;

/** What is to be done next for a pod; each is handed out once, and what came of it must be told. */
public sealed interface Step {
    String container();

    /** Start it: {@link PodCourse#started}, {@link PodCourse#notStarted} or {@link PodCourse#ended} follows. */
    record Start(String container) implements Step {}

    /** Ask it: {@link PodCourse#answered} follows. @param run of the container, which tells from answers that come too late */
    record Ask(String container, Probe.Purpose purpose, Probe probe, int run) implements Step {}

    /** End it: {@link PodCourse#ended} follows. */
    record End(String container) implements Step {}
}
