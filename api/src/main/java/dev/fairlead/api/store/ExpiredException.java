package dev.fairlead.api.store;

/** The history that was asked for isn't kept any more: whoever asked has to list again. */
public final class ExpiredException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ExpiredException(String message) {
        super(message);
    }
}
