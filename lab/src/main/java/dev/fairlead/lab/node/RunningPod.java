package dev.fairlead.lab.node;

import dev.fairlead.cni.CniException;
import dev.fairlead.kernel.KernelException;
import dev.fairlead.lab.manifest.Workload;
import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerStatus;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodSpec.RestartPolicy;
import dev.fairlead.lab.model.PodStatus;
import dev.fairlead.packet.Ip;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pod on the kernel: sandbox, network, containers. Its methods exclude one another, so start, stop and what containers
 * report come one after the other.
 */
public final class RunningPod {
    private static final Logger LOG = LoggerFactory.getLogger(RunningPod.class);

    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);

    private final Pod pod;
    private final Kubelet.Means means;
    private final Kubelet.Listener listener;
    // Read without the lock, which a plugin or a process that takes its time may hold for long.
    private final List<RunningContainer> containers = new CopyOnWriteArrayList<>();
    private volatile Optional<Sandbox> sandbox = Optional.empty();
    private volatile Optional<PodNetwork.Attached> attached = Optional.empty();
    private Instant started = ObjectMeta.NEVER;
    private Instant readySince = ObjectMeta.NEVER;
    private boolean stopped;
    private int failures;

    RunningPod(Pod pod, Kubelet.Means means, Kubelet.Listener listener) {
        this.pod = pod;
        this.means = means;
        this.listener = listener;
    }

    public ObjectKey key() {
        return pod.key();
    }

    /** The id that CNI calls and file names of this pod carry. */
    public String containerId() {
        return pod.metadata().uid().replace("-", "");
    }

    /**
     * Namespaces, then network, then containers in their order. What fails is reported, taken away again and tried anew after a
     * delay that doubles: the reason may pass, as when other pods give addresses back.
     */
    synchronized void start() {
        if (stopped) {
            return;
        }
        started = Instant.now();
        try {
            Sandbox made = Sandbox.create(means.pauseProgram(), hostname());
            sandbox = Optional.of(made);
            var unused = made.pause().exit().thenRunAsync(() -> pauseEnded(made), onOwnThread());
            if (!means.network().isFairlead()) { // which does this too
                made.raiseLoopback();
            }
            attached = Optional.of(means.network()
                    .attach(
                            containerId(),
                            made.netnsPath().toString(),
                            pod.metadata().namespace(),
                            pod.metadata().name(),
                            pod.metadata().uid()));
            for (Container container : pod.spec().containers()) {
                RunningContainer running = new RunningContainer(this, container, Workload.of(container));
                containers.add(running);
                running.start();
            }
            failures = 0;
            report();
        } catch (CniException e) {
            fail("the network could not be attached: " + e.msg()
                    + (e.details().isEmpty() ? "" : " (" + e.details() + ")"));
        } catch (KernelException | IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
            fail(String.valueOf(e.getMessage()));
        }
    }

    private void fail(String reason) {
        LOG.warn("pod {}: {}", key(), reason);
        listener.changed(key(), pod.metadata().uid(), PodStatus.NEW.withPhase(PodStatus.Phase.PENDING, reason));
        takeDown(Duration.ZERO);
        Duration delay = FIRST_DELAY.multipliedBy(1L << Math.min(failures++, 5));
        CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, onOwnThread())
                .execute(this::start);
    }

    /** Somebody ended the process that holds the pod's namespaces, and with it the kernel ended all others of the pod. */
    private synchronized void pauseEnded(Sandbox ended) {
        if (!stopped && sandbox.isPresent() && sandbox.get() == ended) {
            fail("its pause process was ended from outside");
        }
    }

    private Executor onOwnThread() {
        return work -> Thread.ofPlatform()
                .daemon()
                .name("pod-" + pod.metadata().name())
                .start(work);
    }

    /**
     * Ends the pod; nothing of it is left, and it doesn't come back.
     *
     * @param most the longest time that its processes get to end by themselves, whatever its own grace period
     */
    synchronized void stop(Duration most) {
        if (!stopped) {
            stopped = true;
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
        } else {
            stop(most);
        }
    }

    private Duration shorter(Duration most) {
        Duration grace = Duration.ofSeconds(pod.spec().terminationGracePeriodSeconds());
        return grace.compareTo(most) < 0 ? grace : most;
    }

    private void stopContainers(Duration grace) {
        for (RunningContainer container : containers.reversed()) {
            attempt("end container " + container.name(), () -> container.stop(grace));
        }
        containers.clear();
    }

    /** Containers, then network, then namespaces: the reverse of the start. Goes on over failures. */
    private void takeDown(Duration grace) {
        stopContainers(grace);
        readySince = ObjectMeta.NEVER;
        Optional<Sandbox> old = sandbox;
        sandbox = Optional.empty();
        attached = Optional.empty();
        old.ifPresent(made -> {
            String netns = made.pause().isRunning() ? made.netnsPath().toString() : "";
            attempt(
                    "detach from the network",
                    () -> means.network()
                            .detach(
                                    containerId(),
                                    netns,
                                    pod.metadata().namespace(),
                                    pod.metadata().name(),
                                    pod.metadata().uid()));
            attempt("end the pause process", made::close);
        });
    }

    private void attempt(String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.warn("pod {}: could not {}: {}", key(), what, e.getMessage());
        }
    }

    /** Says what the pod is now. */
    synchronized void report() {
        if (stopped || sandbox.isEmpty()) {
            return;
        }
        List<ContainerStatus> statuses = new ArrayList<>();
        boolean allReady = containers.size() == pod.spec().containers().size();
        boolean allOver = allReady;
        boolean allWell = true;
        for (RunningContainer container : containers) {
            ContainerStatus status = container.status();
            statuses.add(status);
            allReady &= status.ready();
            allOver &= container.isOver();
            allWell &= container.exitCode() == 0;
        }
        if (!allReady) {
            readySince = ObjectMeta.NEVER;
        } else if (readySince.equals(ObjectMeta.NEVER)) {
            readySince = Instant.now();
        }
        PodStatus.Phase phase =
                !allOver ? PodStatus.Phase.RUNNING : allWell ? PodStatus.Phase.SUCCEEDED : PodStatus.Phase.FAILED;
        listener.changed(
                key(),
                pod.metadata().uid(),
                new PodStatus(
                        phase,
                        "",
                        addresses(),
                        started,
                        HostView.pid(sandbox.get().pause()),
                        sandbox.get().hostNetnsPath(),
                        statuses,
                        readySince));
    }

    synchronized boolean isStopped() {
        return stopped;
    }

    Pod pod() {
        return pod;
    }

    Kubelet.Means means() {
        return means;
    }

    String hostname() {
        return pod.spec().hostname().isEmpty()
                ? pod.metadata().name()
                : pod.spec().hostname();
    }

    boolean restarts(int exitCode) {
        RestartPolicy policy = pod.spec().restartPolicy();
        return policy == RestartPolicy.ALWAYS || (policy == RestartPolicy.ON_FAILURE && exitCode != 0);
    }

    public Optional<Sandbox> sandbox() {
        return sandbox;
    }

    /** What CNI ADD answered, once it has. */
    public Optional<PodNetwork.Attached> attached() {
        return attached;
    }

    public List<Ip> addresses() {
        return attached.map(PodNetwork.Attached::addresses).orElse(List.of());
    }

    public List<RunningContainer> containers() {
        return List.copyOf(containers);
    }
}
