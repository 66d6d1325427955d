package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RunningProgram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Who traces is killed, or the whole lab: nothing stays armed, by {@code nft} and the kernel's list of packet sockets. */
@HostUnchanged
class LabTraceKilledTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** For longer than the test waits for the end, so that it isn't this which ends it. */
    private static final String LONG = "60";

    @Test
    void whoAskedIsKilled() throws Exception {
        try (TracedLab traced = TracedLab.up()) {
            TestLab lab = traced.lab();
            List<JsonNode> places = places(lab.status());
            killWhileArmed(lab, places, "trace", "client", "svc/far", "--live", "--timeout", LONG);
            killWhileArmed(lab, places, "trace", "client", "10.96.77.77:80", "--timeout", LONG);
            killWhileArmed(
                    lab,
                    places,
                    "trace",
                    "client",
                    "default/idle:9",
                    "--proto",
                    "udp",
                    "--live",
                    "--watch",
                    "--timeout",
                    LONG);
            try (RunningProgram watch =
                    TestLab.fairleadBeside("trace", "client", "svc/far", "--watch", "--name", lab.name())) {
                watch.await("delivered: the client sees", PATIENCE);
                Started.signal("KILL", watch.pid());
                awaitNothingArmed(places);
            }
            TracedLab.assertAgrees(traced.trace("client", "svc/far"));
        }
    }

    private static void killWhileArmed(TestLab lab, List<JsonNode> places, String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("--name", lab.name()));
        try (RunningProgram asking = TestLab.fairleadBeside(all.toArray(String[]::new))) {
            awaitArmed(places, asking);
            Started.signal("KILL", asking.pid());
            awaitNothingArmed(places);
        }
    }

    /** Somebody else holds the namespaces, so that what is in them can be looked at afterwards. */
    @Test
    void theLabIsKilled() throws Exception {
        TracedLab traced = TracedLab.up();
        TestLab lab = traced.lab();
        List<RunningProgram> holders = new ArrayList<>();
        try {
            List<JsonNode> held = new ArrayList<>();
            for (JsonNode place : places(lab.status())) {
                RunningProgram holder = TestLab.beside(place, "sh", "-c", "echo here; exec sleep 300");
                holders.add(holder);
                holder.await("here", PATIENCE);
                held.add(JsonNodeFactory.instance
                        .objectNode()
                        .put("name", place.path("name").asText())
                        .put("kind", place.path("kind").asText())
                        .put("netns", "/proc/" + holder.pid() + "/ns/net"));
            }
            try (RunningProgram live = TestLab.fairleadBeside(
                    "trace", "client", "svc/far", "--live", "--timeout", LONG, "--name", lab.name())) {
                awaitArmed(held, live);
                Started.signal("KILL", lab.pid());
                awaitNothingArmed(held);
                live.await("fairlead: the lab '" + lab.name() + "' ended before it answered", PATIENCE);
            }
        } finally {
            holders.forEach(RunningProgram::close);
            lab.assertGone();
            lab.lab("down").ok(); // its files are left, as of any lab that was killed
        }
    }

    /** Nodes and pods, each with {@code kind}. */
    private static List<JsonNode> places(JsonNode status) {
        List<JsonNode> places = new ArrayList<>();
        for (String kind : List.of("nodes", "pods")) {
            for (JsonNode place : status.path(kind)) {
                places.add(JsonNodeFactory.instance
                        .objectNode()
                        .put("name", place.path("name").asText())
                        .put("kind", kind)
                        .put("netns", place.path("netns").asText()));
            }
        }
        return places;
    }

    /** What is armed in a place. */
    private static String armed(JsonNode place) {
        boolean node = place.path("kind").asText().equals("nodes");
        String rules = node ? TestLab.witness(place, "nft", "list", "ruleset") : "";
        long sockets = TestLab.witness(place, "cat", "/proc/net/packet")
                .lines()
                .skip(1)
                .count();
        return (rules.contains("fairlead-trace") ? "a table, " : "")
                + (sockets > 0 ? sockets + " packet sockets, " : "");
    }

    private static String armed(List<JsonNode> places) {
        return places.stream()
                .map(place -> place.path("name").asText() + ": " + armed(place))
                .collect(Collectors.joining("\n"));
    }

    /** A table in each node, and a packet socket in each node and at least one pod. */
    private static void awaitArmed(List<JsonNode> places, RunningProgram asking) {
        Poll.until(
                PATIENCE,
                () -> places.stream()
                                .filter(place -> place.path("kind").asText().equals("nodes"))
                                .allMatch(node -> armed(node).startsWith("a table, ")
                                        && armed(node).contains("packet sockets"))
                        && places.stream()
                                .filter(place -> place.path("kind").asText().equals("pods"))
                                .anyMatch(pod -> armed(pod).contains("packet sockets")),
                () -> armed(places) + "\n" + asking.lines());
    }

    private static void awaitNothingArmed(List<JsonNode> places) {
        Poll.until(
                PATIENCE, () -> places.stream().allMatch(place -> armed(place).isEmpty()), () -> armed(places));
        assertThat(places).isNotEmpty();
    }
}
