package dev.fairlead.api.spdy;

/** The other side doesn't speak SPDY/3.1, or not as its draft says. */
public final class SpdyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SpdyException(String message) {
        super(message);
    }

    SpdyException(String message, Throwable cause) {
        super(message, cause);
    }
}
