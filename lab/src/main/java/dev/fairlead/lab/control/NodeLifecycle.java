package dev.fairlead.lab.control;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.model.Action;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What becomes of a node that is silent, as the node lifecycle and taint eviction controllers of Kubernetes have it, in
 * shorter times: after {@link #GRACE} it isn't ready, nor are its pods; pods that don't tolerate that for longer are deleted
 * {@link #PATIENCE} later, and their controllers replace them. What was deleted stays Terminating until the node is back and
 * can say that it is gone. Belongs to the lab's loop.
 */
public final class NodeLifecycle {
    /** {@code --node-monitor-grace-period} of a real controller manager: 40 s, and 50 s from 1.32 on. */
    public static final Duration GRACE = Duration.ofSeconds(4);

    /** What stands here for the 300 s that the admission plugin DefaultTolerationSeconds gives to pods that say nothing. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long USUAL_SECONDS = 300;

    /** The taint of such nodes, {@code k8s.io/api core/v1 TaintNodeUnreachable}. */
    public static final String UNREACHABLE = "node.kubernetes.io/unreachable";

    private final Map<String, Instant> silent = new TreeMap<>();

    /** Nothing is heard of a node from this moment on. */
    public void silent(String node, Instant since) {
        silent.put(node, since);
    }

    /** It is back. */
    public void heard(String node) {
        silent.remove(node);
    }

    /** Whether a pod's node can't do anything about it. */
    public boolean isSilent(String node) {
        return silent.containsKey(node);
    }

    /** Does what is due by now. */
    public void act(Store store, Instant now) {
        silent.forEach((name, since) -> {
            Instant unreachable = since.plus(GRACE);
            if (now.isBefore(unreachable)) {
                return;
            }
            store.picture().node(name).filter(Node::ready).ifPresent(node -> store.putNode(node.withReady(false)));
            List<Action> evictions = new ArrayList<>();
            for (Pod pod : podsOn(store.picture(), name)) {
                if (pod.status().ready()) {
                    store.setStatus(
                            pod.key(), pod.metadata().uid(), pod.status().withReady(false, now));
                }
                if (evicted(pod, unreachable)
                        .filter(when -> !now.isBefore(when))
                        .isPresent()) {
                    evictions.add(new Action.DeletePod(pod.key()));
                }
            }
            store.perform(evictions);
        });
    }

    /** When time alone next changes something. */
    public Optional<Instant> due(LabPicture picture, Instant now) {
        Instant next = Instant.MAX;
        for (Map.Entry<String, Instant> one : silent.entrySet()) {
            Instant unreachable = one.getValue().plus(GRACE);
            next = earlier(next, unreachable, now);
            for (Pod pod : podsOn(picture, one.getKey())) {
                next = earlier(next, evicted(pod, unreachable).orElse(Instant.MAX), now);
            }
        }
        return next.equals(Instant.MAX) ? Optional.empty() : Optional.of(next);
    }

    private static Instant earlier(Instant next, Instant candidate, Instant now) {
        return candidate.isAfter(now) && candidate.isBefore(next) ? candidate : next;
    }

    /** Those that would still be running there. */
    private static List<Pod> podsOn(LabPicture picture, String node) {
        List<Pod> pods = new ArrayList<>();
        for (Pod pod : picture.pods().values()) {
            if (pod.spec().nodeName().equals(node) && pod.active()) {
                pods.add(pod);
            }
        }
        return pods;
    }

    /** When a pod is deleted; never where it tolerates the taint for ever. */
    private static Optional<Instant> evicted(Pod pod, Instant tainted) {
        Optional<Duration> shortest = Optional.empty();
        boolean tolerates = false;
        for (JsonNode toleration : pod.spec().original().path("tolerations")) {
            if (isOfUnreachable(toleration)) {
                tolerates = true;
                JsonNode seconds = toleration.path("tolerationSeconds");
                if (seconds.isNumber()) {
                    Duration patience = seconds.asLong() == USUAL_SECONDS
                            ? PATIENCE
                            : Duration.ofSeconds(Math.max(0, seconds.asLong()));
                    shortest = shortest.filter(other -> other.compareTo(patience) < 0)
                            .or(() -> Optional.of(patience));
                }
            }
        }
        return tolerates ? shortest.map(tainted::plus) : Optional.of(tainted.plus(PATIENCE));
    }

    /** As {@code Toleration.ToleratesTaint} of {@code k8s.io/api core/v1} says of the taint with the effect NoExecute. */
    private static boolean isOfUnreachable(JsonNode toleration) {
        String key = toleration.path("key").asText();
        String effect = toleration.path("effect").asText();
        boolean exists = toleration.path("operator").asText().equals("Exists");
        return (effect.isEmpty() || effect.equals("NoExecute"))
                && (key.equals(UNREACHABLE) || key.isEmpty() && exists)
                && (exists || toleration.path("value").asText().isEmpty());
    }
}
