package dev.fairlead.dataplane;

/** A pod can't be wired as asked; the message says why and what to do. */
public final class PodWiringException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PodWiringException(String message) {
        super(message);
    }

    public PodWiringException(String message, Throwable cause) {
        super(message, cause);
    }
}
