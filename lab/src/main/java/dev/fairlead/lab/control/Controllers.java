package dev.fairlead.lab.control;

import dev.fairlead.lab.model.Action;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.ReplicaSet;
import dev.fairlead.lab.model.Store;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** All controllers together. */
public final class Controllers {
    private static final int MOST_ROUNDS = 1000; // a change of one Deployment takes fewer than ten

    private final GeneratedNames names;

    /** @param random makes the last five characters of pods' names */
    public Controllers(RandomGenerator random) {
        this.names = new GeneratedNames(random);
    }

    /**
     * What to do next about this picture; empty when everything is as it should be, or waits for nodes. Each controller acts
     * only when those before it are content: so a Deployment never counts pods that its ReplicaSet is about to change.
     */
    public List<Action> reconcile(LabPicture picture, Instant now) {
        List<Action> actions = GarbageCollector.reconcile(picture);
        if (actions.isEmpty()) {
            actions = ReplicaSetController.reconcile(picture, now, names);
        }
        if (actions.isEmpty()) {
            actions = DeploymentController.reconcile(picture, now);
        }
        return actions.isEmpty() ? Scheduler.reconcile(picture) : actions;
    }

    /**
     * Reconciles until there is nothing more to do now. To be called after every change, and when {@link #due} has come.
     *
     * @throws IllegalStateException when the controllers contradict each other, rather than turn in a circle for ever
     */
    public void settle(Store store, Instant now) {
        List<Action> actions = reconcile(store.picture(), now);
        for (int round = 0; !actions.isEmpty(); round++) {
            if (round == MOST_ROUNDS) {
                throw new IllegalStateException(
                        "the controllers found no rest in " + MOST_ROUNDS + " rounds; the last wanted " + actions);
            }
            store.perform(actions);
            actions = reconcile(store.picture(), now);
        }
    }

    /** When time alone next changes something: the moment at which a ready pod has been ready for long enough. */
    public static Optional<Instant> due(LabPicture picture, Instant now) {
        Instant next = Instant.MAX;
        for (Deployment deployment : picture.deployments().values()) {
            int seconds = deployment.spec().minReadySeconds();
            for (ReplicaSet replicaSet :
                    picture.replicaSetsOwnedBy(deployment.metadata().uid())) {
                for (Pod pod : picture.podsOwnedBy(replicaSet.metadata().uid())) {
                    if (pod.active() && pod.status().ready() && !pod.status().availableAt(now, seconds)) {
                        Instant moment = pod.status().readySince().plusSeconds(seconds);
                        next = moment.isBefore(next) ? moment : next;
                    }
                }
            }
        }
        return next.equals(Instant.MAX) ? Optional.empty() : Optional.of(next);
    }
}
