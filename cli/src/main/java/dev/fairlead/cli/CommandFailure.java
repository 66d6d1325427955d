package dev.fairlead.cli;

/**
 * A command could not do what it was asked. The message is the whole sentence that the user sees: what was wanted, what
 * was refused, why, and what to do.
 */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    /** A failure with exit code 1. */
    public CommandFailure(String sentence) {
        this(1, sentence);
    }

    /** A failure with {@code exitCode}: 1 where the command failed, 2 where it was wrongly called or can't run here. */
    public CommandFailure(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    /** The exit code of the whole program, 1 or 2. */
    public int exitCode() {
        return exitCode;
    }
}
