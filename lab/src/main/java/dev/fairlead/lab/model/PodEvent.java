package dev.fairlead.lab.model;

/**
 * Something that happened to a pod on its node, for people to read.
 *
 * @param warning whether it is of type {@code Warning}, else {@code Normal}
 * @param reason one word, as the kubelet says it: {@code Started}, {@code BackOff}
 * @param fieldPath the container that it is about, such as {@code spec.containers{web}}; empty for the pod
 */
public record PodEvent(boolean warning, String reason, String fieldPath, String message) {

    public static PodEvent normal(String reason, String fieldPath, String message) {
        return new PodEvent(false, reason, fieldPath, message);
    }

    public static PodEvent warning(String reason, String fieldPath, String message) {
        return new PodEvent(true, reason, fieldPath, message);
    }
}
