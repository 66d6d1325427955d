package dev.fairlead.kernel.netlink;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.testkit.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs tools in a namespace and writes down what they send, what the kernel answers and what they print. */
public final class ToolRecording {
    private ToolRecording() {}

    /** @param file below the checkout */
    public static void write(Netns node, List<String> commands, String file) throws IOException {
        List<String> recording = new ArrayList<>();
        for (String command : commands) {
            recording.addAll(record(node, command));
        }
        Path path = Path.of(System.getProperty("fairlead.home")).resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, recording);
    }

    private static List<String> record(Netns node, String command) throws IOException {
        Path trace = Files.createTempFile("record", ".strace");
        try {
            List<String> full = new ArrayList<>(List.of(
                    "strace",
                    "-o",
                    trace.toString(),
                    "-e",
                    "trace=sendmsg,recvmsg,sendto",
                    "-e",
                    "read=3,4,5",
                    "-e",
                    "write=3,4,5"));
            full.addAll(Arrays.asList(command.split(" ")));
            List<String> lines = new ArrayList<>();
            lines.add("$ " + command);
            String output = Oracle.in(node).run(full.toArray(String[]::new));
            boolean asks = command.contains(" show") || command.contains(" get ");
            messages(Files.readAllLines(trace)).stream()
                    .filter(message -> asks ? message.startsWith("<") : isChange(message))
                    .forEach(lines::add);
            output.lines().forEach(line -> lines.add("| " + line.stripTrailing()));
            return lines;
        } finally {
            Files.delete(trace);
        }
    }

    /** Sent, neither a look-up of a name nor the empty message by which ip asks whether the kernel checks strictly. */
    private static boolean isChange(String message) {
        boolean lookUp = message.startsWith("1200", 2 + 8);
        boolean probe = message.startsWith("> 20000000100005000000");
        return message.startsWith(">") && !lookUp && !probe;
    }

    /** One line for each buffer: {@code >} sent or {@code <} received, and its bytes. */
    private static List<String> messages(List<String> trace) {
        List<String> lines = new ArrayList<>();
        String direction = ">";
        StringBuilder hex = new StringBuilder();
        for (String line : trace) {
            if (line.startsWith(" | ")) {
                hex.append(line.substring(10, 58).replace(" ", ""));
                continue;
            }
            if (!hex.isEmpty()) {
                lines.add(direction + " " + hex);
                hex.setLength(0);
            }
            if (line.startsWith("send") || line.startsWith("recv")) {
                direction = line.startsWith("send") ? ">" : "<";
            }
        }
        if (!hex.isEmpty()) {
            lines.add(direction + " " + hex);
        }
        return lines;
    }
}
