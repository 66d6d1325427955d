package dev.fairlead.lab.control;

import dev.fairlead.lab.model.Action;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.DeploymentSpec.Strategy;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.LabelSelector;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.OwnerReference;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodTemplate;
import dev.fairlead.lab.model.ReplicaSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Moves each Deployment one step towards its template and number; the steps are those of {@code rolling.go}. */
final class DeploymentController {
    private final LabPicture picture;
    private final Instant now;
    private final Deployment deployment;
    private final Versions versions;
    private final List<Action> actions = new ArrayList<>();

    private DeploymentController(LabPicture picture, Instant now, Deployment deployment) {
        this.picture = picture;
        this.now = now;
        this.deployment = deployment;
        this.versions = Versions.of(picture, deployment);
    }

    static List<Action> reconcile(LabPicture picture, Instant now) {
        List<Action> actions = new ArrayList<>();
        for (Deployment deployment : picture.deployments().values()) {
            actions.addAll(new DeploymentController(picture, now, deployment).step());
        }
        return actions;
    }

    private List<Action> step() {
        if (deployment.spec().paused()) {
            scalePaused();
        } else if (deployment.spec().strategy() instanceof Strategy.RollingUpdate rolling) {
            roll(rolling);
        } else {
            recreate();
        }
        if (actions.isEmpty()) {
            forgetHistory();
        }
        return actions;
    }

    /** A new template waits, a new number doesn't: the newest version that has pods takes the difference. */
    private void scalePaused() {
        List<ReplicaSet> all = versions.all();
        for (int i = all.size() - 1; i >= 0; i--) {
            if (all.get(i).replicas() > 0 || i == 0) {
                int missing = deployment.spec().replicas() - versions.total();
                scale(all.get(i), Math.max(0, all.get(i).replicas() + missing));
                return;
            }
        }
    }

    private void recreate() {
        for (ReplicaSet old : versions.older()) {
            scale(old, 0);
        }
        if (!actions.isEmpty() || hasPods(versions.older())) {
            return;
        }
        current(deployment.spec().replicas());
    }

    private boolean hasPods(List<ReplicaSet> replicaSets) {
        for (ReplicaSet replicaSet : replicaSets) {
            for (Pod pod : picture.podsOwnedBy(replicaSet.metadata().uid())) {
                if (!pod.status().phase().over()) {
                    return true;
                }
            }
        }
        return false;
    }

    private void roll(Strategy.RollingUpdate rolling) {
        int replicas = deployment.spec().replicas();
        int surge = rolling.maxSurge().ofRoundedUp(replicas);
        int unavailable = rolling.maxUnavailable().ofRoundedDown(replicas);
        if (surge == 0 && unavailable == 0) {
            unavailable = 1; // two percentages that round to nothing must not stop everything
        }
        int has = versions.current().map(ReplicaSet::replicas).orElse(0);
        int room = Math.max(0, replicas + surge - versions.total());
        current(has >= replicas ? replicas : Math.min(replicas, has + room));
        if (actions.isEmpty()) {
            scaleDownOlder(replicas - Math.min(unavailable, replicas));
        }
        int excess = versions.total() - replicas - surge;
        if (actions.isEmpty() && excess > 0) { // scaled down amid a change, and the older pods can't be spared
            current(Math.max(0, has - excess));
        }
    }

    /** The version of the Deployment's template, made or changed to have this many replicas. */
    private void current(int replicas) {
        if (versions.current().isEmpty()) {
            actions.add(new Action.CreateReplicaSet(newReplicaSet(replicas)));
            return;
        }
        ReplicaSet current = versions.current().get();
        boolean newest = versions.older().stream().allMatch(old -> Versions.revision(old) < Versions.revision(current));
        Map<String, String> annotations = Versions.inherited(
                current.metadata().annotations(), deployment.metadata().annotations());
        if (!newest) { // the user went back to an earlier template
            annotations = versions.revised(annotations);
        }
        if (current.replicas() != replicas
                || !annotations.equals(current.metadata().annotations())) {
            actions.add(new Action.UpdateReplicaSet(
                    current.withMetadata(current.metadata().withAnnotations(annotations))
                            .withReplicas(replicas)));
        }
    }

