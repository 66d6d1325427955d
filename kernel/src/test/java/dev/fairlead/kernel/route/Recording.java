package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * What the tools really sent, got and printed, from {@code recorded.txt}, which {@code RecordToolsTest} of the test kit
 * writes.
 *
 * @param sent messages that change something
 * @param received what the kernel answered
 * @param printed what the tool printed
 */
public record Recording(String command, List<Message> sent, List<Message> received, List<String> printed) {
    private static final int NLMSG_DONE = 3;

    static List<Recording> all() {
        return all(Recording.class);
    }

    /** Those in the file beside a class. */
    public static List<Recording> all(Class<?> beside) {
        List<Recording> all = new ArrayList<>();
        for (String line : lines(beside)) {
            String text = line.substring(2);
            switch (line.charAt(0)) {
                case '$' -> all.add(new Recording(text, new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
                case '>' -> all.getLast().sent.addAll(messages(text));
                case '<' -> all.getLast().received.addAll(messages(text));
                case '|' -> all.getLast().printed.add(text);
                default -> throw new AssertionError("not a line of a recording: " + line);
            }
        }
        return all;
    }

    static Recording of(String command) {
        return of(Recording.class, command);
    }

    public static Recording of(Class<?> beside, String command) {
        return all(beside).stream()
                .filter(recording -> recording.command.equals(command))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no recording of " + command));
    }

    /** Answers of one message type. */
    public List<Message> received(int type) {
        return received.stream().filter(message -> message.type() == type).toList();
    }

    /** Names of the recorded machine's links. */
    static DeviceNames names() {
        Map<Integer, String> names = new HashMap<>();
        for (Message message : of("ip -o link show").received(Rtm.RTM_NEWLINK)) {
            Link link = Link.decode(message);
            names.put(link.index(), link.name());
        }
        return index -> names.getOrDefault(index, DeviceNames.NUMBERS.of(index));
    }

    static int index(String name) {
        return of("ip -o link show").received(Rtm.RTM_NEWLINK).stream()
                .map(Link::decode)
                .filter(link -> link.name().equals(name))
                .findFirst()
                .orElseThrow()
                .index();
    }

    private static List<Message> messages(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        // The tools hand over more than the message when they send; the message's own length counts.
        int length = (bytes[0] & 0xff) | (bytes[1] & 0xff) << 8;
        boolean one = (bytes[4] & 0xff) > NLMSG_DONE && length < bytes.length && bytes[length] == 0;
        return Message.split(one ? java.util.Arrays.copyOf(bytes, length) : bytes);
    }

    private static List<String> lines(Class<?> beside) {
        try (InputStream in = beside.getResourceAsStream("recorded.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
