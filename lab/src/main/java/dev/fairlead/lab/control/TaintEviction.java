package dev.fairlead.lab.control;

import dev.fairlead.lab.model.Action;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.Store;
import dev.fairlead.lab.model.Taint;
import dev.fairlead.lab.model.Toleration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Deletes pods from nodes that get a taint with the effect NoExecute, as the taint eviction controller of Kubernetes does: at
 * once where a pod tolerates it not, after the shortest {@code tolerationSeconds} of those tolerations that it uses where it
 * does. What becomes of nodes that fall silent is {@link NodeLifecycle}'s. Belongs to the lab's loop.
 */
public final class TaintEviction {
    /** A template that names its node would otherwise get one pod after the other without a pause. */
    private static final Duration BREATH = Duration.ofSeconds(1);

    /** Ten years: beyond what an {@link Instant} can't add up. */
    private static final long LONG = Duration.ofDays(3650).toSeconds();

    /** Since when pods, by uid, are to go. One that needn't any more is forgotten. */
    private final Map<String, Instant> since = new HashMap<>();

    /** Does what is due by now. */
    public void act(Store store, Instant now) {
        Map<String, Instant> still = new HashMap<>();
        List<Action> evictions = new ArrayList<>();
        for (Pod pod : threatened(store.picture())) {
            String uid = pod.metadata().uid();
            Instant start = since.getOrDefault(uid, now);
            evicted(store.picture(), pod, start).ifPresent(moment -> {
                still.put(uid, start);
                if (!now.isBefore(moment)) {
                    evictions.add(new Action.DeletePod(pod.key()));
                }
            });
        }
        since.clear();
        since.putAll(still);
        store.perform(evictions);
    }

    /** When time alone next changes something. */
    public Optional<Instant> due(LabPicture picture, Instant now) {
        Instant next = Instant.MAX;
        for (Pod pod : threatened(picture)) {
            Instant moment = evicted(
                            picture, pod, since.getOrDefault(pod.metadata().uid(), now))
                    .orElse(Instant.MAX);
            next = moment.isBefore(next) ? moment : next;
        }
        return next.equals(Instant.MAX) ? Optional.empty() : Optional.of(next);
    }

    /** Pods on nodes with such taints. */
    private static List<Pod> threatened(LabPicture picture) {
        boolean any = false;
        for (Node node : picture.nodes().values()) {
            any |= !expelling(node).isEmpty();
        }
        List<Pod> pods = new ArrayList<>();
        if (any) {
            for (Pod pod : picture.pods().values()) {
                boolean there = picture.node(pod.spec().nodeName())
                        .filter(node -> !expelling(node).isEmpty())
                        .isPresent();
                if (there && pod.active()) {
                    pods.add(pod);
                }
            }
        }
        return pods;
    }

    private static List<Taint> expelling(Node node) {
        List<Taint> taints = new ArrayList<>();
        for (Taint taint : node.taints()) {
            if (taint.effect().equals(Taint.NO_EXECUTE) && !taint.key().equals(NodeLifecycle.UNREACHABLE)) {
                taints.add(taint);
            }
        }
        return taints;
    }

    /** When a pod is deleted that has been in this since {@code start}; never where it tolerates all for ever. */
    private static Optional<Instant> evicted(LabPicture picture, Pod pod, Instant start) {
        long shortest = Toleration.FOREVER;
        List<Taint> taints = picture.node(pod.spec().nodeName())
                .map(TaintEviction::expelling)
                .orElse(List.of());
        for (Taint taint : taints) {
            OptionalLong seconds = pod.spec().placement().tolerations().stream()
                    .filter(toleration -> toleration.tolerates(taint))
                    .mapToLong(Toleration::seconds)
                    .min();
            shortest = Math.min(shortest, Math.max(0, seconds.orElse(0)));
        }
        Instant earliest = pod.metadata().creationTimestamp().plus(BREATH);
        return shortest == Toleration.FOREVER
                ? Optional.empty()
                : Optional.of(later(start.plusSeconds(Math.min(shortest, LONG)), earliest));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
