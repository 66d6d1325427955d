package dev.fairlead.api.spdy;

import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/** Makes bytes of frames. They must be sent in the order in which they were made. Not safe for several threads. */
public final class SpdyWriter implements AutoCloseable {
    private static final int CONTROL = 1 << 31 | 3 << 16;
    private static final int FLAG_FIN = 1 << 24;

    private final Deflater deflater = HeaderBlock.deflater();

    public byte[] write(SpdyFrame frame) {
        return switch (frame) {
            case SpdyFrame.SynStream open -> {
                byte[] block = HeaderBlock.write(open.headers(), deflater);
                yield control(SpdyFrame.SYN_STREAM, open.last(), 10 + block.length)
                        .putInt(open.stream())
                        .putInt(0)
                        .putShort((short) 0)
                        .put(block)
                        .array();
            }
            case SpdyFrame.SynReply reply -> {
                byte[] block = HeaderBlock.write(reply.headers(), deflater);
                yield control(SpdyFrame.SYN_REPLY, reply.last(), 4 + block.length)
                        .putInt(reply.stream())
                        .put(block)
                        .array();
            }
            case SpdyFrame.RstStream reset ->
                control(SpdyFrame.RST_STREAM, false, 8)
                        .putInt(reset.stream())
                        .putInt(reset.status())
                        .array();
            case SpdyFrame.Ping ping ->
                control(SpdyFrame.PING, false, 4).putInt(ping.id()).array();
            case SpdyFrame.GoAway goAway ->
                control(SpdyFrame.GOAWAY, false, 8)
                        .putInt(goAway.lastStream())
                        .putInt(goAway.status())
                        .array();
            case SpdyFrame.Bytes data ->
                ByteBuffer.allocate(8 + data.bytes().length)
                        .putInt(data.stream())
                        .putInt((data.last() ? FLAG_FIN : 0) | data.bytes().length)
                        .put(data.bytes())
                        .array();
            case SpdyFrame.Other other -> throw new IllegalArgumentException("nothing is known to write of " + other);
        };
    }

    private static ByteBuffer control(int type, boolean last, int length) {
        return ByteBuffer.allocate(8 + length).putInt(CONTROL | type).putInt((last ? FLAG_FIN : 0) | length);
    }

    /** Gives the memory of zlib back. */
    @Override
    public void close() {
        deflater.close();
    }
}
