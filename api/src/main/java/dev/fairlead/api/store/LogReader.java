package dev.fairlead.api.store;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Reads a log from its beginning to its end. A record that its writer was kept from finishing can only be the last, and has no
 * line feed; nobody was told that it is kept, so it doesn't count. Whatever else is wrong is damage.
 */
final class LogReader {
    /** The first line: what the file is, and the version of what follows. */
    static final String HEADER = "fairlead log 1\n";

    private static final long NONE = -1;

    private final Path file;
    private final InputStream in;
    private long offset;

    private LogReader(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /**
     * Where a log ends.
     *
     * @param whole the length of what counts, in bytes
     * @param torn bytes behind it, of a record that wasn't finished
     */
    record End(long whole, long torn) {}

    /**
     * Gives each record to {@code take}.
     *
     * @throws DamagedLogException where the file doesn't hold what was written
     */
    static End read(Path file, Consumer<LogRecord> take) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return new LogReader(file, in).read(take);
        }
    }

    private End read(Consumer<LogRecord> take) throws IOException {
        byte[] header = in.readNBytes(HEADER.length());
        byte[] wanted = HEADER.getBytes(StandardCharsets.US_ASCII);
        if (!Arrays.equals(header, wanted)) {
            if (header.length < wanted.length && Arrays.equals(header, Arrays.copyOf(wanted, header.length))) {
                return new End(0, header.length);
            }
            throw new DamagedLogException(
                    file, 0, "it doesn't begin with '" + HEADER.strip() + "', so it is of another version or no log");
        }
        offset = header.length;
        while (true) {
            byte[] head = in.readNBytes(LogRecord.HEAD_BYTES);
            if (head.length == 0) {
                return new End(offset, 0);
            }
            long said = head.length == LogRecord.HEAD_BYTES ? number(head, 0) : NONE;
            if (said == NONE || said > LogRecord.MOST_BYTES || head[8] != ' ' || head[17] != ' ') {
                return torn(head, "its length can't be read");
            }
            int length = (int) said;
            byte[] body = in.readNBytes(length + 1);
            boolean whole = body.length > length;
            if (!whole) {
                return torn(join(head, body), "it is shorter than it says");
            }
            if (body[length] != '\n') {
                throw new DamagedLogException(file, offset, "the record there doesn't end where it says");
            }
            take.accept(decoded(head, body));
            offset += (long) head.length + body.length;
        }
    }

    private LogRecord decoded(byte[] head, byte[] body) {
        int length = body.length - 1;
        if (number(head, 9) != Integer.toUnsignedLong(LogRecord.checksum(body, 0, length))) {
            throw new DamagedLogException(file, offset, "the checksum of the record there is wrong");
        }
        try {
            return LogRecord.decode(Arrays.copyOf(body, length));
        } catch (IOException e) {
            throw new DamagedLogException(file, offset, "the record there can't be read, " + e.getMessage());
        }
    }

    /** An end that nobody finished, unless there is a line feed: then there was more once. */
    private End torn(byte[] read, String what) throws IOException {
        long torn = read.length;
        boolean lines = has(read);
        byte[] rest = new byte[1 << 16];
        for (int count = in.read(rest); count > 0 && !lines; count = in.read(rest)) {
            torn += count;
            lines = has(Arrays.copyOf(rest, count));
        }
        if (lines) {
            throw new DamagedLogException(file, offset, "the record there is wrong, " + what);
        }
        return new End(offset, torn);
    }

    private static boolean has(byte[] bytes) {
        for (byte one : bytes) {
            if (one == '\n') {
                return true;
            }
        }
        return false;
    }

    private static byte[] join(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    /** Eight hexadecimal digits as they are written here, or {@link #NONE}. */
    private static long number(byte[] head, int from) {
        long number = 0;
        for (int i = from; i < from + 8; i++) {
            boolean upper = head[i] >= 'A' && head[i] <= 'F';
            int digit = upper ? -1 : Character.digit(head[i], 16);
            if (digit < 0) {
                return NONE;
            }
            number = number << 4 | digit;
        }
        return number;
    }
}
