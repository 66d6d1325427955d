package dev.fairlead.trace.remote;

import dev.fairlead.trace.observe.EyesException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Both directions of a connection, as lines of UTF-8. For one thread at a time. */
final class Lines {
    private static final int CHUNK = 64 * 1024;

    private final InputStream in;
    private final OutputStream out;
    private final int longest;
    private final byte[] chunk = new byte[CHUNK];
    private int at;
    private int end;

    /** @param longest a line that may come in, in bytes */
    Lines(InputStream in, OutputStream out, int longest) {
        this.in = in;
        this.out = out;
        this.longest = longest;
    }

    /**
     * The next line; empty at the end.
     *
     * @throws EyesException when it is longer than may be, or ends before its end
     */
    Optional<String> read() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            if (at == end && !fill()) {
                if (line.size() > 0) {
                    throw new EyesException("a line ended after " + line.size() + " bytes without its end");
                }
                return Optional.empty();
            }
            int begin = at;
            while (at < end && chunk[at] != '\n') {
                at++;
            }
            line.write(chunk, begin, at - begin);
            if (line.size() > longest) {
                throw new EyesException("a line is longer than " + longest + " bytes");
            }
            if (at < end) {
                at++;
                return Optional.of(line.toString(StandardCharsets.UTF_8));
            }
        }
    }

    private boolean fill() {
        try {
            at = 0;
            end = Math.max(0, in.read(chunk, 0, CHUNK));
            return end > 0;
        } catch (IOException e) {
            throw new UncheckedIOException("a connection could not be read: " + e.getMessage(), e);
        }
    }

    void write(String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("a connection could not be written: " + e.getMessage(), e);
        }
    }
}
