package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.drops.Drops;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.kernel.tap.PacketType;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.RunningProgram;
import dev.fairlead.testkit.TestNamespaces;
import dev.fairlead.trace.observe.Attempt;
import dev.fairlead.trace.observe.Eyes;
import dev.fairlead.trace.observe.EyesException;
import dev.fairlead.trace.observe.Findings;
import dev.fairlead.trace.observe.KernelDrops;
import dev.fairlead.trace.observe.Spot;
import dev.fairlead.trace.observe.Taken;
import dev.fairlead.trace.observe.Watch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node is watched by its agent for somebody who asks at its socket; {@code nft} and the kernel's list of packet sockets say what is
 * armed.
 *
 * <pre>
 *   pod (10.1.1.1): eth0 ── uplink (10.1.1.2) :node
 * </pre>
 */
@RealKernel
class TraceDoorTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String POD = "10.1.1.1";
    private static final String NODE = "10.1.1.2";
    private static final String NOBODY = "10.1.1.9";
    private static final int PORT = 4567;

    @TempDir
    Path directory;

    private Netns node;
    private Netns pod;

    @BeforeEach
    void connected(TestNamespaces namespaces) {
        node = namespaces.create();
        pod = namespaces.create();
        String there = AgentProcess.pathForOthers(pod).toString();
        Oracle.in(node).run("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "eth0", "netns", there);
        Oracle.in(node).run("ip", "link", "set", "uplink", "up");
        Oracle.in(pod).run("ip", "link", "set", "eth0", "up");
        Oracle.in(node).run("ip", "address", "add", NODE + "/24", "dev", "uplink");
        Oracle.in(pod).run("ip", "address", "add", POD + "/24", "dev", "eth0");
    }

    @AfterEach
    void nothingIsArmed() {
        Poll.until(SOON, () -> armed().isEmpty(), () -> armed().toString());
    }

    private AgentConfig config() {
        return AgentConfig.of("node-1", node, List.of(Prefix.of("10.244.1.0/29")))
                .withSocket(socket())
                .withStateDirectory(directory.resolve("state"));
    }

    private Path socket() {
        return directory.resolve("cni.sock");
    }

    /** Tables of traces and sockets that see packets, of node and pod. */
    private List<String> armed() {
        List<String> armed = new ArrayList<>();
        Oracle.in(node)
                .run("nft", "list", "tables")
                .lines()
                .filter(line -> line.contains("trace"))
                .forEach(armed::add);
        for (Netns there : List.of(node, pod)) {
            Oracle.in(there).run("cat", "/proc/net/packet").lines().skip(1).forEach(armed::add);
        }
        return armed;
    }

    private static Flow flow(int port) {
        return new Flow(Protocol.TCP, new IpPort(Ip.of(POD), port), new IpPort(Ip.of(NODE), PORT));
    }

    /** @param netns of the pod; empty for none */
    static Watch watch(String netns) {
        return watch(netns, flow(0));
    }

    private static Watch watch(String netns, Flow flow) {
        List<Watch.Watched> devices = new ArrayList<>();
        devices.add(new Watch.Watched(new Spot("node-1", "", "uplink", Spot.Role.UPLINK), ""));
        if (!netns.isEmpty()) {
            devices.add(new Watch.Watched(new Spot("node-1", "default/pod", "eth0", Spot.Role.POD), netns));
        }
        return new Watch("node-1", flow, List.of(flow.destination()), List.of(), devices);
    }

    private Eyes.Opening door() {
        return TraceCaller.opening("node-1", socket());
    }

    /** The first packet is seen at both devices, and its refusal; rules of the node are told, and the door is the owner's. */
    @Test
    void whatAConnectionOfAPodMeets() throws IOException {
        Oracle.in(node)
                .run(
                        "nft",
                        "add table ip site; add chain ip site in { type filter hook input priority 0 ; };"
                                + " add rule ip site in tcp dport " + PORT + " counter accept");
        try (NodeAgent agent = NodeAgent.start(config());
                Attempt attempt = Attempt.prepare(
                        pod, new Attempt.Kind(Protocol.TCP, 0), Ip.of(POD), new IpPort(Ip.of(NODE), PORT))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("trace.sock"))))
                    .isEqualTo("rw-------");
            String path = AgentProcess.pathForOthers(pod).toString();
            try (Eyes eyes = door().open(watch(path, attempt.flow()))) {
                assertThat(armed()).hasSize(3).anyMatch(line -> line.contains("table inet fairlead-trace"));
                assertThat(attempt.make(SOON, () -> false).end()).isEqualTo(Attempt.End.REFUSED);
                Findings findings = eyes.finish(attempt.flow());
                assertThat(findings.dropped()).isZero();
                assertThat(findings.sights().stream()
                                .map(sight ->
                                        sight.spot().device() + (sight.type() == PacketType.OUTGOING ? " out" : " in")))
                        .containsExactly("eth0 out", "uplink in", "uplink out", "eth0 in");
                assertThat(findings.facts().passes()).isNotEmpty();
                assertDropReason(findings);
                String rule = findings.facts().passes().stream()
                        .flatMap(pass -> pass.steps().stream())
                        .filter(step -> step.table().equals("site") && step.rule() != 0)
                        .findFirst()
                        .flatMap(eyes::rule)
                        .orElse("");
                assertThat(rule).contains("tcp dport " + PORT + " counter").contains("accept");
                assertThat(eyes.route(attempt.flow(), "uplink").orElseThrow().text())
                        .contains("local " + NODE);
                assertWhatIsAskedAfterwards(eyes, findings, attempt.flow());
                assertThat(eyes.clock().leastNs()).as("one clock").isLessThanOrEqualTo(0);
                assertThat(eyes.clock().mostNs()).isGreaterThanOrEqualTo(0);
            }
            Poll.until(SOON, () -> armed().isEmpty(), () -> armed().toString());
            assertThat(agent.config().nodeName()).isEqualTo("node-1");
        }
        assertThat(directory.resolve("trace.sock")).doesNotExist();
    }

    /** Who refuses drops the packet; the kernel says so to who may hear it, over the socket too. */
    private static void assertDropReason(Findings findings) {
        if (Drops.refusal().isPresent()) {
            System.out.println("NOT CHECKED: " + Drops.refusal().get());
            assertThat(findings.facts().drops()).isEqualTo(KernelDrops.NONE);
            return;
        }
        assertThat(findings.facts().drops().told()).anySatisfy(drop -> {
            assertThat(drop.reason()).isEqualTo("NO_SOCKET");
            assertThat(drop.pod()).isEmpty();
            assertThat(drop.packet().flow().destination()).isEqualTo(new IpPort(Ip.of(NODE), PORT));
        });
    }

    /** The devices, the pod's own route, and a neighbour that doesn't answer, as {@code ip} has them. */
    private void assertWhatIsAskedAfterwards(Eyes eyes, Findings findings, Flow flow) {
        assertThat(findings.facts().devices()).anySatisfy(device -> {
            assertThat(device.name()).isEqualTo("uplink");
            assertThat(device.mtu()).isEqualTo(1500);
            assertThat(device.carrier()).isTrue();
        });
        assertThat(eyes.ownRoute(flow, "default/pod").orElse("")).contains(NODE + " dev eth0");
        assertThat(eyes.ownRoute(flow, "").orElse("")).contains("local " + NODE);
        assertThatThrownBy(() -> eyes.ownRoute(flow, "default/other"))
                .isInstanceOf(EyesException.class)
                .hasMessageContaining("no device of pod default/other is watched");
        Ip nobody = Ip.of(NOBODY);
        Taken route = new Taken("", "uplink", nobody);
        assertThat(eyes.unanswered(route)).isEmpty();
        Oracle.in(node).run("ip", "neighbour", "add", NOBODY, "dev", "uplink", "nud", "failed");
        assertThat(eyes.unanswered(route).orElse("")).contains(NOBODY, "FAILED");
    }

    @Test
    void whatCannotBeArmedIsRefusedAndLeavesNothing() {
        assertThatThrownBy(() -> door().open(watch("")))
                .isInstanceOf(EyesException.class)
                .hasMessageContaining("no agent of node-1 serves (");
        try (NodeAgent agent = NodeAgent.start(config())) {
            assertThatThrownBy(() -> door().open(watch("/proc/self/status")))
                    .isInstanceOf(EyesException.class)
                    .hasMessageContaining("/proc/self/status of default/pod eth0 is no network namespace");
            assertThatThrownBy(() -> door().open(watch("/nowhere/at/all")))
                    .isInstanceOf(EyesException.class)
                    .hasMessageContaining("/nowhere/at/all");
            assertThat(armed()).isEmpty();
            Watch other = new Watch("node-2", flow(0), List.of(), List.of(), List.of());
            assertThatThrownBy(() -> door().open(other))
                    .hasMessage("the agent of node-1 refused: this is the agent of node-1, not of node-2");
            assertThat(agent.config().nodeName()).isEqualTo("node-1");
        }
    }

    /** Each that is open costs other traffic something, so there is an end. */
    @Test
    void notMoreThanSixteenAtOnce() {
        List<Eyes> open = new ArrayList<>();
        try (NodeAgent agent = NodeAgent.start(config())) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 30; i++) {
                            open.add(door().open(new Watch("node-1", flow(0), List.of(), List.of(), List.of())));
                        }
                    })
                    .isInstanceOf(EyesException.class)
                    .hasMessageContaining("already; try again");
            assertThat(agent.config().nodeName()).isEqualTo("node-1");
            assertThat(open).hasSize(16);
            assertThat(armed()).hasSize(16);
        } finally {
            open.forEach(Eyes::close);
        }
    }

    /** Garbage, and nothing at all, from somebody who may connect. */
    @Test
    void whoSaysNonsenseIsToldSo() {
        try (NodeAgent agent = NodeAgent.start(config())) {
            try (UnixSocket silent =
                            UnixSocket.connect(directory.resolve("trace.sock").toString());
                    UnixSocket caller =
                            UnixSocket.connect(directory.resolve("trace.sock").toString())) {
                silent.endOfOutput();
                caller.readTimeout((int) SOON.toSeconds());
                caller.write("GET / HTTP/1.0\n".getBytes(StandardCharsets.UTF_8));
                assertThat(new String(caller.receive(4096).bytes(), StandardCharsets.UTF_8))
                        .contains("\"refused\":\"question can't be read");
            }
            try (Eyes eyes = door().open(watch(""))) {
                assertThat(eyes.await(Duration.ZERO)).isEmpty();
            }
            assertThat(agent.config().nodeName()).isEqualTo("node-1");
        }
    }

    @Test
    void aKilledAskerLeavesNothingArmed() {
        try (NodeAgent agent = NodeAgent.start(config());
                RunningProgram asker = RunningProgram.start(List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        TraceAsker.class.getName(),
                        socket().toString()))) {
            asker.await(TraceAsker.ARMED, SOON);
            assertThat(armed()).hasSize(2);
            assertThat(ProcessHandle.of(asker.pid()).orElseThrow().destroyForcibly())
                    .isTrue();
            Poll.until(SOON, () -> armed().isEmpty(), () -> armed().toString());
            try (Eyes eyes = door().open(watch(""))) {
                assertThat(eyes.await(Duration.ZERO))
                        .as("the door serves others")
                        .isEmpty();
            }
            assertThat(agent.config().nodeName()).isEqualTo("node-1");
        }
    }

    @Test
    void aKilledAgentLeavesNothingArmed() {
        Shim.assumeBuilt();
        try (AgentProcess agent = AgentProcess.start(node, directory, AgentProcess.UNCOUNTED, "10.244.1.0/29")) {
            assertThat(agent.serves()).isTrue();
            try (Eyes eyes = door().open(watch(""))) {
                assertThat(armed()).hasSize(2);
                agent.close(); // SIGKILL
                Poll.until(SOON, () -> armed().isEmpty(), () -> armed().toString());
                assertThatThrownBy(() -> eyes.finish(flow(1)))
                        .isInstanceOf(EyesException.class)
                        .hasMessageStartingWith("the agent of node-1 ");
            }
        }
        try (NodeAgent agent = NodeAgent.start(config());
                Eyes eyes = door().open(watch(""))) {
            assertThat(eyes.await(Duration.ZERO))
                    .as("the next agent takes the socket over")
                    .isEmpty();
            assertThat(agent.config().nodeName()).isEqualTo("node-1");
        }
    }
}
