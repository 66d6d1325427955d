package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RunningProgram;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The same traces of a lab in which each node is watched by its agent, in a process of its own; and such agents that are away. */
@HostUnchanged
class LabTraceProcessesTest extends TraceStories {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    LabTraceProcessesTest() {
        super("--agents=process");
    }

    private ProcessHandle agent(String node) {
        JsonNode status = lab().status();
        return Poll.value(
                PATIENCE,
                () -> LabAgentProcessesTest.agent(status, node),
                () -> lab().lab("logs").out());
    }

    /** By the kernel's own lists: every socket that sees packets on the node is a descriptor of its agent. */
    @Test
    void theAgentHoldsWhatIsArmed() {
        assumeTrue(TestLab.isRoot(), "an ordinary user can't see the descriptors of a process in a lab");
        ProcessHandle agent = agent("node-2");
        try (RunningProgram live = TestLab.fairleadBeside(
                "trace", "client", "svc/far", "--live", "--timeout", "60", "--name", lab().name())) {
            List<String> sockets = Poll.value(
                    PATIENCE,
                    () -> Optional.of(packetSockets("node-2")).filter(there -> !there.isEmpty()),
                    () -> live.lines().toString());
            assertThat(descriptors(agent)).containsAll(sockets);
            traced().connectUntilTold(live);
        }
        assertThat(packetSockets("node-2")).isEmpty();
    }

    /** As {@code socket:[INODE]}. */
    private List<String> packetSockets(String node) {
        return TestLab.witness(lab().node(node), "cat", "/proc/net/packet")
                .lines()
                .skip(1)
                .map(line -> "socket:[" + line.strip().replaceFirst(".*\\s", "") + "]")
                .toList();
    }

    private static List<String> descriptors(ProcessHandle process) {
        // One that goes while it is looked at makes find complain, and is none of what is asked for.
        return Ran.program(
                        Map.of(),
                        "",
                        List.of("find", "/proc/" + process.pid() + "/fd", "-type", "l", "-printf", "%l\\n"))
                .out()
                .lines()
                .toList();
    }

    /** Frozen, it takes connections and answers nothing. What the others saw is told, and it is said who saw nothing. */
    @Test
    void anAgentThatDoesNotAnswer() {
        ProcessHandle agent = agent("node-2");
        signal("STOP", agent);
        try {
            JsonNode trace = traced().trace("client", "svc/far");
            assertThat(trace.path("unwatched").path("node-2").asText())
                    .startsWith("the agent of node-2 does not answer: ");
            assertThat(trace.path("unwatched")).hasSize(1);
            TracedLab.assertAgrees(trace);
            assertThat(trace.path("verdict").asText()).startsWith("answered in ");
            assertThat(TracedLab.way(trace.path("request")))
                    .isEqualTo(
                            "left client/eth0, entered node-1, dnat node-1, routed node-1/uplink, left node-1/uplink");
            assertThat(TracedLab.way(trace.path("reply")))
                    .isEqualTo("entered node-1/uplink, routed node-1/fl0, undnat node-1, bridged node-1,"
                            + " delivered client/eth0");
            String text =
                    TracedLab.flat(traced().run("trace", "client", "svc/far").ok());
            assertThat(text)
                    .contains("prediction agrees where nodes were watched")
                    .contains("node-2 was not watched: the agent of node-2 does not answer");
        } finally {
            signal("CONT", agent);
        }
        awaitAllWatched();
    }

    /** The sender's own node saw nothing: the packet begins where somebody saw it. */
    @Test
    void theAgentOfTheSendersNodeIsKilled() {
        signal("STOP", agent("node-1"));
        try {
            JsonNode trace = traced().trace("client", "svc/far");
            assertThat(trace.path("unwatched").path("node-1").asText()).contains("does not answer");
            TracedLab.assertAgrees(trace);
            assertThat(TracedLab.way(trace.path("request")))
                    .isEqualTo("entered node-2/uplink, routed node-2/fl0, bridged node-2, delivered far/eth0");
            JsonNode near = traced().trace("client", "svc/near");
            assertThat(near.path("request")).isEmpty();
            assertThat(near.path("verdict").asText()).startsWith("answered in ");
            assertThat(traced().run("trace", "client", "svc/far", "--live", "--timeout", "1")
                            .refusal(1))
                    .contains("the sender's node node-1 is not watched: the agent of node-1 does not answer");
        } finally {
            assertThat(agent("node-1").destroyForcibly()).isTrue();
        }
        awaitAllWatched();
    }

    /** What a killed agent had armed is gone, and the trace that it was armed for tells of it. */
    @Test
    void anAgentThatIsKilledWhileItWatches() {
        ProcessHandle agent = agent("node-2");
        try (RunningProgram live = TestLab.fairleadBeside(
                "trace", "client", "svc/far", "--live", "--timeout", "60", "--name", lab().name())) {
            Poll.until(
                    PATIENCE,
                    () -> TestLab.witness(lab().node("node-2"), "nft", "list", "tables")
                            .contains("fairlead-trace"),
                    () -> live.lines().toString());
            assertThat(agent.destroyForcibly()).isTrue();
            Poll.until(
                    PATIENCE,
                    () -> !TestLab.witness(lab().node("node-2"), "nft", "list", "tables")
                            .contains("fairlead-trace"),
                    () -> live.lines().toString());
            traced().connectUntilTold(live);
            assertThat(TracedLab.flat(String.join(" ", live.lines())))
                    .contains("node-2 was not watched: the agent of node-2 ");
        }
        awaitAllWatched();
    }

    private void awaitAllWatched() {
        JsonNode[] last = {lab().status()};
        Poll.until(
                PATIENCE,
                () -> {
                    last[0] = traced().trace("client", "svc/far");
                    return last[0].path("unwatched").isEmpty();
                },
                () -> last[0].toPrettyString());
        TracedLab.assertAgrees(last[0]);
    }

    private static void signal(String name, ProcessHandle process) {
        assertThat(Ran.program(Map.of(), "", List.of("kill", "-" + name, Long.toString(process.pid())))
                        .exitCode())
                .isZero();
    }
}
