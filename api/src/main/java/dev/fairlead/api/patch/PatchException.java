package dev.fairlead.api.patch;

/** A patch that can't be read or doesn't fit the object. */
public final class PatchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean malformed;

    private PatchException(String message, boolean malformed) {
        super(message);
        this.malformed = malformed;
    }

    /** The patch itself is wrong, whatever the object is. */
    static PatchException malformed(String message) {
        return new PatchException(message, true);
    }

    /** The patch can't be applied to this object. */
    static PatchException misfit(String message) {
        return new PatchException(message, false);
    }

    public boolean isMalformed() {
        return malformed;
    }
}
