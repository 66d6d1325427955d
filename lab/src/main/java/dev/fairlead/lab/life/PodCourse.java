package dev.fairlead.lab.life;

import dev.fairlead.lab.life.ContainerCourse.Role;
import dev.fairlead.lab.life.ContainerCourse.Stage;
import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerStatus;
import dev.fairlead.lab.model.ContainerStatus.State;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodEvent;
import dev.fairlead.lab.model.PodSpec.RestartPolicy;
import dev.fairlead.lab.model.PodStatus.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Leads the containers of one pod: {@link #next} says what to do now, and what came of it is told to the other methods. Init
 * containers run one after the other, sidecars among them go on; then all others run, are asked by their probes, and are
 * started again as the restart policy says.
 *
 * <p>Over 300 lines: all that decides over a pod's containers is here, so that one place has their order.
 */
public final class PodCourse {
    /** A container whose ConfigMap isn't there is tried again this often; the kubelet's 10 s divided by ten. */
    static final Duration RETRY = Duration.ofSeconds(1);
    /** Of a process that a signal ended, as a shell counts. */
    static final int KILLED = 137;

    private final RestartPolicy policy;
    /** As messages name the pod. */
    private final String pod;

    private final List<ContainerCourse> initial = new ArrayList<>();
    private final List<ContainerCourse> main = new ArrayList<>();
    private final List<PodEvent> events = new ArrayList<>();
    /** Containers that have to be ended, until that is handed out. */
    private final List<String> toEnd = new ArrayList<>();

    private boolean initialized;

    public PodCourse(Pod pod) {
        this.policy = pod.spec().restartPolicy();
        this.pod = pod.metadata().name() + "_" + pod.metadata().namespace() + "("
                + pod.metadata().uid() + ")";
        for (Container container : pod.spec().initContainers()) {
            Role role = container.sidecar() ? Role.SIDECAR : Role.INIT;
            initial.add(new ContainerCourse(container, role, true, pod.status().initContainers()));
        }
        for (Container container : pod.spec().containers()) {
            main.add(new ContainerCourse(
                    container, Role.MAIN, !initial.isEmpty(), pod.status().containers()));
        }
    }

    // ---- what to do

    /** What is to be done now. Steps are handed out once. */
    public List<Step> next(Instant now) {
        List<Step> steps = new ArrayList<>();
        toEnd.forEach(name -> steps.add(new Step.End(name)));
        toEnd.clear();
        if (isAtEnd()) {
            for (ContainerCourse sidecar : initial.reversed()) {
                if (sidecar.stage() == Stage.RUNNING) {
                    sidecar.end(false);
                    steps.add(new Step.End(sidecar.container().name()));
                }
            }
            return steps;
        }
        if (!initialized && initialize(now, steps)) {
            initialized = true;
        }
        if (initialized) {
            for (ContainerCourse sidecar : initial) {
                if (sidecar.role() == Role.SIDECAR) {
                    start(sidecar, now, steps);
                }
            }
            for (ContainerCourse container : main) {
                start(container, now, steps);
                if (container.stage() == Stage.STARTING) {
                    break; // one after the other: a postStart hook holds back those that follow
                }
            }
        }
        all().forEach(container -> ask(container, now, steps));
        return steps;
    }

    /** @return whether all init containers have done their work */
    private boolean initialize(Instant now, List<Step> steps) {
        for (ContainerCourse container : initial) {
            if (container.role() == Role.SIDECAR) {
                start(container, now, steps);
                if (!container.isStarted()) {
                    return false;
                }
            } else if (!container.hasSucceeded()) {
                start(container, now, steps);
                return false;
            }
        }
        return true;
    }

    private void start(ContainerCourse container, Instant now, List<Step> steps) {
        if (container.stage() != Stage.IDLE || container.isOver(policy)) {
            return;
        }
        if (!container.notBefore().isAfter(now)) {
            container.start(now);
            steps.add(new Step.Start(container.container().name()));
        } else if (container.backOff(pod)) {
            event(
                    true,
                    container,
                    "BackOff",
                    "Back-off restarting failed container " + name(container) + " in pod " + pod);
        }
    }

    private static void ask(ContainerCourse container, Instant now, List<Step> steps) {
        container.probes().forEach((purpose, count) -> {
            if (count.due().filter(due -> !due.isAfter(now)).isPresent()) {
                count.ask();
                steps.add(new Step.Ask(name(container), purpose, count.probe(), container.runs()));
            }
        });
    }

    /** When time alone next makes something to do; to be asked after {@link #next} with the same moment. */
    public Optional<Instant> due(Instant now) {
        Instant next = Instant.MAX;
        for (ContainerCourse container : all()) {
            if (container.stage() == Stage.IDLE && !container.isOver(policy) && !isAtEnd()) {
                Instant moment = container.notBefore();
                next = moment.isAfter(now) && moment.isBefore(next) ? moment : next;
            }
            for (ProbeCount count : container.probes().values()) {
                Instant moment = count.due().orElse(Instant.MAX);
                next = moment.isBefore(next) ? moment : next;
            }
        }
        return next.equals(Instant.MAX) ? Optional.empty() : Optional.of(next);
    }

    // ---- what came of it

    /** It runs. @param pid of its process as the host sees it; 0 when it has none */
    public void started(String name, int pid, Instant now) {
        ContainerCourse container = find(name);
        if (container.stage() == Stage.STARTING) {
            container.started(pid, now);
        }
    }

    /** It was made: for people to read, before its process runs. */
    public void created(String name, String image) {
        ContainerCourse container = find(name);
        event(false, container, "Pulled", "Container image \"" + image + "\" already present on machine");
        event(false, container, "Created", "Created container: " + name);
        event(false, container, "Started", "Started container " + name);
    }

    /** Something that it needs isn't there; it is tried again. @param reason one word, as the kubelet has it */
    public void notStarted(String name, String reason, String message, Instant now) {
        ContainerCourse container = find(name);
        container.notStarted(reason, message, now.plus(RETRY));
        event(true, container, "Failed", "Error: " + message);
    }

    /** @param reason one word, or empty for what the exit code says */
    public void ended(String name, int exitCode, String reason, String message, Instant now) {
        String why = !reason.isEmpty() ? reason : exitCode == 0 ? "Completed" : "Error";
        find(name).ended(exitCode, why, message, now);
    }

    /** @param message what was wrong with a bad answer */
    public void answered(Step.Ask asked, boolean good, String message, Instant now) {
        ContainerCourse container = find(asked.container());
        if (container.runs() != asked.run() || container.stage() != Stage.RUNNING) {
            return;
        }
        if (!good) {
            event(true, container, "Unhealthy", asked.purpose().title() + " probe failed: " + message);
        }
        if (container.answered(asked.purpose(), good, now)) {
            event(
                    false,
                    container,
                    "Killing",
                    "Container " + asked.container() + " failed " + asked.purpose() + " probe, will be restarted");
            container.end(true);
            toEnd.add(asked.container());
        }
    }

    /** A hook after the start failed: the container is ended for it. */
    public void hookFailed(String name, String message) {
        ContainerCourse container = find(name);
        event(true, container, "FailedPostStartHook", message);
        event(false, container, "Killing", "FailedPostStartHook");
        container.end(true);
        toEnd.add(name);
    }

    /** The namespaces went, and all processes with them: init containers run again in new ones. */
    public void sandboxLost(Instant now) {
        for (ContainerCourse container : all()) {
            if (container.stage() != Stage.IDLE) {
                container.ended(KILLED, "Error", "", now);
            }
        }
        for (ContainerCourse container : initial) {
            if (container.role() == Role.INIT && container.hasSucceeded()) {
                container.repeat();
            }
        }
        initialized = false;
    }

    // ---- what it is now

    /** Whether nothing of it will ever run again, but for sidecars that are to end. */
    private boolean isAtEnd() {
        return hasFailedInitially() || main.stream().allMatch(container -> container.isOver(policy));
    }

    private boolean hasFailedInitially() {
        for (ContainerCourse container : initial) {
            if (container.role() == Role.INIT && !container.hasSucceeded() && container.isOver(policy)) {
                return true;
            }
        }
        return false;
    }

    /** {@code status.phase} by the states of the containers ({@code getPhase} of {@code pkg/kubelet/kubelet_pods.go}). */
    public Phase phase() {
        boolean sidecars = initial.stream().anyMatch(container -> container.stage() != Stage.IDLE);
        if (hasFailedInitially()) {
            return Phase.FAILED;
        }
        if (!initialized || main.stream().anyMatch(PodCourse::neverRan)) {
            return Phase.PENDING;
        }
        if (!isAtEnd() || sidecars) {
            return Phase.RUNNING;
        }
        return main.stream().allMatch(ContainerCourse::hasSucceeded) ? Phase.SUCCEEDED : Phase.FAILED;
    }

    private static boolean neverRan(ContainerCourse container) {
        return container.state() instanceof State.Waiting && container.lastEnd().isEmpty();
    }

    /** Whether connections may be sent to the pod. */
    public boolean isReady() {
        return initialized
                && main.stream().allMatch(container -> container.status().ready())
                && initial.stream()
                        .filter(container -> container.role() == Role.SIDECAR)
                        .allMatch(container -> container.status().ready());
    }

    public List<ContainerStatus> initContainers() {
        return statuses(initial);
    }

    public List<ContainerStatus> containers() {
        return statuses(main);
    }

    private static List<ContainerStatus> statuses(List<ContainerCourse> containers) {
        List<ContainerStatus> statuses = new ArrayList<>();
        containers.forEach(container -> statuses.add(container.status()));
        return statuses;
    }

    /** What happened since this was asked, for people to read. */
    public List<PodEvent> takeEvents() {
        List<PodEvent> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    /** Something else happened to a container. */
    public void event(boolean warning, String name, String reason, String message) {
        event(warning, find(name), reason, message);
    }

    private void event(boolean warning, ContainerCourse container, String reason, String message) {
        String list = container.role() == Role.MAIN ? "spec.containers{" : "spec.initContainers{";
        events.add(new PodEvent(warning, reason, list + name(container) + "}", message));
    }

    private static String name(ContainerCourse container) {
        return container.container().name();
    }

    private List<ContainerCourse> all() {
        List<ContainerCourse> all = new ArrayList<>(initial);
        all.addAll(main);
        return all;
    }

    private ContainerCourse find(String name) {
        for (ContainerCourse container : all()) {
            if (name(container).equals(name)) {
                return container;
            }
        }
        throw new IllegalArgumentException("pod " + pod + " has no container " + name);
    }
}
