package dev.fairlead.plan.ipam;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.plan.CheckedLine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The text form of {@link IpamEvent}s: a line each, UTF-8, closed by a line feed. The first word is the version of the line,
 * the last the CRC-32 (IEEE 802.3) of all before it.
 *
 * <pre>
 * 1 lease mynet 4f2c9 eth0 10.244.1.5,fd00:1::5 0a:58:0a:f4:01:05 1767225600000 crc32=0a1b2c3d
 * 1 release mynet 4f2c9 eth0 1767225660000 crc32=…
 * 1 freed 10.244.1.5 crc32=…
 * 1 last 10.244.1.5 crc32=…
 * </pre>
 */
public final class IpamJournal {
    private static final String VERSION = "1";

    private IpamJournal() {}

    /**
     * What a journal holds.
     *
     * @param events those of its whole lines; the event at index i was on line i + 1
     * @param cut what was left out at the end because its writing was never finished, as a sentence; else empty
     * @param mustRewrite whether the file must be written anew (from {@link Ipam#snapshot}) before a line is appended
     */
    public record Content(List<IpamEvent> events, String cut, boolean mustRewrite) {}

    // ---- writing

    /** The lines of some events, each closed by a line feed. */
    public static byte[] encode(List<IpamEvent> events) {
        StringBuilder text = new StringBuilder();
        for (IpamEvent event : events) {
            text.append(line(event)).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The line of an event, without line feed. */
    public static String line(IpamEvent event) {
        return CheckedLine.of(VERSION + " " + words(event));
    }

    private static String words(IpamEvent event) {
        return switch (event) {
            case IpamEvent.Leased(Lease lease) ->
                "lease " + words(lease.attachment()) + " " + join(lease.addresses()) + " " + lease.mac() + " "
                        + lease.since();
            case IpamEvent.Released(Attachment attachment, long at) -> "release " + words(attachment) + " " + at;
            case IpamEvent.Freed(Ip address) -> "freed " + address;
            case IpamEvent.Last(Ip address) -> "last " + address;
        };
    }

    private static String words(Attachment attachment) {
        return attachment.network() + " " + attachment.containerId() + " " + attachment.ifName();
    }

    private static String join(List<Ip> addresses) {
        StringBuilder text = new StringBuilder();
        for (Ip ip : addresses) {
            text.append(text.isEmpty() ? "" : ",").append(ip);
        }
        return text.toString();
    }

    // ---- reading

    /**
     * Reads a journal. A last line without its line feed was being written when the machine stopped, before anybody could
     * act on it: it is cut, unless its checksum shows that only the line feed is missing.
     *
     * @throws IpamException.JournalOfLaterVersion when a line that is whole is of a later version
     * @throws IpamException.JournalDamaged when any other line isn't as it was written
     */
    public static Content read(byte[] file) {
        List<IpamEvent> events = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < file.length; i++) {
            if (file[i] == '\n') {
                int line = events.size() + 1;
                String text = new String(file, start, i - start, StandardCharsets.UTF_8);
                events.add(parse(text, line));
                start = i + 1;
            }
        }
        if (start == file.length) {
            return new Content(events, "", false);
        }
        return unfinished(events, new String(file, start, file.length - start, StandardCharsets.UTF_8));
    }

    private static Content unfinished(List<IpamEvent> events, String text) {
        int line = events.size() + 1;
        if (isWhole(text)) {
            events.add(parse(text, line));
            return new Content(events, "", true);
        }
        String cut = "line " + line + " of the address journal was never finished (" + text.length()
                + " characters) and was cut; nobody can have acted on it";
        return new Content(events, cut, true);
    }

    private static boolean isWhole(String text) {
        return CheckedLine.read(text).isPresent();
    }

    /** Reads a line. The number is for the message only. */
    static IpamEvent parse(String text, int line) {
        String checked = CheckedLine.read(text)
                .orElseThrow(() ->
                        new IpamException.JournalDamaged(line, "its checksum doesn't fit '" + shortened(text) + "'"));
        requireKnownVersion(checked, line);
        String[] words = checked.split(" ", -1);
        try {
            return event(words)
                    .orElseThrow(() -> new IpamException.JournalDamaged(
                            line, "its words make no event: '" + shortened(text) + "'"));
        } catch (IllegalArgumentException e) {
            throw new IpamException.JournalDamaged(line, String.valueOf(e.getMessage()));
        }
    }

    private static void requireKnownVersion(String text, int line) {
        String version = text.substring(0, Math.max(0, text.indexOf(' ')));
        if (version.equals(VERSION)) {
            return;
        }
        if (version.matches("[1-9][0-9]{0,8}")) {
            throw new IpamException.JournalOfLaterVersion(line, Long.parseLong(version), VERSION);
        }
        throw new IpamException.JournalDamaged(line, "it begins with no version: '" + shortened(text) + "'");
    }

    private static Optional<IpamEvent> event(String[] words) {
        String shape = (words.length > 1 ? words[1] : "") + "/" + words.length;
        return switch (shape) {
            case "lease/8" ->
                Optional.of(new IpamEvent.Leased(new Lease(
                        new Attachment(words[2], words[3], words[4]),
                        addresses(words[5]),
                        Mac.of(words[6]),
                        Long.parseLong(words[7]))));
            case "release/6" ->
                Optional.of(
                        new IpamEvent.Released(new Attachment(words[2], words[3], words[4]), Long.parseLong(words[5])));
            case "freed/3" -> Optional.of(new IpamEvent.Freed(Ip.of(words[2])));
            case "last/3" -> Optional.of(new IpamEvent.Last(Ip.of(words[2])));
            default -> Optional.empty();
        };
    }

    private static List<Ip> addresses(String text) {
        List<Ip> addresses = new ArrayList<>();
        for (String address : text.split(",", -1)) {
            addresses.add(Ip.of(address));
        }
        return addresses;
    }

    private static String shortened(String text) {
        return text.length() <= 120 ? text : text.substring(0, 120) + "…";
    }
}
