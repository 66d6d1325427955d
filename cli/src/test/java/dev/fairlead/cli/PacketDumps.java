package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RunningProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** {@code tcpdump} on all devices of some nodes and pods at once, to be held beside a trace. Needs root: it becomes another user. */
final class PacketDumps implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** By node, and by {@code namespace/name} of pods. */
    private final Map<String, RunningProgram> dumps = new LinkedHashMap<>();

    private PacketDumps() {}

    /** Starts them and waits until all listen. @param filter as pcap-filter(7) has it */
    static PacketDumps start(TestLab lab, List<String> nodes, List<String> pods, String filter) {
        PacketDumps all = new PacketDumps();
        try {
            nodes.forEach(node -> all.dumps.put(node, dump(lab.node(node), filter)));
            pods.forEach(pod -> all.dumps.put("default/" + pod, dump(lab.pod(pod), filter)));
            all.dumps.values().forEach(dump -> dump.await("listening on any", PATIENCE));
            return all;
        } catch (RuntimeException | AssertionError e) {
            all.close();
            throw e;
        }
    }

    /** Of whole packets, as many as 256 KiB, its buffer takes eight; a slow machine loses some of them. */
    private static RunningProgram dump(JsonNode where, String filter) {
        return TestLab.beside(where, "tcpdump", "-i", "any", "-nn", "-l", "-s", "512", "--immediate-mode", filter);
    }

    /** Each device that one of these hops names saw the packet go by, in that order, and no other device did. */
    void assertSaw(JsonNode hops, Predicate<String> packet) {
        dumps.keySet().forEach(where -> assertSaw(where, hops, packet));
    }

    private void assertSaw(String where, JsonNode hops, Predicate<String> packet) {
        List<String> told = new ArrayList<>();
        for (JsonNode hop : hops) {
            boolean here = hop.path("netns").asText().equals(where)
                    || (hop.path("netns").asText().isEmpty()
                            && hop.path("node").asText().equals(where));
            if (here && !hop.path("tNs").isNull()) {
                JsonNode flow = hop.path("before");
                told.add(hop.path("device").asText() + " " + end(flow, "source") + " > " + end(flow, "destination"));
            }
        }
        Poll.until(
                PATIENCE,
                () -> saw(where, packet).size() >= told.size(),
                () -> where + ": " + lines(where) + ", wanted " + told);
        assertThat(saw(where, packet)).as("what tcpdump saw at %s", where).isEqualTo(told);
    }

    /** All that was printed there. */
    List<String> lines(String where) {
        RunningProgram dump = dumps.get(where);
        return dump == null ? List.of() : dump.lines();
    }

    /** Waits for a line there. */
    String await(String where, String text) {
        RunningProgram dump = dumps.get(where);
        if (dump == null) {
            throw new AssertionError("nothing listens at " + where);
        }
        return dump.await(text, PATIENCE);
    }

    /** Device and addresses of these lines; the bridge itself is no place of its own. */
    private List<String> saw(String where, Predicate<String> packet) {
        return lines(where).stream()
                .filter(packet)
                .map(line -> line.replaceFirst("^\\S+ ", "")
                        .replaceFirst(" +(In|Out|P|M|B) +IP6? ", " ")
                        .replaceFirst(": .*", ""))
                .filter(line -> !line.startsWith("fl0 "))
                .toList();
    }

    /** An echo has no port at its ends. */
    private static String end(JsonNode flow, String which) {
        boolean echo = flow.path("protocol").asText().startsWith("icmp");
        return echo ? flow.path(which).asText() : dotted(flow.path(which));
    }

    /** {@code 10.0.0.1.80}, as tcpdump writes {@code 10.0.0.1:80}. */
    static String dotted(JsonNode ipPort) {
        String text = ipPort.asText();
        return text.substring(0, text.lastIndexOf(':')) + "." + text.substring(text.lastIndexOf(':') + 1);
    }

    @Override
    public void close() {
        dumps.values().forEach(RunningProgram::close);
    }
}
