package dev.fairlead.cni;

/**
 * What goes wrong in the CNI contract, on either side: always something that can be said as a CNI error document. The
 * plugin side throws it as it is, with one of the factory methods below; its sub-classes say where else it came from.
 */
public sealed class CniException extends RuntimeException permits ConfigException, PluginException, FrameException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String msg;
    private final String details;

    /**
     * @param code see {@link ErrorCode}, or 100 and more for a code of our own
     * @param msg one short sentence: what was wanted and what was refused
     * @param details why and what to do; may be empty
     */
    public CniException(int code, String msg, String details) {
        super(details.isEmpty() ? msg : msg + "; " + details);
        this.code = code;
        this.msg = msg;
        this.details = details;
    }

    public CniException(ErrorCode code, String msg, String details) {
        this(code.number(), msg, details);
    }

    public CniException(ErrorCode code, String msg, String details, Throwable cause) {
        this(code, msg, details);
        initCause(cause);
    }

    /** Code 2. The specification wants key and value in the message. */
    public static CniException unsupportedField(String key, String value, String why) {
        return new CniException(
                ErrorCode.UNSUPPORTED_FIELD, "'" + key + "' with value '" + Quote.of(value) + "' isn't supported", why);
    }

    /** Code 4. {@code problem} must contain the names of the variables. */
    public static CniException invalidEnvironment(String problem) {
        return new CniException(ErrorCode.INVALID_ENVIRONMENT, problem, "");
    }

    /** Code 7. */
    public static CniException invalidConfig(String msg, String details) {
        return new CniException(ErrorCode.INVALID_CONFIG, msg, details);
    }

    /** Code 11: a passing condition; the runtime should repeat the call. */
    public static CniException tryAgainLater(String msg, String details) {
        return new CniException(ErrorCode.TRY_AGAIN_LATER, msg, details);
    }

    /** Code 50, for STATUS: ADD can't be served. */
    public static CniException notAvailable(String msg, String details) {
        return new CniException(ErrorCode.NOT_AVAILABLE, msg, details);
    }

    /** Code 51, for STATUS: ADD can't be served and existing containers may be cut off. */
    public static CniException limitedConnectivity(String msg, String details) {
        return new CniException(ErrorCode.LIMITED_CONNECTIVITY, msg, details);
    }

    public int code() {
        return code;
    }

    public boolean is(ErrorCode wanted) {
        return code == wanted.number();
    }

    public String msg() {
        return msg;
    }

    public String details() {
        return details;
    }

    /** This failure as a document in the protocol version in use. */
    public CniError error(String cniVersion) {
        return new CniError(cniVersion, code, msg, details);
    }
}
