package dev.fairlead.api.store;

import java.nio.file.Path;

/** A log that doesn't hold what was written to it. The message names the file and the place. */
public final class DamagedLogException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long offset;

    DamagedLogException(Path file, long offset, String what) {
        super(file + " is damaged at byte " + offset + ": " + what
                + ". What stands behind it can't be trusted, so nothing was read; put a copy of the file in its place");
        this.offset = offset;
    }

    /** Where the record begins that is wrong, in bytes from the beginning of the file. */
    public long offset() {
        return offset;
    }
}
