package dev.fairlead.trace.observe;

/** A node can't be asked what it sees: nobody answers for it, it refuses, or what it says can't be read. The message says which. */
public final class EyesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EyesException(String message) {
        super(message);
    }

    public EyesException(String message, Throwable cause) {
        super(message, cause);
    }
}
