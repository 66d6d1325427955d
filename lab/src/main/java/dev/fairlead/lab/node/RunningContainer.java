package dev.fairlead.lab.node;

import dev.fairlead.lab.manifest.Workload;
import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerStatus;
import dev.fairlead.lab.model.ContainerStatus.State;
import dev.fairlead.lab.workload.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * One container of a running pod: a process of the host or a built-in workload. A process that ends is started again by the
 * pod's restart policy, after a delay that doubles. Guarded by its pod.
 */
public final class RunningContainer {
    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(60);

    private final RunningPod pod;
    private final Container container;
    private final Workload workload;
    private volatile Optional<HostProcess> process = Optional.empty();
    private volatile Optional<Running> builtIn = Optional.empty();
    private State state = new State.Waiting("ContainerCreating", "");
    private int restarts;
    private int exitCode;
    private boolean over;
    private boolean gone;

    RunningContainer(RunningPod pod, Container container, Workload workload) {
        this.pod = pod;
        this.container = container;
        this.workload = workload;
        for (ContainerStatus before : pod.pod().status().containers()) { // by a node that has ended
            if (before.name().equals(container.name())) {
                this.restarts = before.restartCount();
            }
        }
    }

    public String name() {
        return container.name();
    }

    void start() {
        Sandbox sandbox = pod.sandbox().orElseThrow();
        int pid = 0;
        switch (workload) {
            case Workload.HostCommand command -> {
                HostProcess started =
                        HostProcess.start(sandbox, command.argv(), environment(), directory(command), log());
                process = Optional.of(started);
                pid = HostView.pid(started.process());
                var unused = started.process().exit().thenAcceptAsync(this::ended, onOwnThread());
            }
            case Workload.Http _, Workload.Echo _, Workload.Client _ ->
                builtIn = Optional.of(pod.means().builtIn().start(sandbox.netns(), pod.pod(), workload));
        }
        state = new State.Running(Instant.now(), pid);
    }

    private Executor onOwnThread() {
        return work ->
                Thread.ofPlatform().daemon().name("exit-" + container.name()).start(work);
    }

    private static Path directory(Workload.HostCommand command) {
        return Path.of(command.workingDir().isEmpty() ? "/" : command.workingDir());
    }

    /** What a process of this container gets: the lab's own variables, the pod's name, the manifest's. */
    public Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>(pod.means().environment());
        environment.put("HOSTNAME", pod.hostname());
        if (workload instanceof Workload.HostCommand command) {
            environment.putAll(command.env());
        }
        return environment;
    }

    /** What it prints; only a process of the host prints. */
    public Path log() {
        return pod.means().logs().resolve(pod.containerId() + "_" + container.name() + ".log");
    }

    private void ended(int code) {
        synchronized (pod) {
            if (gone || pod.isStopped()) {
                return;
            }
            process.ifPresent(HostProcess::close);
            exitCode = code;
            if (!pod.restarts(code)) {
                over = true;
                state = new State.Terminated(code, code == 0 ? "Completed" : "Error", Instant.now());
            } else {
                Duration delay = delay();
                state = new State.Waiting(
                        "CrashLoopBackOff",
                        "ended with exit code " + code + ", starts again in " + delay.toSeconds() + " s");
                CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, onOwnThread())
                        .execute(this::startAgain);
            }
            pod.report();
        }
    }

    private Duration delay() {
        Duration delay = FIRST_DELAY.multipliedBy(1L << Math.min(restarts, 6));
        return delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
    }

    private void startAgain() {
        synchronized (pod) {
            if (gone || pod.isStopped()) {
                return;
            }
            restarts++;
            try {
                start();
            } catch (RuntimeException e) { // its program may have gone from the machine meanwhile
                state = new State.Waiting("RunContainerError", String.valueOf(e.getMessage()));
            }
            pod.report();
        }
    }

    void stop(Duration grace) {
        gone = true;
        builtIn.ifPresent(Running::close);
        process.ifPresent(running -> running.stop(grace));
    }

    boolean isOver() {
        return over;
    }

    int exitCode() {
        return exitCode;
    }

    ContainerStatus status() {
        return new ContainerStatus(name(), state, state instanceof State.Running, restarts);
    }

    /** The process of a container of image {@code host}, as the lab counts processes; a built-in workload has none. */
    public Optional<Integer> pid() {
        return process.map(HostProcess::process).map(dev.fairlead.kernel.process.Child::pid);
    }

    /** One line on what a built-in workload has done; empty for a process. */
    public String summary() {
        return builtIn.map(Running::summary).orElse("");
    }
}
