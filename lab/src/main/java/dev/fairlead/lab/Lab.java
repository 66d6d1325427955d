package dev.fairlead.lab;

import dev.fairlead.api.resource.RuleBook;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.control.Controllers;
import dev.fairlead.lab.document.LabObjects;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.manifest.DocumentReader;
import dev.fairlead.lab.manifest.ManifestReader;
import dev.fairlead.lab.manifest.Workload;
import dev.fairlead.lab.model.Change;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Manifest;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodStatus;
import dev.fairlead.lab.model.ServiceCidrs;
import dev.fairlead.lab.model.Store;
import dev.fairlead.lab.node.HostProcess;
import dev.fairlead.lab.node.Kubelet;
import dev.fairlead.lab.node.LabNode;
import dev.fairlead.lab.node.NodeSlot;
import dev.fairlead.lab.node.RunningPod;
import dev.fairlead.lab.node.Sandbox;
import dev.fairlead.lab.workload.Running;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running lab: the store and what follows from it. All decisions are made on one thread, the loop: a change wakes the
 * controllers, their actions change the store, kubelets start and stop pods on worker threads and report back to the loop.
 * Agents hear of it all by the API. Public methods may be called from any thread but the loop.
 *
 * <p>Over 300 lines: all that touches the loop's state is here, so that nothing else can.
 */
