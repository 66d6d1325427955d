package dev.fairlead.plan;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;

/** A line of a state file that shows whether it is whole: its last word is the CRC-32 (IEEE 802.3) of all before it. */
public final class CheckedLine {
    private static final String CHECKSUM = " crc32=";

    private CheckedLine() {}

    /** The text with its checksum, without line feed. */
    public static String of(String text) {
        return text + CHECKSUM + checksum(text);
    }

    /** The text without its checksum; empty when the checksum isn't there or doesn't fit. */
    public static Optional<String> read(String line) {
        int end = line.lastIndexOf(CHECKSUM);
        boolean whole = end >= 0 && line.substring(end + CHECKSUM.length()).equals(checksum(line.substring(0, end)));
        return whole ? Optional.of(line.substring(0, end)) : Optional.empty();
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        String digits = Long.toHexString(crc.getValue());
        return "0".repeat(8 - digits.length()) + digits;
    }
}
