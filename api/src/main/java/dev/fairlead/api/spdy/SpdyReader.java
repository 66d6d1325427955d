package dev.fairlead.api.spdy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.zip.Inflater;

/** Makes frames of the bytes of one direction, however they are cut. Not safe for several threads. */
public final class SpdyReader implements AutoCloseable {
    private static final int HEAD = 8;
    private static final int VERSION = 3;
    private static final int FLAG_FIN = 1;
    private static final int LARGEST = 1 << 20;

    private final Inflater inflater = new Inflater();
    private byte[] kept = new byte[0];

    /**
     * Takes bytes in.
     *
     * @return the frames that are whole by now
     * @throws SpdyException when they are no SPDY/3.1; nothing can be read after that
     */
    public List<SpdyFrame> read(byte[] bytes) {
        ByteBuffer all = ByteBuffer.allocate(kept.length + bytes.length)
                .put(kept)
                .put(bytes)
                .flip();
        List<SpdyFrame> frames = new ArrayList<>();
        while (all.remaining() >= HEAD) {
            int length = all.getInt(all.position() + 4) & 0xffffff;
            if (length > LARGEST) {
                throw new SpdyException("a SPDY frame of " + length + " bytes; this server takes " + LARGEST);
            }
            if (all.remaining() < HEAD + length) {
                break;
            }
            int first = all.getInt();
            int flags = all.getInt() >>> 24;
            byte[] payload = new byte[length];
            all.get(payload);
            frames.add(first < 0 ? control(first, flags, payload) : data(first, flags, payload));
        }
        kept = new byte[all.remaining()];
        all.get(kept);
        return frames;
    }

    private static SpdyFrame data(int stream, int flags, byte[] payload) {
        return new SpdyFrame.Bytes(stream, (flags & FLAG_FIN) != 0, payload);
    }

    private SpdyFrame control(int first, int flags, byte[] payload) {
        int version = first >>> 16 & 0x7fff;
        if (version != VERSION) {
            throw new SpdyException("a frame of SPDY version " + version + "; this server speaks " + VERSION);
        }
        boolean last = (flags & FLAG_FIN) != 0;
        int type = first & 0xffff;
        return switch (type) {
            case SpdyFrame.SYN_STREAM ->
                new SpdyFrame.SynStream(
                        number(payload, 0), last, headers(payload, 10)); // associated stream, priority, slot
            case SpdyFrame.SYN_REPLY -> new SpdyFrame.SynReply(number(payload, 0), last, headers(payload, 4));
            case SpdyFrame.RST_STREAM -> pair(payload, SpdyFrame.RstStream::new);
            case SpdyFrame.PING -> new SpdyFrame.Ping(number(payload, 0));
            case SpdyFrame.GOAWAY -> pair(payload, SpdyFrame.GoAway::new);
            case 8 -> { // HEADERS: must be read, or the next block can't be
                headers(payload, 4);
                yield new SpdyFrame.Other(type);
            }
            default -> new SpdyFrame.Other(type);
        };
    }

    private static SpdyFrame pair(byte[] payload, BiFunction<Integer, Integer, SpdyFrame> frame) {
        return frame.apply(number(payload, 0), number(payload, 4));
    }

    private static int number(byte[] payload, int at) {
        if (payload.length < at + 4) {
            throw new SpdyException("a SPDY control frame of " + payload.length + " bytes is too short");
        }
        return ByteBuffer.wrap(payload).getInt(at);
    }

    private Map<String, String> headers(byte[] payload, int at) {
        if (payload.length < at) {
            throw new SpdyException("a SPDY control frame of " + payload.length + " bytes is too short");
        }
        return HeaderBlock.read(java.util.Arrays.copyOfRange(payload, at, payload.length), inflater);
    }

    /** Gives the memory of zlib back. */
    @Override
    public void close() {
        inflater.close();
    }
}
