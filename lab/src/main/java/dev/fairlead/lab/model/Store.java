package dev.fairlead.lab.model;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Holds what there is and changes it on command, one thread at a time (it has no locks: whoever owns it must see to that).
 * A command either takes effect as a whole or throws and leaves everything as it was.
 */
public final class Store {
    private final ClusterIps ips;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Table<Node> nodes = new Table<>(Node.class);
    private final Table<Pod> pods = new Table<>(Pod.class);
    private final Table<Service> services = new Table<>(Service.class);
    private final Table<Deployment> deployments = new Table<>(Deployment.class);
    private final Table<ReplicaSet> replicaSets = new Table<>(ReplicaSet.class);
    private final List<Consumer<List<Change>>> listeners = new ArrayList<>();
    private long resourceVersion;
    private LabPicture picture;

    /** @param random makes uids; they must differ, but need not be secret */
    public Store(ServiceCidrs serviceCidrs, InstantSource clock, RandomGenerator random) {
        this.ips = new ClusterIps(serviceCidrs);
        this.clock = clock;
        this.random = random;
        this.picture = snapshot();
    }

    /** What there is now. The same object until something changes. */
    public LabPicture picture() {
        if (picture.resourceVersion() != resourceVersion) {
            picture = snapshot();
        }
        return picture;
    }

    /** Calls {@code listener} after each command that changed something, with the changes in their order. */
    public void listen(Consumer<List<Change>> listener) {
        listeners.add(listener);
    }

    /**
     * Creates or updates what the manifests say, all or nothing.
     *
     * @return one change for each object, in order, {@link Change.Unchanged} included
     * @throws ManifestException when any object can't be taken; then nothing has changed
     */
    public List<Change> apply(List<Manifest> manifests) {
        ClusterIps.Draft draft = ips.draft(services.snapshot().values());
        List<Change> admitted = new Admission(picture(), draft, ips.cidrs()).admit(manifests);
        draft.commit();
        List<Change> stamped = new ArrayList<>();
        for (Change change : admitted) {
            stamped.add(stamp(change));
        }
        return tell(stamped);
    }

    /** Deletes what a manifest names, as far as it is there. */
    public Deletion delete(Manifest manifest) {
        List<LabObject> deleted = new ArrayList<>();
        List<Finding> missing = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        for (LabObject named : manifest.objects()) {
            Optional<? extends LabObject> found = table(named.kind()).get(named.key());
            if (found.isPresent()) {
                deleted.add(found.get());
                delete(found.get(), changes);
            } else {
                missing.add(new Finding(manifest.source(), named.title(), "", "is not in the lab"));
            }
        }
        tell(changes);
        return new Deletion(deleted, missing);
    }

    /** Deletes one object. A Node goes with its pods, at once. */
    public Deletion delete(Kind kind, ObjectKey key) {
        Optional<? extends LabObject> found = table(kind).get(key);
        if (found.isEmpty()) {
            return new Deletion(List.of(), List.of(new Finding("", kind + " " + key, "", "is not in the lab")));
        }
        List<Change> changes = new ArrayList<>();
        delete(found.get(), changes);
        tell(changes);
        return new Deletion(List.of(found.get()), List.of());
    }

    /** Does what controllers want; an action whose object is gone meanwhile is left out. */
    public List<Change> perform(List<Action> actions) {
        List<Change> changes = new ArrayList<>();
        for (Action action : actions) {
            perform(action, changes);
        }
        return tell(changes);
    }

    /** Adds a node or replaces the one of its name. */
    public Change putNode(Node node) {
        Optional<Node> old = nodes.get(node.key());
        Change change = old.isEmpty()
                ? create(node)
                : update(old.get(), node.withMetadata(old.get().metadata().rewritten(node.metadata())));
        tell(List.of(change));
        return change;
    }

    /** Records what became of a pod. False, and nothing done, when that pod (by uid) is gone. */
    public boolean setStatus(ObjectKey key, String uid, PodStatus status) {
        Optional<Pod> pod = pod(key, uid);
        if (pod.isPresent() && !pod.get().status().equals(status)) {
            tell(List.of(update(pod.get(), pod.get().withStatus(status), false)));
        }
        return pod.isPresent();
    }

    /** Ends a deletion: the pod's processes and namespace are gone. False when that pod (by uid) was gone already. */
    public boolean podGone(ObjectKey key, String uid) {
        Optional<Pod> pod = pod(key, uid);
        pod.ifPresent(gone -> tell(List.of(remove(gone))));
        return pod.isPresent();
    }

    /** Puts an object there as somebody else keeps it, with all of its metadata; nobody is told. A pod keeps its status. */
    public void take(LabObject object) {
        LabObject taken = object;
        if (object instanceof Pod pod) {
            taken = pod(pod.key(), pod.metadata().uid())
                    .map(old -> pod.withStatus(old.status()))
                    .orElse(pod);
        }
        resourceVersion++;
        table(taken.kind()).put(taken);
    }

    /** Takes an object out because somebody else doesn't keep it any more; nobody is told. */
    public void drop(Kind kind, ObjectKey key) {
        if (table(kind).get(key).isPresent()) {
            resourceVersion++;
            table(kind).remove(key);
        }
    }

