package dev.fairlead.lab.node;

import dev.fairlead.cni.CniException;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.lab.life.PodCourse;
import dev.fairlead.lab.life.Step;
import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ManifestException;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodEvent;
import dev.fairlead.lab.model.PodStatus;
import dev.fairlead.packet.Ip;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pod on the kernel: volumes, sandbox, network, containers, as its {@link PodCourse} says. Its methods exclude one another,
 * so start, stop and what containers and probes report come one after the other; probes and hooks run beside them.
 *
 * <p>Over 300 lines: all that happens under the pod's lock is here, so that nothing else can.
 */
public final class RunningPod {
    private static final Logger LOG = LoggerFactory.getLogger(RunningPod.class);

    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    /** containerd's, for what can't be executed. */
    private static final int NOT_STARTED = 128;

    private final Pod pod;
    private final Kubelet.Means means;
    private final Kubelet.Listener listener;
    private final PodCourse course;
    private final PodVolumes volumes;
    private final PodNames names;
    // Read without the lock, which a plugin or a process that takes its time may hold for long.
    private final List<RunningContainer> containers = new CopyOnWriteArrayList<>();
    private volatile Optional<Sandbox> sandbox = Optional.empty();
    private volatile Optional<PodNetwork.Attached> attached = Optional.empty();
    private Instant started = ObjectMeta.NEVER;
    private Instant readySince = ObjectMeta.NEVER;
    /** When the pod is looked at next because of time alone. */
    private Instant wake = Instant.MAX;

    private PodStatus reported = PodStatus.NEW;
    private boolean stopped;
    private int failures;

    RunningPod(Pod pod, Kubelet.Means means, Kubelet.Listener listener) {
        this.pod = pod;
        this.means = means;
        this.listener = listener;
        this.course = new PodCourse(pod);
        this.volumes = new PodVolumes(means.volumes().resolve(containerId()));
        this.names = new PodNames(pod, means.names(), means.volumes().resolve(containerId()));
        for (Container container : pod.spec().allContainers()) {
            containers.add(new RunningContainer(this, container));
        }
    }

    public ObjectKey key() {
        return pod.key();
    }

    /** The id that CNI calls and file names of this pod carry. */
    public String containerId() {
        return pod.metadata().uid().replace("-", "");
    }

    // ---- sandbox and network

    /**
     * Volumes and namespaces, then network, then containers in their order. What fails is reported, taken away again and tried
     * anew after a delay that doubles: the reason may pass, as when other pods give addresses back.
     */
    synchronized void start() {
        if (stopped) {
            return;
        }
        if (started.equals(ObjectMeta.NEVER)) {
            started = Instant.now();
        }
        try {
            volumes.make(pod.spec().volumes(), lateValues());
            List<Setup> files = names.make();
            Sandbox made = pod.spec().hostNetwork()
                    ? Sandbox.inNetworkOf(means.place().sandbox(), means.pauseProgram(), hostname(), files)
                    : Sandbox.create(means.pauseProgram(), hostname(), files);
            sandbox = Optional.of(made);
            var unused = made.pause().exit().thenRunAsync(() -> pauseEnded(made), onOwnThread("exit"));
            if (!pod.spec().hostNetwork()) {
                if (!means.network().isFairlead()) { // which does this too
                    made.raiseLoopback();
                }
                attached = Optional.of(means.network()
                        .attach(pod, containerId(), made.netnsPath().toString()));
            }
            names.write(hostname(), addresses());
            failures = 0;
            look();
        } catch (MissingContentException e) {
            fail("FailedMount", "", String.valueOf(e.getMessage()));
        } catch (CniException e) {
            fail(
                    "FailedCreatePodSandBox",
                    "Failed to create pod sandbox: ",
                    "the network could not be attached: " + e.msg()
                            + (e.details().isEmpty() ? "" : " (" + e.details() + ")"));
        } catch (KernelException | IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
            fail("FailedCreatePodSandBox", "Failed to create pod sandbox: ", String.valueOf(e.getMessage()));
        }
    }

