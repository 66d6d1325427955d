package dev.fairlead.cni;

/** A frame of the shim's protocol that can't be decoded. The connection can only be closed, with or without an answer. */
public final class FrameException extends CniException {
    private static final long serialVersionUID = 1;

    /** What is wrong with the frame. */
    public enum Reason {
        /** The stream ended, or broke, before the frame did. */
        TRUNCATED,
        /** The first four bytes aren't the protocol's: some other program, or another version of the shim. */
        BAD_MAGIC,
        /** A length is over its limit. */
        TOO_LARGE,
        /** The environment isn't a sequence of {@code KEY=VALUE} in UTF-8, each ended by a zero byte. */
        BAD_ENVIRONMENT
    }

    private final Reason reason;

    public FrameException(Reason reason, String msg) {
        super(reason == Reason.TRUNCATED ? ErrorCode.IO_FAILURE : ErrorCode.DECODING_FAILURE, msg, "");
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
