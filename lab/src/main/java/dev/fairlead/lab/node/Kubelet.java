package dev.fairlead.lab.node;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.manifest.Workload;
import dev.fairlead.lab.model.Content;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodEvent;
import dev.fairlead.lab.model.PodStatus;
import dev.fairlead.lab.workload.Running;
import dev.fairlead.packet.Ip;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops the pods of one node and says what became of them. Safe from any thread: work on different pods goes on
 * side by side on the given executor (platform threads), work on one pod one after the other.
 */
public final class Kubelet {
    private static final Logger LOG = LoggerFactory.getLogger(Kubelet.class);

    /** Whoever takes a whole lab down doesn't wait for a process that ignores SIGTERM. */
    private static final Duration LAB_ENDS = Duration.ofSeconds(1);

    /** Who hears of pods; called from worker threads. */
    public interface Listener {
        /** @param uid tells the pod from a later one of the same name */
        void changed(ObjectKey pod, String uid, PodStatus status);

        /** Something for people to read. */
        void happened(ObjectKey pod, String uid, PodEvent event, String node);

        /** Processes, namespaces and network of the pod are gone. */
        void gone(ObjectKey pod, String uid);
    }

    /** Runs a built-in image inside a pod's network namespace. */
    @FunctionalInterface
    public interface BuiltIn {
        Running start(Netns netns, Pod pod, Workload workload);
    }

    /** Keeps a pod that is to end until nobody is sent to it any more, as a {@code preStop} hook does elsewhere. */
    @FunctionalInterface
    public interface Drain {
        void await();
    }

    /**
     * The node that pods are on.
     *
     * @param sandbox holds its namespaces
     * @param addresses its own
     */
    public record Place(String node, Sandbox sandbox, List<Ip> addresses) {
        Questions questions() {
            return new Questions(sandbox.netns());
        }
    }

    /**
     * What pods of a node are made with.
     *
     * @param logs directory for what containers print
     * @param volumes directory for what pods mount
     * @param names whom pods ask for names
     * @param contents of ConfigMaps and Secrets
     */
    public record Means(
            Place place,
            PodNetwork network,
            Path pauseProgram,
            Path logs,
            Path volumes,
            PodNames.Cluster names,
            Map<String, String> environment,
            Content.Source contents,
            BuiltIn builtIn,
            Drain drain) {}

    private final Means means;
    private final Listener listener;
    private final ExecutorService workers;
    private final Map<String, RunningPod> byUid = new ConcurrentHashMap<>();
    private final java.util.Set<String> stopping = ConcurrentHashMap.newKeySet();

    public Kubelet(Means means, Listener listener, ExecutorService workers) {
        this.means = means;
        this.listener = listener;
        this.workers = workers;
    }

    /** Begins with a pod unless it is known already. */
    public void start(Pod pod) {
        RunningPod running = new RunningPod(pod, means, listener);
        if (byUid.putIfAbsent(pod.metadata().uid(), running) == null) {
            workers.execute(() -> guarded(running, running::start));
        }
    }

    /** Ends a pod within the grace period that it has now; {@link Listener#gone} follows once, however often this is said meanwhile. */
    public void stop(Pod pod) {
        String uid = pod.metadata().uid();
        if (!stopping.add(uid)) {
            return;
        }
        RunningPod running = byUid.remove(uid);
        Duration grace = Duration.ofSeconds(pod.spec().terminationGracePeriodSeconds());
        workers.execute(() -> {
            if (running != null) {
                guarded(running, means.drain()::await);
                guarded(running, () -> running.stop(grace));
            }
            stopping.remove(uid);
            listener.gone(pod.key(), uid);
        });
    }

    private void guarded(RunningPod pod, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.error("pod {} on {}: {}", pod.key(), means.place().node(), e.getMessage(), e);
        }
    }

    /** How it attaches pods. */
    public PodNetwork network() {
        return means.network();
    }

    public Optional<RunningPod> pod(String uid) {
        return Optional.ofNullable(byUid.get(uid));
    }

    /**
     * Begins to end all pods, because their node ends with them; failures don't keep it from going on.
     *
     * @return one for each pod, done when it has ended
     */
    public List<CompletableFuture<Void>> end() {
        Collection<RunningPod> pods = List.copyOf(byUid.values());
        byUid.clear();
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (RunningPod pod : pods) {
            ends.add(CompletableFuture.runAsync(() -> guarded(pod, () -> pod.endWithNode(LAB_ENDS)), workers));
        }
        return ends;
    }
}