    private void fail(String event, String prefix, String reason) {
        LOG.warn("pod {}: {}", key(), reason);
        happened(PodEvent.warning(event, "", prefix + reason));
        again(reason);
    }

    private void again(String reason) {
        report(PodStatus.NEW.withPhase(PodStatus.Phase.PENDING, reason));
        takeDown(Duration.ZERO);
        course.sandboxLost(Instant.now());
        Duration delay = FIRST_DELAY.multipliedBy(1L << Math.min(failures++, 5));
        CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, onOwnThread("start"))
                .execute(this::start);
    }

    /** Somebody ended the process that holds the pod's namespaces, and with it the kernel ended all others of the pod. */
    private synchronized void pauseEnded(Sandbox ended) {
        if (!stopped && sandbox.isPresent() && sandbox.get() == ended) {
            String what = "Pod sandbox changed, it will be killed and re-created.";
            happened(PodEvent.normal("SandboxChanged", "", what));
            LOG.warn("pod {}: its pause process was ended from outside", key());
            again("its pause process was ended from outside");
        }
    }

    private Executor onOwnThread(String what) {
        return work -> Thread.ofPlatform()
                .daemon()
                .name(what + "-" + pod.metadata().name())
                .start(work);
    }

    // ---- containers

    /** Does what is to be done now, and says what the pod is then. */
    private synchronized void look() {
        if (stopped || sandbox.isEmpty()) {
            return;
        }
        Instant now = Instant.now();
        for (List<Step> steps = course.next(now); !steps.isEmpty(); steps = course.next(now)) {
            steps.forEach(this::take);
        }
        PodStatus status = status(now);
        course.takeEvents().forEach(this::happened); // first: whoever reads that it is ready may ask what led there
        report(status);
        course.due(now).filter(due -> due.isBefore(wake)).ifPresent(this::wakeAt);
    }

    private void wakeAt(Instant due) {
        wake = due;
        long millis = Math.max(1, Duration.between(Instant.now(), due).toMillis() + 1);
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, onOwnThread("wake"))
                .execute(() -> {
                    synchronized (this) {
                        if (wake.equals(due)) {
                            wake = Instant.MAX;
                        }
                        look();
                    }
                });
    }

    private void take(Step step) {
        RunningContainer container = container(step.container());
        if (step instanceof Step.Start) {
            begin(container);
        } else if (step instanceof Step.Ask ask) {
            onOwnThread("ask").execute(() -> {
                Questions.Answer answer =
                        ask(container, ask.probe().check(), ask.probe().patience());
                tell(() -> course.answered(ask, answer.good(), answer.text(), Instant.now()));
            });
        } else {
            onOwnThread("end").execute(() -> end(container));
        }
    }

    private RunningContainer container(String name) {
        return containers.stream()
                .filter(container -> container.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void tell(Runnable what) {
        synchronized (this) {
            if (!stopped) {
                what.run();
                look();
            }
        }
    }

    private void begin(RunningContainer container) {
        String name = container.name();
        try {
            Optional<HostProcess> process = container.start(lateValues().resolved(container.container()));
            course.created(name, container.container().image());
            process.ifPresent(one -> {
                var unused = one.exit()
                        .thenAcceptAsync(code -> tell(() -> ended(container, one, code)), onOwnThread("exit"));
            });
            int pid = process.map(RunningPod::hostPid).orElse(0);
            if (container.container().postStart().isEmpty()) {
                course.started(name, pid, Instant.now());
            } else {
                onOwnThread("hook").execute(() -> afterStart(container, pid));
            }
        } catch (MissingContentException e) {
            course.notStarted(name, "CreateContainerConfigError", String.valueOf(e.getMessage()), Instant.now());
        } catch (ManifestException e) {
            course.notStarted(
                    name,
                    "CreateContainerConfigError",
                    e.finding().field() + ": " + e.finding().problem(),
                    Instant.now());
        } catch (KernelException | IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
            String why = "failed to start container: " + e.getMessage();
            course.event(true, name, "Failed", "Error: " + why);
            course.ended(name, NOT_STARTED, "StartError", why, Instant.now());
        }
    }

    /** As the host sees it; 0 for a process that has ended before anybody could ask, which it tells itself. */
    private static int hostPid(HostProcess process) {
        try {
            return Math.max(0, HostView.pid(process.process()));
        } catch (IllegalStateException | UncheckedIOException e) {
            if (process.process().isRunning()) {
                throw e;
            }
            return 0;
        }
    }

    private void afterStart(RunningContainer container, int pid) {
        var hook = container.container().postStart().orElseThrow();
        Questions.Answer answer = ask(container, hook, grace());
        tell(() -> {
            if (answer.good()) {
                course.started(container.name(), pid, Instant.now());
            } else {
                course.hookFailed(container.name(), "PostStartHook failed: " + answer.text());
            }
        });
    }

    private void ended(RunningContainer container, HostProcess process, int code) {
        if (container.isRunBy(process)) {
            container.forget();
            course.ended(container.name(), code, "", "", Instant.now());
        }
    }

    /** Because its probe failed, or as nobody needs it any more. The end of a process is told by the process itself. */
    private void end(RunningContainer container) {
        boolean hasProcess = container.pid().isPresent();
        endAll(List.of(container), grace());
        if (!hasProcess) {
            tell(() -> course.ended(container.name(), RunningContainer.TERMINATED, "", "", Instant.now()));
        }
    }

    private Questions.Answer ask(
            RunningContainer container, dev.fairlead.lab.model.Probe.Check check, Duration patience) {
        List<Ip> ips = addresses();
        return ips.isEmpty()
                ? Questions.Answer.bad("the pod has no address")
                : means.place().questions().ask(check, patience, ips.getFirst(), container::port, container::run);
    }

    private LateValues lateValues() {
        return new LateValues(pod, addresses(), means.place().addresses(), means.contents());
    }

    // ---- the end

    /**
     * Ends the pod; nothing of it is left, and it doesn't come back.
     *
     * @param most the longest time that its processes get to end by themselves, whatever its own grace period
     */
    void stop(Duration most) {
        synchronized (this) {
            if (stopped) {
                return;
            }
            stopped = true;
            for (RunningContainer container : containers) {
                if (container.isRunning()) {
                    course.event(false, container.name(), "Killing", "Stopping container " + container.name());
                }
            }
            course.takeEvents().forEach(this::happened);
            takeDown(shorter(most));
        }
    }

    /**
     * As {@link #stop}, for a pod whose node goes with it. What Fairlead made for it is all in the node, so there is nothing to
     * undo; another plugin may keep something elsewhere, and gets its DEL.
     */
    synchronized void endWithNode(Duration most) {
        if (means.network().isFairlead() && !stopped) {
            stopped = true;
            stopContainers(shorter(most));
            sandbox.ifPresent(made -> attempt("end the pause process", made::close));
            attempt("take its logs away", () -> containers.forEach(RunningContainer::removeLogs));
        } else {
            stop(most);
        }
    }

    private Duration grace() {
        return Duration.ofSeconds(pod.spec().terminationGracePeriodSeconds());
    }

    private Duration shorter(Duration most) {
        return grace().compareTo(most) < 0 ? grace() : most;
    }

    /** All others at once, then sidecars, the last first; all within the grace period. */
    private void stopContainers(Duration grace) {
        long end = System.nanoTime() + grace.toNanos();
        List<RunningContainer> others =
                containers.stream().filter(one -> !one.container().sidecar()).toList();
        attempt("end its containers", () -> endAll(others, grace));
        for (RunningContainer sidecar : containers.reversed()) {
            if (sidecar.container().sidecar()) {
                Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
                attempt("end container " + sidecar.name(), () -> endAll(List.of(sidecar), left));
            }
        }
    }

    /** Each gets its hook, then SIGTERM, and SIGKILL when the time is over. */
    private void endAll(List<RunningContainer> group, Duration grace) {
        long end = System.nanoTime() + grace.toNanos();
        List<Thread> hooks = new java.util.ArrayList<>();
        for (RunningContainer container : group) {
            var hook = container.container().preStop().filter(_ -> container.isRunning() && grace.isPositive());
            if (hook.isEmpty()) {
                container.terminate();
            } else {
                hooks.add(Thread.ofPlatform()
                        .daemon()
                        .name("hook-" + pod.metadata().name())
                        .start(() -> {
                            Questions.Answer answer = ask(container, hook.get(), grace);
                            if (!answer.good()) {
                                LOG.warn("pod {}: preStop of {}: {}", key(), container.name(), answer.text());
                            }
                            container.terminate();
                        }));
            }
        }
        for (Thread hook : hooks) {
            join(hook);
        }
        group.forEach(container -> container.awaitEnd(Duration.ofNanos(Math.max(0, end - System.nanoTime()))));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Containers, then network, then namespaces and volumes: the reverse of the start. Goes on over failures. */
    private void takeDown(Duration grace) {
        stopContainers(grace);
        containers.forEach(RunningContainer::forget);
        readySince = ObjectMeta.NEVER;
        Optional<Sandbox> old = sandbox;
        sandbox = Optional.empty();
        attached = Optional.empty();
        old.ifPresent(made -> {
            String netns = made.pause().isRunning() ? made.netnsPath().toString() : "";
            if (!pod.spec().hostNetwork()) {
                attempt("detach from the network", () -> means.network().detach(pod, containerId(), netns));
            }
            attempt("end the pause process", made::close);
        });
        if (stopped) {
            attempt("take its volumes away", volumes::remove);
            attempt("take its logs away", () -> containers.forEach(RunningContainer::removeLogs));
        }
    }

    private void attempt(String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.warn("pod {}: could not {}: {}", key(), what, e.getMessage());
        }
    }

    // ---- what it is

    private void happened(PodEvent event) {
        listener.happened(key(), pod.metadata().uid(), event, means.place().node());
    }

    private void report(PodStatus status) {
        if (!status.equals(reported)) {
            reported = status;
            listener.changed(key(), pod.metadata().uid(), status);
        }
    }

    private PodStatus status(Instant now) {
        if (!course.isReady()) {
            readySince = ObjectMeta.NEVER;
        } else if (readySince.equals(ObjectMeta.NEVER)) {
            readySince = now;
        }
        Sandbox made = sandbox.orElseThrow();
        return new PodStatus(
                course.phase(),
                "",
                addresses(),
                started,
                HostView.pid(made.pause()),
                made.hostNetnsPath(),
                course.containers(),
                readySince,
                course.initContainers());
    }

    Pod pod() {
        return pod;
    }

    Kubelet.Means means() {
        return means;
    }

    PodVolumes volumes() {
        return volumes;
    }

    String hostname() {
        if (pod.spec().hostNetwork()) {
            return means.place().node();
        }
        return pod.spec().hostname().isEmpty()
                ? pod.metadata().name()
                : pod.spec().hostname();
    }

    public Optional<Sandbox> sandbox() {
        return sandbox;
    }

    /** What CNI ADD answered, once it has; a pod in its node's own namespace has none. */
    public Optional<PodNetwork.Attached> attached() {
        return attached;
    }

    public List<Ip> addresses() {
        return pod.spec().hostNetwork()
                ? means.place().addresses()
                : attached.map(PodNetwork.Attached::addresses).orElse(List.of());
    }

    /** Init containers among them, in the order in which they start. */
    public List<RunningContainer> containers() {
        return List.copyOf(containers);
    }
}
