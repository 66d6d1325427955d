package dev.fairlead.cni;

/** The error codes with a meaning (SPEC.md section 5, Error). 0 to 99 are reserved, 100 and more are a plugin's own. */
public enum ErrorCode {
    /** No code was given. */
    UNKNOWN(0),
    INCOMPATIBLE_VERSION(1),
    /** The message must contain the key and the value. */
    UNSUPPORTED_FIELD(2),
    /** The runtime need not clean up after this one. */
    UNKNOWN_CONTAINER(3),
    /** The message must contain the names of the variables. */
    INVALID_ENVIRONMENT(4),
    IO_FAILURE(5),
    DECODING_FAILURE(6),
    INVALID_CONFIG(7),
    /** Not in the specification; the reference library's for a {@code CNI_NETNS} that can't be the container's. */
    INVALID_NETNS(8),
    TRY_AGAIN_LATER(11),
    /** STATUS: ADD can't be served. */
    NOT_AVAILABLE(50),
    /** STATUS: ADD can't be served, and existing containers may be cut off. */
    LIMITED_CONNECTIVITY(51),
    /** Not in the specification; the reference library's for a fault of the plugin itself. */
    INTERNAL(999);

    private final int number;

    ErrorCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
