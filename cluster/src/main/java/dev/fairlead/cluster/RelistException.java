package dev.fairlead.cluster;

import java.io.IOException;
import java.io.Serial;

/** A watch can't be resumed where it was: everything must be listed anew. */
final class RelistException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    RelistException(String why) {
        super(why);
    }
}
