package dev.fairlead.lab;

import dev.fairlead.api.resource.RuleBook;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.api.store.JournalException;
import dev.fairlead.api.types.Types;
import dev.fairlead.cluster.ApiSource;
import dev.fairlead.dns.ClusterZone;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.lab.control.Controllers;
import dev.fairlead.lab.document.LabObjects;
import dev.fairlead.lab.document.StoredNames;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.kubeconfig.UserKubeconfig;
import dev.fairlead.lab.manifest.ManifestReader;
import dev.fairlead.lab.manifest.Workload;
import dev.fairlead.lab.model.Change;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Manifest;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodEvent;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;
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
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** As a kubelet renews it. */
    private static final Duration LEASE = Duration.ofSeconds(10);

    /** How often old Events are looked for when nothing else happens. */
    private static final Duration EVENTS_AGE = Duration.ofMinutes(5);

    private final LabOptions options;
    private final LabMemory memory;
    private final LabLoop loop = new LabLoop();
    private final ExecutorService workers = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("worker-", 0).factory());
    private final Store store;
    private final LabObjects objects;
    private final ApiRouter router;
    private final CompletableFuture<LabApi> api = new CompletableFuture<>();
    final LabPage page = LabPage.reserve();
    final DropsLoan drops = new DropsLoan();
    private final Controllers controllers;
    private final Object booting = new Object();
    private final PodReports reports = new PodReports();
    private final LabNodes nodes;
    private final NodeBook book;
    private final AtomicBoolean woken = new AtomicBoolean();
    /** Pods that a kubelet was told of, by uid. */
    private final Map<String, Pod> begun = new HashMap<>();

    private final LatestPicture picture;
    private final ClusterZone zone;

    private Lab(LabOptions options, LabMemory memory, Map<String, String> environment) {
        this.options = options;
        this.memory = memory;
        SplittableRandom random = new SplittableRandom();
        this.store = new Store(new ServiceCidrs(options.layout().serviceCidrs()), InstantSource.system(), random);
        this.objects = new LabObjects(
                store,
                memory.store(),
                RuleBook.of(options.layout().serviceCidrs()),
                Lab::requirePrograms,
                InstantSource.system(),
                random.split(),
                this::wake);
        this.zone = new ClusterZone(LabDns.ZONE, new StoredNames(memory.store()));
        this.controllers = new Controllers(random.split());
        this.picture = new LatestPicture(store.picture());
        this.router = LabApi.router(this, objects.registry());
        this.nodes = LabNodes.create(
                options,
                new LabNodes.Boot(this::startBuiltIn, environment, objects::content, reports, workers),
                objects::progress);
        this.book = new NodeBook(store, objects, nodes);
    }

    /** Begins with what every lab needs, beside the rest of a start: a first use would otherwise wait for it. */
    public static void prepare() {
        var unused = Thread.ofPlatform().daemon().name("prepare").start(Types::all);
    }

    /**
     * Makes the nodes and waits until they can take pods.
     *
     * @param memory of a lab that was there before, or an empty one; stays the caller's to close
     * @param environment of processes of image {@code host}
     */
    static Lab start(LabOptions options, LabMemory memory, Map<String, String> environment) {
        Lab lab = new Lab(options, memory, environment);
        try {
            LabApi.describeNetwork(lab.objects.registry(), options.layout().serviceCidrs());
            lab.nodes.start(lab::announce, lab.agentStart());
            lab.loop.call(() -> {
                lab.settle();
                return Boolean.TRUE;
            });
            return lab;
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    private void announce(NodeSlot slot, Sandbox sandbox) {
        var unused = loop.call(() -> {
            book.announce(slot, sandbox);
            return Boolean.TRUE;
        });
    }

    /** Agents of their own processes need the API before there are nodes; those in here ask it without HTTP. */
    private LabNodes.AgentStart agentStart() {
        return switch (options.agents()) {
            case INSIDE -> LabAgents.inside(router, options.foreign().isEmpty());
            case PROCESS -> {
                if (!api.isDone()) {
                    api.complete(LabApi.openNow(this, router));
                }
                yield LabAgents.processes(awaitApi(), options.home());
            }
        };
    }

    /**
     * Switches a node off: returns when nothing of it runs any more. The cluster notices by and by.
     *
     * @throws LabRefusal when there is no such node, or it is off
     */
    void stopNode(String name) {
        LabNode node = loop.call(() -> {
            LabNode taken = nodes.take(name);
            begun.values().removeIf(pod -> pod.spec().nodeName().equals(name));
            book.off(name);
            settle();
            return taken;
        });
        nodes.end(node);
    }

    /**
     * Switches a node on again.
     *
     * @throws LabRefusal when there is no such node, or it is on
     */
    void startNode(String name) {
        synchronized (booting) {
            LabNode node = nodes.boot(name, agentStart());
            loop.call(() -> {
                nodes.add(node);
                book.on(node);
                settle();
                return Boolean.TRUE;
            });
        }
    }

    /** Has the API served soon; to be called once, when the first manifests are applied. */
    void serveApi() {
        if (!api.isDone()) {
            LabApi.open(this, router, api);
        }
        var unused = api.thenRun(this::wake).thenRunAsync(() -> page.open(this), workers);
        loop.every(EVENTS_AGE, EVENTS_AGE, this::wake);
        loop.every(LEASE, LEASE, book::renewLeases);
    }

    LabMemory memory() {
        return memory;
    }

    /**
     * Puts a context of this lab into the user's own kubeconfig, which loses it when the lab goes down.
     *
     * @throws LabRefusal when the lab couldn't remember that, or the file can't be changed
     */
    public void putContext(UserKubeconfig kubeconfig) {
        String goesDown = "the lab could not take its context out of " + kubeconfig.file() + " again: ";
        try {
            memory.requireFiles();
        } catch (LabRefusal e) {
            throw new LabRefusal(goesDown + e.getMessage());
        }
        UserKubeconfig.Before before = kubeconfig.put(awaitApi().access());
        Optional<LabSettings.Context> known = memory.context();
        if (known.isEmpty() || !known.get().kubeconfig().equals(kubeconfig)) {
            memory.remember(new LabSettings.Context(kubeconfig, before));
        }
    }

    /** Waits until the API is served. */
    LabApi awaitApi() {
        try {
            return api.join();
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
        return picture.now();
    }

    /** The names that pods can ask for. */
    ClusterZone zone() {
        return zone;
    }

    /** Its API, as agents follow it. */
    ApiSource source() {
        return new RouterSource(router);
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
        return kept(loop.call(() -> {
            List<Change> changes = objects.write(() -> objects.apply(manifests));
            settle();
            return changes;
        }));
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
        return kept(loop.call(() -> {
            var deletion = objects.write(() -> store.delete(manifest));
            settle();
            return deletion;
        }));
    }

    /** Deletes one object. */
    public dev.fairlead.lab.model.Deletion delete(dev.fairlead.lab.model.Kind kind, ObjectKey key) {
        return kept(loop.call(() -> {
            var deletion = objects.write(() -> store.delete(kind, key));
            settle();
            return deletion;
        }));
    }

    private <T> T kept(T made) {
        memory.store().awaitDurable();
        return made;
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
        return picture.await(wanted, patience);
    }

    // ---- on the loop

    /** Lets controllers act until they want nothing more, then lets the nodes follow. */
    private void settle() {
        if (picture.isEnded()) {
            return;
        }
        objects.write(() -> {
            book.act(Instant.now());
            controllers.settle(store, Instant.now());
            objects.conclude();
            if (api.isDone()) { // nobody can read them before, and a lab that starts has other work
                objects.writeEvents();
            }
            return Boolean.TRUE;
        });
        LabPicture now = store.picture();
        wakeWhenDue(now);
        startAndStopPods(now);
        picture.show(now);
    }

    /** Some things change by time alone: a rollout that waits for a pod to have been ready for a while. */
    private void wakeWhenDue(LabPicture now) {
        Instant moment = Instant.now();
        Stream.of(Controllers.due(now, moment), book.due(now, moment), objects.due())
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder())
                .ifPresent(due -> loop.wakeAt(due, this::wake));
    }

    private void startAndStopPods(LabPicture now) {
        Map<String, Pod> gone = new HashMap<>(begun);
        for (Pod pod : now.pods().values()) {
            gone.remove(pod.metadata().uid());
            Optional<Kubelet> kubelet = nodes.find(pod.spec().nodeName()).map(LabNode::kubelet);
            if (book.isOff(pod.spec().nodeName())) {
                continue; // it says what became of the pod when it is back
            }
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
        public void happened(ObjectKey pod, String uid, PodEvent event, String node) {
            objects.happened(pod, uid, event, node);
            if (api.isDone()) {
                wake();
            }
        }

        @Override
        public void gone(ObjectKey pod, String uid) {
            post(() -> objects.write(() -> store.podGone(pod, uid)));
        }

        private void post(Runnable work) {
            loop.execute(() -> {
                try {
                    work.run();
                    wake(); // not at once: what others have reported meanwhile is concluded together with this
                } catch (JournalException e) {
                    LOG.warn("what a node reported waits: {}", e.getMessage());
                    later(() -> post(work));
                } catch (RuntimeException e) {
                    LOG.error("the lab could not take in what a node reported", e);
                }
            });
        }
    }

    /** When what the lab keeps can't be kept, a disk is full perhaps, and somebody will see to that. */
    private void later(Runnable work) {
        if (!picture.isEnded()) {
            loop.after(RETRY, work);
        }
    }

    /** Something came over the API; however much comes until the loop gets to it, it looks once. */
    private void wake() {
        if (!picture.isEnded() && woken.compareAndSet(false, true)) {
            loop.execute(() -> {
                woken.set(false);
                try {
                    settle();
                } catch (JournalException e) {
                    LOG.warn("the lab can't follow its API for now: {}", e.getMessage());
                    later(this::wake);
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
        picture.end();
    }

    /** Whether it is to end. */
    public boolean isEnding() {
        return picture.isEnded();
    }

    /** Pods, agents, nodes, underlay: the reverse of the start. Goes on over failures. */
    @Override
    public void close() {
        beginEnd();
        loop.call(() -> Boolean.TRUE); // what it was doing is done
        page.close();
        drops.close();
        var unused = api.thenAccept(LabApi::close);
        nodes.close();
        workers.shutdown();
        loop.close();
    }

    /** Every pod is ready or has done its work, and none is on its way out. */
    public static boolean isSettled(LabPicture picture) {
        for (Pod pod : picture.pods().values()) {
            if (!pod.status().isWell() || pod.metadata().deleting()) {
                return false;
            }
        }
        return true;
    }
}
