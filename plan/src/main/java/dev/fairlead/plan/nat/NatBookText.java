package dev.fairlead.plan.nat;

import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.CheckedLine;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.nat.Translation.Loopback;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The text form of a {@link NatBook}: UTF-8, a line for the machine's start that it belongs to, one for each pod, and one
 * that says how many. The first word is the version of the line, the last its checksum.
 *
 * <pre>
 * 1 boot 0c7a6a0e-1f7e-4d5e-8f0f-3a5d0f4b8a11 crc32=…
 * 1 pod mynet 4f2c9 eth0 own 10.244.1.5/32 tcp/0.0.0.0:8080/10.244.1.5:80 as-node switched fl0 crc32=…
 * 1 end 1 crc32=…
 * </pre>
 */
public final class NatBookText {
    private static final String VERSION = "1";
    private static final String NOTHING = "-";

    private NatBookText() {}

    /**
     * What a file holds.
     *
     * @param boot the kernel's {@code boot_id} when it was written: no pod outlives the machine's start
     */
    public record Content(String boot, NatBook book) {}

    public static byte[] encode(Content content) {
        StringBuilder text = new StringBuilder();
        line(text, "boot " + content.boot());
        for (Translation pod : content.book().pods().values()) {
            line(text, words(pod));
        }
        line(text, "end " + content.book().pods().size());
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void line(StringBuilder text, String words) {
        text.append(CheckedLine.of(VERSION + " " + words)).append('\n');
    }

    private static String words(Translation pod) {
        Attachment owner = pod.owner();
        Loopback loopback = pod.loopback();
        return String.join(
                " ",
                "pod",
                owner.network(),
                owner.containerId(),
                owner.ifName(),
                pod.chained() ? "chained" : "own",
                list(pod.addresses()),
                list(pod.forwards().stream().map(NatBookText::words).toList()),
                pod.masquerade().toString(),
                loopback.device().isEmpty() ? "none" : loopback.switched() ? "switched" : "found",
                loopback.device().isEmpty() ? NOTHING : loopback.device());
    }

    private static String words(Forward forward) {
        return forward.protocol() + "/" + forward.host() + "/" + forward.pod();
    }

    private static String list(List<?> parts) {
        return parts.isEmpty()
                ? NOTHING
                : String.join(",", parts.stream().map(Object::toString).toList());
    }

    /** @throws IllegalArgumentException when it isn't as it was written; the message names the line */
    public static Content read(byte[] file) {
        String[] lines = new String(file, StandardCharsets.UTF_8).split("\n", -1);
        TreeMap<Attachment, Translation> pods = new TreeMap<>();
        String boot = "";
        for (int i = 0; i < lines.length; i++) {
            String where = "line " + (i + 1) + " ";
            String text = CheckedLine.read(lines[i])
                    .orElseThrow(() -> new IllegalArgumentException(where + "has a checksum that doesn't fit"));
            String[] words = text.split(" ", -1);
            if (words.length < 2 || !words[0].equals(VERSION)) {
                throw new IllegalArgumentException(
                        where + "is of version " + words[0] + " and this program knows version " + VERSION);
            }
            String shape = words[1] + "/" + words.length;
            if (i == 0 && shape.equals("boot/3")) {
                boot = words[2];
            } else if (i > 0 && shape.equals("pod/11")) {
                Translation pod = translation(words, where);
                pods.put(pod.owner(), pod);
            } else if (i > 0 && shape.equals("end/3") && words[2].equals(Integer.toString(pods.size()))) {
                return new Content(boot, new NatBook(pods));
            } else {
                throw new IllegalArgumentException(where + "makes no sense there: '" + text + "'");
            }
        }
        throw new IllegalArgumentException("it has no end");
    }

    private static Translation translation(String[] words, String where) {
        try {
            List<Prefix> addresses = new ArrayList<>();
            for (String address : parts(words[6])) {
                addresses.add(Prefix.of(address));
            }
            List<Forward> forwards = new ArrayList<>();
            for (String forward : parts(words[7])) {
                String[] sides = forward.split("/", -1);
                forwards.add(
                        new Forward(Protocol.parse(sides[0]).orElseThrow(), IpPort.of(sides[1]), IpPort.of(sides[2])));
            }
            Masquerade masquerade = Masquerade.AS_NODE;
            for (Masquerade one : Masquerade.values()) {
                masquerade = one.toString().equals(words[8]) ? one : masquerade;
            }
            return new Translation(
                    new Attachment(words[2], words[3], words[4]),
                    words[5].equals("chained"),
                    addresses,
                    forwards,
                    masquerade,
                    words[9].equals("none") ? Loopback.NONE : new Loopback(words[10], words[9].equals("switched")));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(where + "makes no pod: " + e.getMessage(), e);
        }
    }

    private static List<String> parts(String list) {
        return list.equals(NOTHING) ? List.of() : List.of(list.split(",", -1));
    }
}
