package dev.fairlead.lab.node;

/** A ConfigMap or Secret that a pod needs isn't there, or not the key; the message is the kubelet's. */
final class MissingContentException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MissingContentException(String message) {
        super(message);
    }
}