    /** First pods that don't answer anyway, then as many as can be spared; oldest version first. */
    private void scaleDownOlder(int minAvailable) {
        int currentUnavailable = versions.current()
                .map(current -> Math.max(0, current.replicas() - available(current)))
                .orElse(0);
        int mostDown = versions.total() - minAvailable - currentUnavailable;
        if (mostDown <= 0) {
            return;
        }
        List<Integer> targets = new ArrayList<>();
        int availableInAll = versions.current().map(this::available).orElse(0);
        int down = 0;
        for (ReplicaSet old : versions.older()) {
            int broken = Math.clamp(old.replicas() - available(old), 0, Math.max(0, mostDown - down));
            down += broken;
            targets.add(old.replicas() - broken);
            availableInAll += available(old);
        }
        int spare = Math.max(0, availableInAll - minAvailable);
        for (int i = 0; i < targets.size(); i++) {
            int less = Math.min(targets.get(i), spare);
            spare -= less;
            scale(versions.older().get(i), targets.get(i) - less);
        }
    }

    private int available(ReplicaSet replicaSet) {
        return Versions.available(picture, replicaSet, deployment.spec().minReadySeconds(), now);
    }

    private void scale(ReplicaSet replicaSet, int replicas) {
        if (replicaSet.replicas() != replicas) {
            actions.add(new Action.UpdateReplicaSet(replicaSet.withReplicas(replicas)));
        }
    }

    private ReplicaSet newReplicaSet(int replicas) {
        PodTemplate template = deployment.spec().template();
        int collisions = 0;
        ObjectKey key = key(TemplateHash.of(template, collisions));
        while (picture.replicaSets().containsKey(key)) {
            collisions++;
            key = key(TemplateHash.of(template, collisions));
        }
        Map<String, String> hash = Map.of(TemplateHash.LABEL, TemplateHash.of(template, collisions));
        Map<String, String> labels = plus(template.labels(), hash);
        LabelSelector selector = deployment.spec().selector();
        ObjectMeta metadata = ObjectMeta.of(
                        key.namespace(),
                        key.name(),
                        labels,
                        versions.revised(Versions.inherited(
                                Map.of(), deployment.metadata().annotations())))
                .withOwner(new OwnerReference(
                        Kind.DEPLOYMENT,
                        deployment.metadata().name(),
                        deployment.metadata().uid()));
        return new ReplicaSet(
                metadata,
                replicas,
                new LabelSelector(plus(selector.matchLabels(), hash), selector.matchExpressions()),
                template.withLabels(labels));
    }

    private ObjectKey key(String hash) {
        return new ObjectKey(
                deployment.metadata().namespace(), deployment.metadata().name() + "-" + hash);
    }

    private static Map<String, String> plus(Map<String, String> map, Map<String, String> more) {
        Map<String, String> both = new LinkedHashMap<>(map);
        both.putAll(more);
        return both;
    }

    /** Emptied versions beyond the limit go, once the Deployment is what it should be. */
    private void forgetHistory() {
        if (!RolloutStatus.of(picture, deployment, now).complete()) {
            return;
        }
        List<ReplicaSet> emptied = new ArrayList<>();
        for (ReplicaSet old : versions.older()) {
            if (old.replicas() == 0 && picture.podsOwnedBy(old.metadata().uid()).isEmpty()) {
                emptied.add(old);
            }
        }
        int excess = emptied.size() - deployment.spec().revisionHistoryLimit();
        for (ReplicaSet old : emptied.subList(0, Math.max(0, excess))) {
            actions.add(new Action.DeleteReplicaSet(old.key()));
        }
    }
}
