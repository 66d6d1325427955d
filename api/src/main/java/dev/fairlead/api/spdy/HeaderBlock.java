package dev.fairlead.api.spdy;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Names and values, section 2.6.10: counts and lengths of four bytes, deflated with a dictionary that both sides know. All
 * blocks of one direction are one zlib stream, so each needs a compressor of its own for as long as the connection lasts.
 */
final class HeaderBlock {
    private static final int LARGEST = 64 * 1024;

    /** Each is preceded by its length. */
    private static final List<String> WORDS = List.of(
            ("options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age"
                            + " allow authorization cache-control connection content-base content-encoding"
                            + " content-language content-length content-location content-md5 content-range content-type"
                            + " date etag expect expires from host if-match if-modified-since if-none-match if-range"
                            + " if-unmodified-since last-modified location max-forwards pragma proxy-authenticate"
                            + " proxy-authorization range referer retry-after server te trailer transfer-encoding"
                            + " upgrade user-agent vary via warning www-authenticate method get status 200_OK version"
                            + " HTTP/1.1 url public set-cookie keep-alive origin")
                    .split(" "));

    private static final String REST =
            "100101201202205206300302303304305306307402405406407408409410411412413414415416417"
                    + "502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized"
                    + "403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
                    + "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
                    + "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,"
                    + "text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

    static final byte[] DICTIONARY = dictionary();

    private HeaderBlock() {}

    private static byte[] dictionary() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String word : WORDS) {
            put(all, word.replace('_', ' '));
        }
        all.writeBytes(REST.getBytes(StandardCharsets.US_ASCII));
        return all.toByteArray();
    }

    private static void put(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        out.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
        out.writeBytes(bytes);
    }

    static Deflater deflater() {
        Deflater deflater = new Deflater();
        deflater.setDictionary(DICTIONARY);
        return deflater;
    }

    static byte[] write(Map<String, String> headers, Deflater deflater) {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        plain.writeBytes(ByteBuffer.allocate(4).putInt(headers.size()).array());
        headers.forEach((name, value) -> {
            put(plain, name);
            put(plain, value);
        });
        deflater.setInput(plain.toByteArray());
        byte[] buffer = new byte[1024];
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        int written;
        do {
            written = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
            block.write(buffer, 0, written);
        } while (written == buffer.length);
        return block.toByteArray();
    }

    /** @throws SpdyException when it can't be read; then no later block can either */
    static Map<String, String> read(byte[] block, Inflater inflater) {
        ByteBuffer plain = ByteBuffer.wrap(inflate(block, inflater));
        try {
            Map<String, String> headers = new TreeMap<>();
            for (int left = plain.getInt(); left > 0; left--) {
                String name = text(plain);
                headers.put(name, text(plain));
            }
            return headers;
        } catch (BufferUnderflowException e) {
            throw new SpdyException("a SPDY header block ends in the middle", e);
        }
    }

    private static String text(ByteBuffer from) {
        int length = from.getInt();
        if (length < 0 || length > from.remaining()) {
            throw new SpdyException("a SPDY header of " + Integer.toUnsignedString(length)
                    + " bytes in a block that has " + from.remaining() + " left");
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] inflate(byte[] block, Inflater inflater) {
        inflater.setInput(block);
        byte[] buffer = new byte[LARGEST];
        int size = 0;
        try {
            while (true) {
                int got = inflater.inflate(buffer, size, LARGEST - size);
                size += got;
                if (inflater.needsDictionary()) {
                    inflater.setDictionary(DICTIONARY);
                } else if (got == 0) {
                    break;
                }
            }
        } catch (DataFormatException | IllegalArgumentException e) {
            throw new SpdyException("a SPDY header block is not deflated with SPDY's dictionary", e);
        }
        if (size == LARGEST) {
            throw new SpdyException("a SPDY header block of more than " + LARGEST + " bytes");
        }
        return java.util.Arrays.copyOf(buffer, size);
    }
}
