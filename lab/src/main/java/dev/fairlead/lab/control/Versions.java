package dev.fairlead.lab.control;

import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodTemplate;
import dev.fairlead.lab.model.ReplicaSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The ReplicaSets of one Deployment.
 *
 * @param current the one with the Deployment's own template, if it is there already
 * @param older the others, oldest revision first
 */
record Versions(Optional<ReplicaSet> current, List<ReplicaSet> older) {
    static final String REVISION = "deployment.kubernetes.io/revision";

    /** The numbers that a version had before it became the present one again. */
    private static final String HISTORY = "deployment.kubernetes.io/revision-history";

    /** What a ReplicaSet doesn't get from its Deployment ({@code annotationsToSkip} of the deployment controller). */
    private static final Set<String> OWN = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            REVISION,
            HISTORY,
            "deployment.kubernetes.io/desired-replicas",
            "deployment.kubernetes.io/max-replicas",
            "deprecated.deployment.rollback.to");

    static Versions of(LabPicture picture, Deployment deployment) {
        List<ReplicaSet> all = picture.replicaSetsOwnedBy(deployment.metadata().uid());
        all.sort(Versions::oldestFirst);
        for (int i = all.size() - 1; i >= 0; i--) {
            if (template(all.get(i)).sameAs(deployment.spec().template())) {
                Optional<ReplicaSet> current = Optional.of(all.remove(i));
                return new Versions(current, List.copyOf(all));
            }
        }
        return new Versions(Optional.empty(), List.copyOf(all));
    }

    private static int oldestFirst(ReplicaSet a, ReplicaSet b) {
        int byRevision = Long.compare(revision(a), revision(b));
        return byRevision != 0 ? byRevision : a.key().compareTo(b.key());
    }

    /** The number of a ReplicaSet's version; 0 when it has none. */
    static long revision(ReplicaSet replicaSet) {
        String text = replicaSet.metadata().annotations().getOrDefault(REVISION, "0");
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0; // annotations are anybody's to write
        }
    }

    /** The template as the Deployment has it, without the label that tells versions apart. */
    private static PodTemplate template(ReplicaSet replicaSet) {
        Map<String, String> labels = new LinkedHashMap<>(replicaSet.template().labels());
        labels.remove(TemplateHash.LABEL);
        return replicaSet.template().withLabels(labels);
    }

    List<ReplicaSet> all() {
        List<ReplicaSet> all = new ArrayList<>(older);
        current.ifPresent(all::add);
        return all;
    }

    /** How many pods all of them together should have. */
    int total() {
        return total(all());
    }

    static int total(List<ReplicaSet> replicaSets) {
        int total = 0;
        for (ReplicaSet replicaSet : replicaSets) {
            total += replicaSet.replicas();
        }
        return total;
    }

    /** Annotations of a ReplicaSet with those of its Deployment, such as why it was changed. */
    static Map<String, String> inherited(Map<String, String> own, Map<String, String> ofDeployment) {
        Map<String, String> both = new LinkedHashMap<>(own);
        ofDeployment.forEach((key, value) -> {
            if (!OWN.contains(key)) {
                both.put(key, value);
            }
        });
        return both;
    }

    /** Annotations of a ReplicaSet that becomes the newest version. */
    Map<String, String> revised(Map<String, String> annotations) {
        Map<String, String> revised = new LinkedHashMap<>(annotations);
        String before = revised.getOrDefault(REVISION, "");
        if (!before.isEmpty()) {
            revised.merge(HISTORY, before, (earlier, last) -> earlier + "," + last);
        }
        revised.put(REVISION, Long.toString(nextRevision()));
        return revised;
    }

    long nextRevision() {
        long last = 0;
        for (ReplicaSet replicaSet : all()) {
            last = Math.max(last, revision(replicaSet));
        }
        return last + 1;
    }

    /** How many pods of a ReplicaSet have been ready for long enough. */
    static int available(LabPicture picture, ReplicaSet replicaSet, int minReadySeconds, Instant now) {
        int available = 0;
        for (Pod pod : picture.podsOwnedBy(replicaSet.metadata().uid())) {
            available += pod.active() && pod.status().availableAt(now, minReadySeconds) ? 1 : 0;
        }
        return available;
    }
}
