package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RunningProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections are traced, and {@code tcpdump} on every device of the way, {@code nft monitor trace} and {@code conntrack -E} saw the
 * same, however nodes are watched.
 */
abstract class TraceWitnesses extends InTracedLab {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** @param options of {@code lab up} */
    TraceWitnesses(String... options) {
        super(options);
    }

    // ---- judged by others

    /** Each device that a hop names saw the packet go by, there and in that order, and no other device did. */
    @Test
    void tcpdumpSawTheSame() {
        assumeTrue(TestLab.isRoot(), "tcpdump needs a second user, and an ordinary user's lab has one");
        try (PacketDumps dumps =
                PacketDumps.start(lab(), List.of("node-1", "node-2"), List.of("client", "far"), "tcp")) {
            JsonNode trace = traced().trace("client", "svc/far");
            TracedLab.assertAgrees(trace);
            dumps.assertSaw(trace.path("request"), line -> line.contains("Flags [S],"));
            dumps.assertSaw(trace.path("reply"), line -> line.contains("Flags [S.]"));
        }
    }

    @Test
    void tcpdumpAndConntrackSawTheSameEcho() {
        assumeTrue(TestLab.isRoot(), "tcpdump needs a second user, and an ordinary user's lab has one");
        List<String> nodes = List.of("node-1", "node-2");
        try (PacketDumps dumps =
                PacketDumps.start(lab(), nodes, List.of("client", "far"), "icmp or icmp6[0] = 128 or icmp6[0] = 129")) {
            for (String to : List.of(lab().podIp("far"), TracedLab.ipv6(lab().pod("far")))) {
                JsonNode trace = traced().trace("client", to, "--proto", "icmp");
                TracedLab.assertAgrees(trace);
                String id = trace.path("flow").path("id").asText();
                dumps.assertSaw(trace.path("request"), line -> line.contains("echo request, id " + id + ", seq 1,"));
                dumps.assertSaw(trace.path("reply"), line -> line.contains("echo reply, id " + id + ", seq 1,"));
                boolean ipv4 = to.equals(lab().podIp("far"));
                for (String node : nodes) {
                    assertThat(TestLab.witness(
                                    lab().node(node),
                                    "conntrack",
                                    "-L",
                                    "-f",
                                    ipv4 ? "ipv4" : "ipv6",
                                    "-p",
                                    ipv4 ? "icmp" : "icmpv6",
                                    "--dst",
                                    to))
                            .contains("type=" + (ipv4 ? 8 : 128) + " code=0 id=" + id + " ")
                            .contains("type=" + (ipv4 ? 0 : 129) + " code=0 id=" + id + " ");
                    assertThat(details(trace.path("request"), node))
                            .contains("conntrack remembers  ")
                            .contains(" → " + to + " type " + (ipv4 ? 8 : 128) + " code 0 id " + id + " | " + to);
                }
            }
        }
    }

    private static String details(JsonNode hops, String node) {
        return TestLab.stream(hops)
                .filter(hop -> hop.path("node").asText().equals(node))
                .map(hop -> hop.path("details").toString())
                .collect(Collectors.joining());
    }

    /** Of an echo too, with its hops. */
    @Test
    void aCaptureFileOfAnEcho(@TempDir Path directory) throws IOException {
        Oracle.assumeInstalled("tcpdump");
        Path file = directory.resolve("echo.pcapng");
        JsonNode trace = traced().trace("client", "default/far", "--proto", "icmp", "--pcap", file.toString());
        TracedLab.assertAgrees(trace);
        List<String> packets = Ran.program(Map.of(), "", List.of("tcpdump", "-nn", "-r", file.toString()))
                .lines();
        String id = trace.path("flow").path("id").asText();
        assertThat(packets.stream().filter(line -> line.contains("ICMP echo request, id " + id + ", seq 1,")))
                .hasSize(6);
        assertThat(packets.stream().filter(line -> line.contains("ICMP echo reply, id " + id + ", seq 1,")))
                .hasSize(6);
        assertThat(packets).as("and nothing else").hasSize(12 + headerLines(packets));
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                .contains("hop 1 there: left, default/client on node-1");
    }

    /** What tcpdump says of the file itself. */
    private static int headerLines(List<String> lines) {
        return (int) lines.stream().filter(line -> !line.contains(" IP ")).count();
    }

