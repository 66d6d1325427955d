package dev.fairlead.lab.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Everything the lab holds at one moment, by kind and in the order of keys. Controllers compute from it.
 *
 * @param resourceVersion the store's counter: two pictures of one store with the same number are equal
 */
public record LabPicture(
        long resourceVersion,
        SortedMap<ObjectKey, Node> nodes,
        SortedMap<ObjectKey, Pod> pods,
        SortedMap<ObjectKey, Service> services,
        SortedMap<ObjectKey, Deployment> deployments,
        SortedMap<ObjectKey, ReplicaSet> replicaSets) {

    /** The maps are wrapped, not copied (a change of one pod must not cost a copy of everything): leave them alone. */
    public LabPicture {
        nodes = Collections.unmodifiableSortedMap(nodes);
        pods = Collections.unmodifiableSortedMap(pods);
        services = Collections.unmodifiableSortedMap(services);
        deployments = Collections.unmodifiableSortedMap(deployments);
        replicaSets = Collections.unmodifiableSortedMap(replicaSets);
    }

    public Optional<Node> node(String name) {
        return Optional.ofNullable(nodes.get(new ObjectKey("", name)));
    }

    public Optional<? extends LabObject> find(Kind kind, ObjectKey key) {
        return Optional.ofNullable(ofKind(kind).get(key));
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

    /** The pods that the controller with this uid made, those being deleted included. */
    public List<Pod> podsOwnedBy(String uid) {
        List<Pod> owned = new ArrayList<>();
        for (Pod pod : pods.values()) {
            if (pod.metadata().isOwnedBy(uid)) {
                owned.add(pod);
            }
        }
        return owned;
    }

    /** The ReplicaSets that the Deployment with this uid made. */
    public List<ReplicaSet> replicaSetsOwnedBy(String uid) {
        List<ReplicaSet> owned = new ArrayList<>();
        for (ReplicaSet replicaSet : replicaSets.values()) {
            if (replicaSet.metadata().isOwnedBy(uid)) {
                owned.add(replicaSet);
            }
        }
        return owned;
    }
}
