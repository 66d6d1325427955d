package dev.fairlead.lab.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Everything the lab holds at one moment, by kind and in the order of keys. Controllers compute from it. Immutable; a class
 * and not a record only because it finds owned objects through an index that it makes when first asked.
 */
public final class LabPicture {
    private final long resourceVersion;
    private final SortedMap<ObjectKey, Node> nodes;
    private final SortedMap<ObjectKey, Pod> pods;
    private final SortedMap<ObjectKey, Service> services;
    private final SortedMap<ObjectKey, Deployment> deployments;
    private final SortedMap<ObjectKey, ReplicaSet> replicaSets;
    private volatile Map<String, List<LabObject>> owned = Map.of();

    /** The maps are wrapped, not copied (a change of one pod must not cost a copy of everything): leave them alone. */
    LabPicture(
            long resourceVersion,
            SortedMap<ObjectKey, Node> nodes,
            SortedMap<ObjectKey, Pod> pods,
            SortedMap<ObjectKey, Service> services,
            SortedMap<ObjectKey, Deployment> deployments,
            SortedMap<ObjectKey, ReplicaSet> replicaSets) {
        this.resourceVersion = resourceVersion;
        this.nodes = Collections.unmodifiableSortedMap(nodes);
        this.pods = Collections.unmodifiableSortedMap(pods);
        this.services = Collections.unmodifiableSortedMap(services);
        this.deployments = Collections.unmodifiableSortedMap(deployments);
        this.replicaSets = Collections.unmodifiableSortedMap(replicaSets);
    }

    /** The store's counter: two pictures of one store with the same number are equal. */
    public long resourceVersion() {
        return resourceVersion;
    }

    public SortedMap<ObjectKey, Node> nodes() {
        return nodes;
    }

    public SortedMap<ObjectKey, Pod> pods() {
        return pods;
    }

    public SortedMap<ObjectKey, Service> services() {
        return services;
    }

    public SortedMap<ObjectKey, Deployment> deployments() {
        return deployments;
    }

    public SortedMap<ObjectKey, ReplicaSet> replicaSets() {
        return replicaSets;
    }

    public SortedMap<ObjectKey, ? extends LabObject> ofKind(Kind kind) {
        return switch (kind) {
            case NODE -> nodes;
            case POD -> pods;
            case SERVICE -> services;
            case DEPLOYMENT -> deployments;
            case REPLICA_SET -> replicaSets;
        };
    }

    public Optional<? extends LabObject> find(Kind kind, ObjectKey key) {
        return Optional.ofNullable(ofKind(kind).get(key));
    }

    public Optional<Node> node(String name) {
        return Optional.ofNullable(nodes.get(new ObjectKey("", name)));
    }

    /** The pods that the controller with this uid made, those being deleted included; a list of the caller's own. */
    public List<Pod> podsOwnedBy(String uid) {
        return ownedBy(uid, Pod.class);
    }

    /** The ReplicaSets that the Deployment with this uid made; a list of the caller's own. */
    public List<ReplicaSet> replicaSetsOwnedBy(String uid) {
        return ownedBy(uid, ReplicaSet.class);
    }

    private <T extends LabObject> List<T> ownedBy(String uid, Class<T> type) {
        if (owned.isEmpty()) {
            owned = index(); // two threads may both make it; they make the same
        }
        List<T> result = new ArrayList<>();
        for (LabObject object : owned.getOrDefault(uid, List.of())) {
            if (type.isInstance(object)) {
                result.add(type.cast(object));
            }
        }
        return result;
    }

    private Map<String, List<LabObject>> index() {
        Map<String, List<LabObject>> byOwner = new HashMap<>();
        for (SortedMap<ObjectKey, ? extends LabObject> kind : List.of(replicaSets, pods)) {
            for (LabObject object : kind.values()) {
                for (OwnerReference owner : object.metadata().ownerReferences()) {
                    byOwner.computeIfAbsent(owner.uid(), _ -> new ArrayList<>()).add(object);
                }
            }
        }
        return byOwner;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabPicture picture
                && resourceVersion == picture.resourceVersion
                && nodes.equals(picture.nodes)
                && pods.equals(picture.pods)
                && services.equals(picture.services)
                && deployments.equals(picture.deployments)
                && replicaSets.equals(picture.replicaSets);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(resourceVersion);
    }

    /** {@code 2 nodes, 4 pods, 2 services, 2 deployments, 2 replica sets at version 17}. */
    @Override
    public String toString() {
        return nodes.size() + " nodes, " + pods.size() + " pods, " + services.size() + " services, "
                + deployments.size() + " deployments, " + replicaSets.size() + " replica sets at version "
                + resourceVersion;
    }
}
