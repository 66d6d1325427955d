package dev.fairlead.api.store;

import java.io.IOException;

/** A change could not be kept. The message says which file refused it and why. */
public final class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean made;

    private JournalException(String message, IOException cause, boolean made) {
        super(message, cause);
        this.made = made;
    }

    /** The change was refused, and everything is as before. */
    static JournalException refused(String message, IOException cause) {
        return new JournalException(message, cause, false);
    }

    /** The change is made as long as this process lives, and may be lost with the machine. */
    static JournalException uncertain(String message, IOException cause) {
        return new JournalException(message, cause, true);
    }

    /** Whether the change was made all the same, and only its keeping is in doubt. */
    public boolean isMade() {
        return made;
    }
}
