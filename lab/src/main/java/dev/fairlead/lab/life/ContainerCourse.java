package dev.fairlead.lab.life;

import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerStatus;
import dev.fairlead.lab.model.ContainerStatus.State;
import dev.fairlead.lab.model.PodSpec.RestartPolicy;
import dev.fairlead.lab.model.Probe.Purpose;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where one container of a pod stands. */
final class ContainerCourse {

    /** What its end means for the pod. */
    enum Role {
        /** It must end well before the next one starts. */
        INIT,
        /** It must have started before the next one starts, and goes on. */
        SIDECAR,
        MAIN
    }

    /** What is done with it now. */
    enum Stage {
        /** It isn't there; it never was, or it has ended. */
        IDLE,
        /** It was said to start. */
        STARTING,
        RUNNING,
        /** It was said to end. */
        ENDING
    }

    private final Container container;
    private final Role role;
    private final RestartDelay delay = new RestartDelay();
    private final Map<Purpose, ProbeCount> probes = new EnumMap<>(Purpose.class);
    private Stage stage = Stage.IDLE;
    private State state;
    private Optional<State.Terminated> last = Optional.empty();
    /** Not before it may be started, after a start that came to nothing. */
    private Instant retry = Instant.EPOCH;

    private int restarts;
    private int runs;
    private boolean again;

    /** @param before what the node that had the pod before a restart of the machine knew of its containers */
    ContainerCourse(Container container, Role role, boolean afterOthers, List<ContainerStatus> before) {
        this.container = container;
        this.role = role;
        for (ContainerStatus one : before) {
            if (one.name().equals(container.name())) {
                this.restarts = one.restartCount();
                this.last = one.last();
            }
        }
        this.state = new State.Waiting(afterOthers ? "PodInitializing" : "ContainerCreating", "");
    }

    Container container() {
        return container;
    }

    Role role() {
        return role;
    }

    Stage stage() {
        return stage;
    }

    State state() {
        return state;
    }

    int runs() {
        return runs;
    }

    /** How it ended the last time that it did; also while it waits to be started again. */
    Optional<State.Terminated> lastEnd() {
        return state instanceof State.Terminated now ? Optional.of(now) : last;
    }

    /** Whether it has ended and the pod's policy lets it be. */
    boolean isOver(RestartPolicy policy) {
        return state instanceof State.Terminated end && !restarts(end.exitCode(), policy);
    }

    boolean hasSucceeded() {
        return state instanceof State.Terminated end && end.exitCode() == 0;
    }

    private boolean restarts(int exitCode, RestartPolicy policy) {
        return switch (role) {
            case SIDECAR -> true;
            case INIT -> exitCode != 0 && policy != RestartPolicy.NEVER;
            case MAIN ->
                policy == RestartPolicy.ALWAYS
                        || policy == RestartPolicy.ON_FAILURE && exitCode != 0
                        || policy != RestartPolicy.NEVER && again;
        };
    }

    /** When it may be started. */
    Instant notBefore() {
        Instant byDelay =
                lastEnd().map(end -> delay.notBefore(end.finishedAt())).orElse(Instant.EPOCH);
        return byDelay.isAfter(retry) ? byDelay : retry;
    }

    /** Shows that it waits. @return whether it didn't before */
    boolean backOff(String pod) {
        if (!(state instanceof State.Terminated end)) {
            return false;
        }
        last = Optional.of(end);
        state = new State.Waiting(
                "CrashLoopBackOff",
                "back-off " + delay.after(end.finishedAt()).toSeconds() + "s restarting failed container="
                        + container.name() + " pod=" + pod);
        return true;
    }

    void start(Instant now) {
        lastEnd().ifPresent(end -> {
            if (retry.equals(Instant.EPOCH)) {
                delay.restart(now, end.finishedAt());
                restarts++;
            }
        });
        retry = Instant.EPOCH;
        stage = Stage.STARTING;
        runs++;
        again = false;
        probes.clear();
    }

    void started(int pid, Instant now) {
        last = lastEnd();
        state = new State.Running(now, pid);
        stage = Stage.RUNNING;
        if (container.probes().containsKey(Purpose.STARTUP)) {
            count(Purpose.STARTUP, now);
        } else {
            countOthers(now);
        }
    }

    private void countOthers(Instant now) {
        count(Purpose.READINESS, now);
        count(Purpose.LIVENESS, now);
    }

    private void count(Purpose purpose, Instant begin) {
        var probe = container.probes().get(purpose);
        if (probe != null) {
            probes.put(purpose, new ProbeCount(probe, purpose == Purpose.LIVENESS, begin));
        }
    }

    void notStarted(String reason, String message, Instant next) {
        last = lastEnd();
        state = new State.Waiting(reason, message);
        retry = next;
        stage = Stage.IDLE;
    }

    void ended(int code, String reason, String message, Instant now) {
        Instant began = state instanceof State.Running running ? running.startedAt() : now;
        last = lastEnd();
        state = new State.Terminated(code, reason, message, began, now);
        stage = Stage.IDLE;
        probes.clear();
    }

    /** It is to end. @param toStartAgain whether that is so that it starts again */
    void end(boolean toStartAgain) {
        stage = Stage.ENDING;
        again = toStartAgain;
        probes.clear();
    }

    /** An init container runs once more, in new namespaces. */
    void repeat() {
        last = lastEnd();
        state = new State.Waiting("PodInitializing", "");
        stage = Stage.IDLE;
    }

    boolean isStarted() {
        ProbeCount startup = probes.get(Purpose.STARTUP);
        return stage == Stage.RUNNING && state instanceof State.Running && (startup == null || startup.verdict());
    }

    private boolean isReady() {
        if (role == Role.INIT) {
            return hasSucceeded();
        }
        ProbeCount readiness = probes.get(Purpose.READINESS);
        boolean asked = container.probes().containsKey(Purpose.READINESS);
        return isStarted() && (!asked || readiness != null && readiness.verdict());
    }

    /** The probes that are asked now. */
    Map<Purpose, ProbeCount> probes() {
        return probes;
    }

    /** @return whether the container has to be ended for it */
    boolean answered(Purpose purpose, boolean good, Instant now) {
        ProbeCount count = probes.get(purpose);
        if (count == null) {
            return false;
        }
        count.answer(good, now);
        if (purpose == Purpose.STARTUP && count.verdict()) {
            probes.remove(purpose);
            // Their delays count from the container's start, and they are asked at once when those have passed.
            countOthers(state instanceof State.Running running ? running.startedAt() : now);
        }
        return purpose != Purpose.READINESS && count.hasFailed();
    }

    ContainerStatus status() {
        return new ContainerStatus(container.name(), state, last, isStarted(), isReady(), restarts);
    }
}
