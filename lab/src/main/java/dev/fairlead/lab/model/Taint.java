package dev.fairlead.lab.model;

/**
 * What keeps pods from a node that don't tolerate it ({@code k8s.io/api core/v1 Taint}).
 *
 * @param effect NoSchedule, PreferNoSchedule or NoExecute
 */
public record Taint(String key, String value, String effect) {
    public static final String NO_SCHEDULE = "NoSchedule";
    public static final String PREFER_NO_SCHEDULE = "PreferNoSchedule";
    /** Pods that are there already go too. */
    public static final String NO_EXECUTE = "NoExecute";

    /** Whether a pod that doesn't tolerate it can't be placed. */
    public boolean keepsAway() {
        return effect.equals(NO_SCHEDULE) || effect.equals(NO_EXECUTE);
    }

    /** {@code {key: value}}, as the scheduler's sentence has it. */
    @Override
    public String toString() {
        return "{" + key + ": " + value + "}";
    }
}
