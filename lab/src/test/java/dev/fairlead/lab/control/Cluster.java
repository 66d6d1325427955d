package dev.fairlead.lab.control;

import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.ReplicaSet;
import dev.fairlead.lab.model.StoreFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A store with its controllers, and nodes that do what the test says. */
final class Cluster {
    final StoreFixture lab;
    final Controllers controllers;

    Cluster(long seed) {
        lab = new StoreFixture(StoreFixture.IPV4, seed);
        controllers = new Controllers(new Random(seed));
    }

    void settle() {
        controllers.settle(lab.store, lab.now);
    }

    void apply(String manifest) {
        lab.apply(manifest);
        settle();
    }

    List<Pod> pods() {
        return new ArrayList<>(lab.store.picture().pods().values());
    }

    List<ReplicaSet> replicaSets() {
        return new ArrayList<>(lab.store.picture().replicaSets().values());
    }

    /** Makes every assigned pod answer. */
    void startAll() {
        for (Pod pod : pods()) {
            if (!pod.spec().nodeName().isEmpty()
                    && pod.active()
                    && !pod.status().ready()) {
                lab.run(pod, true, "10.244.0.9");
            }
        }
        settle();
    }

    /** Ends every deletion. */
    void buryAll() {
        for (Pod pod : pods()) {
            if (pod.metadata().deleting()) {
                lab.store.podGone(pod.key(), pod.metadata().uid());
            }
        }
        settle();
    }

    RolloutStatus rollout(String name) {
        return RolloutStatus.of(lab.store.picture(), lab.deployment(name), lab.now);
    }

    /** Until the Deployment is complete; how many rounds of starting and burying that took. */
    int converge(String name) {
        for (int round = 0; round < 100; round++) {
            if (rollout(name).complete()
                    && pods().stream().noneMatch(pod -> pod.metadata().deleting())) {
                return round;
            }
            startAll();
            buryAll();
            lab.now = lab.now.plusSeconds(1);
            settle();
        }
        throw new AssertionError("no end after 100 rounds: " + rollout(name) + " " + replicas());
    }

    /** {@code 3+1}: what each ReplicaSet should have, oldest revision first, those with none left out. */
    String replicas() {
        StringBuilder text = new StringBuilder();
        for (Deployment deployment : lab.store.picture().deployments().values()) {
            List<ReplicaSet> all =
                    lab.store.picture().replicaSetsOwnedBy(deployment.metadata().uid());
            all.sort(java.util.Comparator.comparingLong(Versions::revision));
            for (ReplicaSet replicaSet : all) {
                if (replicaSet.replicas() > 0) {
                    text.append(text.isEmpty() ? "" : "+").append(replicaSet.replicas());
                }
            }
        }
        return text.toString();
    }

    Pod pod(String name) {
        return lab.pod(name);
    }

    static ObjectKey key(String name) {
        return new ObjectKey("default", name);
    }
}
