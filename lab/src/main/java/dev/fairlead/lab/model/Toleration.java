package dev.fairlead.lab.model;

/**
 * Taints that a pod puts up with ({@code k8s.io/api core/v1 Toleration}).
 *
 * @param key empty for taints of any key
 * @param exists whether any value will do
 * @param effect empty for all effects
 * @param seconds for how long, once the taint is there; {@link #FOREVER} where nothing is said, 0 or less for not at all
 */
public record Toleration(String key, boolean exists, String value, String effect, long seconds) {
    public static final long FOREVER = Long.MAX_VALUE;

    /** As {@code Toleration.ToleratesTaint} has it. */
    public boolean tolerates(Taint taint) {
        return (effect.isEmpty() || effect.equals(taint.effect()))
                && (key.isEmpty() || key.equals(taint.key()))
                && (exists || value.equals(taint.value()));
    }
}