public final class Lab implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lab.class);

    private final LabOptions options;
    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("lab").factory());
    private final ExecutorService workers = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("worker-", 0).factory());
    private final Store store;
    private final LabObjects objects;
    private final ApiRouter router;
    private final CompletableFuture<LabApi> api = new CompletableFuture<>();
    private final Controllers controllers;
    private final PodReports reports = new PodReports();
    private final LabNodes nodes;
    private final Object changed = new Object();
    private final AtomicBoolean woken = new AtomicBoolean();
    /** Pods that a kubelet was told of, by uid. */
    private final Map<String, Pod> begun = new HashMap<>();

    private volatile LabPicture picture;
    private volatile boolean closed;

    private Lab(LabOptions options) {
        this.options = options;
        SplittableRandom random = new SplittableRandom();
        this.store = new Store(new ServiceCidrs(options.layout().serviceCidrs()), InstantSource.system(), random);
        this.objects = new LabObjects(
                store,
                RuleBook.of(options.layout().serviceCidrs()),
                Lab::requirePrograms,
                InstantSource.system(),
                random.split(),
                this::wake);
        this.controllers = new Controllers(random.split());
        this.picture = store.picture();
        this.router = LabApi.router(this, objects.registry());
        this.nodes = LabNodes.create(options, objects::progress);
    }

    /**
     * Makes the nodes and waits until they can take pods.
     *
     * @param environment of processes of image {@code host}
     */
    public static Lab start(LabOptions options, Map<String, String> environment) {
        Lab lab = new Lab(options);
        try {
            LabApi.describeNetwork(lab.objects.registry(), options.layout().serviceCidrs());
            lab.nodes.start(
                    lab::putNode,
                    lab.agentStart(),
                    new LabNodes.PodMeans(lab::startBuiltIn, environment, lab.reports, lab.workers));
            lab.onLoop(() -> {
                lab.settle();
                return Boolean.TRUE;
            });
            return lab;
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    private void putNode(NodeSlot slot, Sandbox sandbox) {
        Node node = new Node(
                ObjectMeta.of(
                        "",
                        slot.name(),
                        Map.of("kubernetes.io/hostname", slot.name()),
                        Map.of(DocumentReader.NETNS, sandbox.hostNetnsPath())),
                slot.addresses(),
                slot.podCidrs(),
                sandbox.hostNetnsPath(),
                true,
                false);
        var unused = onLoop(() -> objects.write(() -> store.putNode(node)));
    }

    /** Agents of their own processes need the API before there are nodes; those in here ask it without HTTP. */
    private LabNodes.AgentStart agentStart() {
        return switch (options.agents()) {
            case INSIDE -> LabAgents.inside(router, options.foreign().isEmpty());
            case PROCESS -> {
                api.complete(LabApi.openNow(this, router));
                yield LabAgents.processes(api.join(), options.home());
            }
        };
    }

    /** Has the API served soon; to be called once, when the first manifests are applied. */
    void serveApi() {
        if (!api.isDone()) {
            LabApi.open(this, router, api);
        }
    }

    /** Waits until the API is served. */
    void awaitApi() {
        try {
            api.join();
        } catch (CompletionException e) {
            throw new LabRefusal("the lab's API could not be served: " + e.getCause());
        }
    }

    /** Waits until a node's kernel holds everything that there is by now. @return whether it was in time */
    public boolean awaitFollowed(LabNode node, Duration patience) {
        return node.agent().awaitFollowed(objects.progress(), patience);
    }

    /** What there is now. */
    public LabPicture picture() {
        return picture;
    }

    public LabOptions options() {
        return options;
    }

    public List<LabNode> nodes() {
        return nodes.all();
    }

    /** A pod on the kernel, once its kubelet has begun with it. */
    public Optional<RunningPod> findRunning(Pod pod) {
        return pod.spec().nodeName().isEmpty()
                ? Optional.empty()
                : nodes.find(pod.spec().nodeName())
                        .flatMap(node -> node.kubelet().pod(pod.metadata().uid()));
    }

    /** As {@link #findRunning}, or a sentence. */
    public RunningPod running(Pod pod) {
        return findRunning(pod)
                .orElseThrow(() -> new LabRefusal("pod " + pod.key() + " is not running"
                        + (pod.status().reason().isEmpty()
                                ? ""
                                : ": " + pod.status().reason())));
    }

    /**
     * Applies manifests, all or nothing.
     *
     * @throws dev.fairlead.lab.model.ManifestException naming file, object and field
     */
    public List<Change> apply(List<Manifest> manifests) {
        manifests.forEach(Lab::requirePrograms);
        return onLoop(() -> {
            List<Change> changes = objects.write(() -> objects.apply(manifests));
            settle();
            return changes;
        });
    }

    /** A command that isn't there is refused before anything is changed, not found out pod by pod afterwards. */
    private static void requirePrograms(Manifest manifest) {
        new ProgramCheck(manifest, HostProcess::find).require();
    }

    private static void requirePrograms(LabObject object) {
        requirePrograms(new Manifest("", List.of(object), List.of()));
    }

    /** Deletes what manifests name. */
    public dev.fairlead.lab.model.Deletion delete(Manifest manifest) {
        return onLoop(() -> {
            var deletion = objects.write(() -> store.delete(manifest));
            settle();
            return deletion;
        });
    }

    /** Deletes one object. */
    public dev.fairlead.lab.model.Deletion delete(dev.fairlead.lab.model.Kind kind, ObjectKey key) {
        return onLoop(() -> {
            var deletion = objects.write(() -> store.delete(kind, key));
            settle();
            return deletion;
        });
    }

    /** Reads a manifest as {@code lab apply -f} does. */
    public static Manifest read(String source, String text) {
        return ManifestReader.parse(source, text);
    }

    /**
     * Waits until the lab is as wanted, or is to end.
     *
     * @return whether that came true in time
     */
    public boolean await(Predicate<LabPicture> wanted, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (changed) {
            while (!wanted.test(picture)) {
                long left = deadline - System.nanoTime();
                if (left <= 0 || closed) {
                    return false;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(changed, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return true;
    }

    // ---- on the loop

    private <T> T onLoop(Callable<T> work) {
        try {
            return loop.submit(work).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabRefusal("interrupted");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException unchecked -> throw unchecked;
                case Error error -> throw error;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /** Lets controllers act until they want nothing more, then lets the nodes follow. */
    private void settle() {
        if (closed) {
            return;
        }
        objects.write(() -> {
            controllers.settle(store, Instant.now());
            objects.conclude();
            return Boolean.TRUE;
        });
        LabPicture now = store.picture();
        wakeWhenDue(now);
        startAndStopPods(now);
        synchronized (changed) {
            picture = now;
            changed.notifyAll();
        }
    }

    /** Some things change by time alone: a rollout that waits for a pod to have been ready for a while. */
    private void wakeWhenDue(LabPicture now) {
        Optional<Instant> due = Controllers.due(now, Instant.now());
        if (due.isPresent()) {
            long millis = Math.max(1, Duration.between(Instant.now(), due.get()).toMillis());
            var unused = loop.schedule(this::settle, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void startAndStopPods(LabPicture now) {
        Map<String, Pod> gone = new HashMap<>(begun);
        for (Pod pod : now.pods().values()) {
            gone.remove(pod.metadata().uid());
            Optional<Kubelet> kubelet = nodes.find(pod.spec().nodeName()).map(LabNode::kubelet);
            if (pod.metadata().deleting()) {
                begun.remove(pod.metadata().uid());
                kubelet.ifPresentOrElse(
                        there -> there.stop(pod),
                        () -> reports.gone(pod.key(), pod.metadata().uid()));
            } else if (kubelet.isPresent() && !pod.status().phase().over()) {
                begun.put(pod.metadata().uid(), pod);
                kubelet.get().start(pod);
            }
        }
        gone.forEach((uid, pod) -> { // deleted by force
            begun.remove(uid);
            nodes.find(pod.spec().nodeName())
                    .ifPresent(
                            node -> node.kubelet().stop(pod.withSpec(pod.spec().withGrace(0))));
        });
    }

    /** What kubelets report, brought to the loop. */
    private final class PodReports implements Kubelet.Listener {
        @Override
        public void changed(ObjectKey pod, String uid, PodStatus status) {
            post(() -> objects.write(() -> store.setStatus(pod, uid, status)));
        }

        @Override
        public void gone(ObjectKey pod, String uid) {
            post(() -> objects.write(() -> store.podGone(pod, uid)));
        }

        private void post(Runnable work) {
            loop.execute(() -> {
                try {
                    work.run();
                    settle();
                } catch (RuntimeException e) {
                    LOG.error("the lab could not take in what a node reported", e);
                }
            });
        }
    }

    /** Something came over the API; however much comes until the loop gets to it, it looks once. */
    private void wake() {
        if (!closed && woken.compareAndSet(false, true)) {
            loop.execute(() -> {
                woken.set(false);
                try {
                    settle();
                } catch (RuntimeException e) {
                    LOG.error("the lab could not follow what came over its API", e);
                }
            });
        }
    }

    private Running startBuiltIn(Netns netns, Pod pod, Workload workload) {
        return BuiltInImages.start(this, netns, pod, workload);
    }

    /** Nothing is begun any more, and whoever waits for something needn't; {@link #close} follows. */
    public void beginEnd() {
        synchronized (changed) {
            closed = true;
            changed.notifyAll();
        }
    }

    /** Whether it is to end. */
    public boolean isEnding() {
        return closed;
    }

    /** Pods, agents, nodes, underlay: the reverse of the start. Goes on over failures. */
    @Override
    public void close() {
        beginEnd();
        onLoop(() -> Boolean.TRUE); // what it was doing is done
        nodes.close();
        api.whenComplete((opened, _) -> {
            if (opened != null) {
                opened.close();
            }
        });
        workers.shutdown();
        loop.shutdown();
    }

    /** Every pod is ready or has done its work, and none is on its way out. */
    public static boolean isSettled(LabPicture picture) {
        for (Pod pod : picture.pods().values()) {
            boolean well = pod.status().ready() || pod.status().phase() == PodStatus.Phase.SUCCEEDED;
            if (!well || pod.metadata().deleting()) {
                return false;
            }
        }
        return true;
    }
}