    private Change stamp(Change change) {
        if (change instanceof Change.Created created) {
            return create(created.object());
        }
        return change instanceof Change.Updated updated ? update(updated.before(), updated.object()) : change;
    }

    /**
     * Not a switch over the patterns, here and in {@link Admission}: its first use takes the JVM 10 ms, each further one 2 ms,
     * the AOT cache doesn't keep it, and this is on the way of every {@code lab up}.
     */
    private void perform(Action action, List<Change> changes) {
        if (action instanceof Action.CreatePod create) {
            changes.add(create(create.pod()));
        } else if (action instanceof Action.DeletePod delete) {
            delete(Kind.POD, delete.pod(), changes);
        } else if (action instanceof Action.CreateReplicaSet create) {
            changes.add(create(create.replicaSet()));
        } else if (action instanceof Action.DeleteReplicaSet delete) {
            delete(Kind.REPLICA_SET, delete.replicaSet(), changes);
        } else if (action instanceof Action.UpdateReplicaSet update) {
            replicaSets
                    .get(update.replicaSet().key())
                    .ifPresent(old -> changes.add(update(old, update.replicaSet(), true)));
        } else if (action instanceof Action.AssignPod assign) {
            pods.get(assign.pod())
                    .ifPresent(pod -> changes.add(
                            update(pod, held(pod, "").withSpec(pod.spec().onNode(assign.node())), true)));
        } else if (action instanceof Action.HoldPod hold) {
            pods.get(hold.pod()).ifPresent(pod -> changes.add(update(pod, held(pod, hold.reason()), false)));
        }
    }

    private static Pod held(Pod pod, String reason) {
        return pod.withStatus(pod.status().withPhase(PodStatus.Phase.PENDING, reason));
    }

    private void delete(Kind kind, ObjectKey key, List<Change> changes) {
        table(kind).get(key).ifPresent(found -> delete(found, changes));
    }

    private void delete(LabObject object, List<Change> changes) {
        if (object instanceof Pod pod) {
            deletePod(pod, changes);
            return;
        }
        if (object.kind() == Kind.NODE) {
            for (Pod pod : pods.snapshot().values()) {
                if (pod.spec().nodeName().equals(object.metadata().name())) {
                    changes.add(remove(pod));
                }
            }
        }
        changes.add(remove(object));
    }

    /** A pod that a node may have begun with is only marked; that node says {@link #podGone} when it has cleaned up. */
    private void deletePod(Pod pod, List<Change> changes) {
        boolean nobodyHasIt =
                nodes.get(new ObjectKey("", pod.spec().nodeName())).isEmpty();
        if (nobodyHasIt) {
            changes.add(remove(pod));
        } else if (!pod.metadata().deleting()) {
            changes.add(update(pod, pod.withMetadata(pod.metadata().deletedAt(clock.instant())), false));
        }
    }

    private Optional<Pod> pod(ObjectKey key, String uid) {
        return pods.get(key).filter(pod -> pod.metadata().uid().equals(uid));
    }

    private Change create(LabObject object) {
        Instant now = clock.instant();
        ObjectMeta metadata = object.metadata().created(newUid(), now).versioned(++resourceVersion, 1);
        LabObject stored = object.withMetadata(metadata);
        table(stored.kind()).put(stored);
        return new Change.Created(stored);
    }

    private Change update(LabObject before, LabObject after) {
        return update(before, after, !after.sameSpec(before));
    }

    private Change update(LabObject before, LabObject after, boolean specChanged) {
        long generation = before.metadata().generation() + (specChanged ? 1 : 0);
        LabObject stored = after.withMetadata(after.metadata().versioned(++resourceVersion, generation));
        table(stored.kind()).put(stored);
        return new Change.Updated(before, stored);
    }

    private Change remove(LabObject object) {
        resourceVersion++;
        table(object.kind()).remove(object.key());
        return new Change.Deleted(object);
    }

    private Table<? extends LabObject> table(Kind kind) {
        return switch (kind) {
            case NODE -> nodes;
            case POD -> pods;
            case SERVICE -> services;
            case DEPLOYMENT -> deployments;
            case REPLICA_SET -> replicaSets;
        };
    }

    private List<Change> tell(List<Change> changes) {
        List<Change> real = new ArrayList<>();
        for (Change change : changes) {
            if (!(change instanceof Change.Unchanged)) {
                real.add(change);
            }
        }
        if (!real.isEmpty()) {
            for (Consumer<List<Change>> listener : listeners) {
                listener.accept(List.copyOf(real));
            }
        }
        return List.copyOf(changes);
    }

    private LabPicture snapshot() {
        return new LabPicture(
                resourceVersion,
                nodes.snapshot(),
                pods.snapshot(),
                services.snapshot(),
                deployments.snapshot(),
                replicaSets.snapshot());
    }

    private String newUid() {
        long high = random.nextLong() & ~0xf000L | 0x4000L; // RFC 9562 section 5.4: version 4
        long low = random.nextLong() & 0x3fffffffffffffffL | 0x8000000000000000L; // its variant
        return new UUID(high, low).toString();
    }
}
