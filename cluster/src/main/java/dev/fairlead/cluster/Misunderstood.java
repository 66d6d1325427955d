package dev.fairlead.cluster;

import java.io.Serial;

/** An object of the API has a field that makes no sense; the message says which and why. */
final class Misunderstood extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    Misunderstood(String field, String problem) {
        super(field + ": " + problem);
    }
}
