package dev.fairlead.api.spdy;

import java.util.Map;

/** A frame, section 2.2 of the draft. Control frames without a meaning for port forwarding are {@link Other}. */
public sealed interface SpdyFrame {
    int SYN_STREAM = 1;
    int SYN_REPLY = 2;
    int RST_STREAM = 3;
    int PING = 6;
    int GOAWAY = 7;

    /** {@link RstStream#status}, section 2.6.3. */
    int REFUSED_STREAM = 3;

    /** Opens a stream. @param headers names in lower case @param last whether the sender has nothing to send on it */
    record SynStream(int stream, boolean last, Map<String, String> headers) implements SpdyFrame {}

    /** Takes a stream. */
    record SynReply(int stream, boolean last, Map<String, String> headers) implements SpdyFrame {}

    /** Ends a stream in both directions, at once. */
    record RstStream(int stream, int status) implements SpdyFrame {}

    /** To be sent back as it is. */
    record Ping(int id) implements SpdyFrame {}

    /** No streams are opened any more. @param lastStream the last that was taken */
    record GoAway(int lastStream, int status) implements SpdyFrame {}

    /** @param last whether the sender has nothing more to send on this stream */
    record Bytes(int stream, boolean last, byte[] bytes) implements SpdyFrame {}

    /** SETTINGS, HEADERS, WINDOW_UPDATE, CREDENTIAL, and what the draft doesn't know. */
    record Other(int type) implements SpdyFrame {}
}
