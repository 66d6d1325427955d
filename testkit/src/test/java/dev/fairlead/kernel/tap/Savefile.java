package dev.fairlead.kernel.tap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code tcpdump -w --time-stamp-precision=nano} has written. */
final class Savefile {
    private Savefile() {}

    /** A record of it: what can be compared with ours, byte for byte. */
    record Seen(long nanos, Frame frame) {}

    /** Reads a file of {@code pcap-savefile(5)}, as far as it is written. */
    static List<Seen> records(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
            List<Seen> records = new ArrayList<>();
            bytes.position(Math.min(24, bytes.limit()));
            while (bytes.remaining() >= 16) {
                long nanos = bytes.getInt() * 1_000_000_000L + bytes.getInt();
                int captured = bytes.getInt();
                int length = bytes.getInt();
                if (bytes.remaining() < captured) {
                    break;
                }
                byte[] frame = new byte[captured];
                bytes.get(frame);
                records.add(new Seen(nanos, new Frame(frame, length)));
            }
            return records;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
