package dev.fairlead.lab.model;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a Deployment wants.
 *
 * @param replicas 0 or more
 * @param selector matches the template's labels; never changes
 * @param minReadySeconds how long a pod must be ready before it counts as available; 0 or more
 * @param revisionHistoryLimit how many emptied ReplicaSets are kept; 0 or more
 * @param paused whether a changed template waits
 * @param original the spec as it was written; must not be changed
 */
public record DeploymentSpec(
        int replicas,
        LabelSelector selector,
        PodTemplate template,
        Strategy strategy,
        int minReadySeconds,
        int revisionHistoryLimit,
        boolean paused,
        JsonNode original) {

    /** How pods of the old template give way to pods of the new one. */
    public sealed interface Strategy {

        /**
         * Some at a time.
         *
         * @param maxSurge how many pods there may be above the replicas; a percentage is rounded up
         * @param maxUnavailable how many of the replicas may be missing; a percentage is rounded down
         */
        record RollingUpdate(IntOrPercent maxSurge, IntOrPercent maxUnavailable) implements Strategy {}

        /** All old ones go before the first new one comes. */
        record Recreate() implements Strategy {}
    }
}
