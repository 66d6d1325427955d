package dev.fairlead.lab.log;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;

/** Reads a {@link ContainerLog} for one reader, on the calling thread. */
public final class LogReader {
    /** More than the longest record. */
    private static final int PIECE = 256 * 1024;

    /** {@code 2026-01-02T03:04:05.678901234Z stdout F }. */
    private static final int TIME = 30;

    private static final int STREAM = TIME + 4;
    private static final int TAG = TIME + 8;
    private static final int TEXT = TIME + 10;

    private static final LogOptions FOLLOW = new LogOptions(true, Long.MAX_VALUE, Instant.MIN, false, Long.MAX_VALUE);

    /** Takes what is read. */
    public interface Sink {
        /** @param stream 1 for standard output, 2 for standard error */
        void text(int stream, byte[] bytes, int from, int length) throws IOException;

        /** There is no more for now. */
        void flush() throws IOException;

        /** Both streams into one. */
        static Sink to(OutputStream out) {
            return new Sink() {
                @Override
                public void text(int stream, byte[] bytes, int from, int length) throws IOException {
                    out.write(bytes, from, length);
                }

                @Override
                public void flush() throws IOException {
                    out.flush();
                }
            };
        }
    }

    private final ContainerLog log;
    private final LogOptions options;
    private final Sink sink;
    private long left;
    private boolean lineBegins = true;

    private LogReader(ContainerLog log, LogOptions options, Sink sink) {
        this.log = log;
        this.options = options;
        this.sink = sink;
        this.left = options.limitBytes();
    }

    /**
     * Reads as the options say, until the end or, when following, the end of the container.
     *
     * @throws IOException also when the sink throws it
     */
    public static void read(ContainerLog log, LogOptions options, Sink sink) throws IOException, InterruptedException {
        LogReader reader = new LogReader(log, options, sink);
        try (FileChannel file = FileChannel.open(log.file(), StandardOpenOption.READ)) {
            reader.read(file, reader.start(file, log.length()));
        }
    }

    /** Reads what is printed after {@code from} bytes, until the end of the container. */
    public static void follow(ContainerLog log, long from, Sink sink) throws IOException, InterruptedException {
        try (FileChannel file = FileChannel.open(log.file(), StandardOpenOption.READ)) {
            new LogReader(log, FOLLOW, sink).read(file, from);
        }
    }

    private void read(FileChannel file, long from) throws IOException, InterruptedException {
        long at = from;
        while (true) {
            long end = log.length();
            while (at < end && left > 0) {
                at += pass(file, at, end);
            }
            sink.flush();
            if (!options.follow() || left <= 0 || !log.awaitMore(at)) {
                return;
            }
        }
    }

    /** Where the last lines begin. */
    private long start(FileChannel file, long end) throws IOException {
        if (options.tailLines() == 0) {
            return end;
        }
        if (options.tailLines() >= end) { // each line takes more than a byte
            return 0;
        }
        ArrayDeque<Long> starts = new ArrayDeque<>();
        boolean begins = true;
        for (long at = 0; at < end; ) {
            ByteBuffer records = records(file, at, end);
            int from = 0;
            while (from < records.limit()) {
                if (begins) {
                    starts.add(at + from);
                    if (starts.size() > options.tailLines()) {
                        starts.removeFirst();
                    }
                }
                begins = records.get(from + TAG) == 'F';
                from = endOfRecord(records, from);
            }
            at += records.limit();
        }
        return starts.isEmpty() ? end : starts.getFirst();
    }

    /** @return how many bytes of the file that was */
    private int pass(FileChannel file, long at, long end) throws IOException {
        ByteBuffer records = records(file, at, end);
        for (int from = 0; from < records.limit() && left > 0; ) {
            int next = endOfRecord(records, from);
            record(records.array(), from, next);
            from = next;
        }
        return records.limit();
    }

    private void record(byte[] bytes, int from, int next) throws IOException {
        boolean wholeLine = bytes[from + TAG] == 'F';
        if (!options.since().equals(Instant.MIN)
                && ContainerLog.time(new String(bytes, from, TIME, StandardCharsets.US_ASCII))
                        .isBefore(options.since())) {
            return;
        }
        int stream = bytes[from + STREAM] == 'o' ? 1 : 2;
        if (options.timestamps() && lineBegins) {
            emit(stream, bytes, from, TIME);
            emit(stream, new byte[] {' '}, 0, 1);
        }
        int text = from + TEXT;
        emit(stream, bytes, text, next - text - (wholeLine ? 0 : 1));
        lineBegins = wholeLine;
    }

    private void emit(int stream, byte[] bytes, int from, int length) throws IOException {
        int most = (int) Math.min(length, left);
        if (most > 0) {
            sink.text(stream, bytes, from, most);
            left -= most;
        }
    }

    /** Whole records from there on; the buffer has an array that begins with them. */
    private static ByteBuffer records(FileChannel file, long at, long end) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(PIECE, end - at));
        while (buffer.hasRemaining()) {
            if (file.read(buffer, at + buffer.position()) < 0) {
                throw new EOFException("the log file is shorter than what was written to it");
            }
        }
        int whole = buffer.limit();
        while (buffer.get(whole - 1) != '\n') {
            whole--;
        }
        return buffer.flip().limit(whole);
    }

    private static int endOfRecord(ByteBuffer records, int from) {
        int end = from + TEXT;
        while (records.get(end) != '\n') {
            end++;
        }
        return end + 1;
    }
}