    @Test
    void nftAndConntrackToldTheSame() {
        JsonNode node = lab().node("node-1");
        try (RunningProgram rules = TestLab.beside(node, "nft", "monitor", "trace");
                RunningProgram flows = TestLab.beside(node, "conntrack", "-E", "-e", "NEW", "-p", "tcp")) {
            JsonNode trace = traceUntilHeard(rules, flows);
            JsonNode dnat = TestLab.stream(trace.path("request"))
                    .filter(hop -> hop.path("event").asText().equals("dnat"))
                    .findFirst()
                    .orElseThrow();
            String port = TracedLab.port(dnat.path("before").path("source").asText());
            String line = flows.await("sport=" + port + " dport=80", PATIENCE);
            assertThat(line)
                    .contains("src=" + lab().podIp("client") + " dst=" + lab().serviceIp("far"))
                    .contains(
                            "src=" + lab().podIp("far") + " dst=" + lab().podIp("client") + " sport=80 dport=" + port);
            String chains = TestLab.stream(dnat.path("details"))
                    .map(JsonNode::asText)
                    .filter(text -> text.startsWith("table inet fairlead: "))
                    .findFirst()
                    .orElseThrow();
            List<String> told =
                    List.of(chains.substring("table inet fairlead: ".length()).split(" → ", -1));
            Poll.until(PATIENCE, () -> met(rules).containsAll(told), () -> told + " of " + rules.lines());
        }
    }

    /** The chains with a rule that was met, as the tool has told by now. */
    private static List<String> met(RunningProgram rules) {
        return rules.lines().stream()
                .filter(rule -> rule.contains(" inet fairlead ") && rule.contains(" rule "))
                .map(rule -> rule.replaceFirst("^trace id \\S+ inet fairlead (\\S+) .*", "$1"))
                .distinct()
                .toList();
    }

    /** Both tools say nothing when they have begun to listen, so a first connection may come too early. */
    private JsonNode traceUntilHeard(RunningProgram rules, RunningProgram flows) {
        JsonNode[] last = {null};
        Poll.until(
                PATIENCE,
                () -> {
                    last[0] = traced().trace("client", "svc/far");
                    String port =
                            TracedLab.port(last[0].path("flow").path("source").asText());
                    return heard(flows, "sport=" + port) && heard(rules, "tcp sport " + port);
                },
                () -> rules.lines() + " " + flows.lines());
        return last[0];
    }

    private static boolean heard(RunningProgram program, String text) {
        try {
            program.await(text, Duration.ofSeconds(1));
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }

    /** {@code tcpdump} reads the packets with their addresses before and after. */
    @Test
    void aCaptureFile(@TempDir Path directory) throws IOException {
        Oracle.assumeInstalled("tcpdump");
        Path file = directory.resolve("trace.pcapng");
        JsonNode trace = traced().trace("client", "svc/far", "--pcap", file.toString());
        TracedLab.assertAgrees(trace);
        List<String> packets = Ran.program(Map.of(), "", List.of("tcpdump", "-nn", "-r", file.toString()))
                .lines();
        String asked = PacketDumps.dotted(trace.path("flow").path("source")) + " > "
                + PacketDumps.dotted(trace.path("flow").path("destination"));
        assertThat(packets.stream().filter(line -> line.contains(asked) && line.contains("Flags [S],")))
                .hasSize(2);
        assertThat(packets.stream().filter(line -> line.contains("Flags [S],"))).hasSize(6);
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                .contains("hop 1 there: left, default/client on node-1");
    }

    /** Somebody else's connection: {@code curl}'s, which the command only waits for. */
    @Test
    void aConnectionOfSomebodyElse() {
        Oracle.assumeInstalled("curl");
        try (RunningProgram live = TestLab.fairleadBeside(
                "trace", "client", "svc/far", "--live", "--timeout", "20", "--name", lab().name())) {
            traced().connectUntilTold(live);
            assertThat(TracedLab.flat(String.join(" ", live.lines())))
                    .contains("answered in ")
                    .contains("prediction agrees");
        }
        assertThat(traced().run("trace", "idle", "svc/far", "--live", "--timeout", "0.2")
                        .refusal(1))
                .contains("nobody connected from pod/default/idle to svc/default/far:80");
    }

    // ---- how it reads

    @Test
    void aNarrowTerminalShowsItToo() {
        for (int columns : new int[] {40, 80, 160}) {
            String text = Ran.fairlead(
                            Map.of("COLUMNS", Integer.toString(columns)),
                            "",
                            List.of("trace", "client", "svc/far", "--name", lab().name()))
                    .ok();
            assertThat(text.getBytes(StandardCharsets.UTF_8)).isNotEmpty();
            assertThat(text).contains("THERE").contains("BACK").contains("prediction agrees");
        }
    }
}
