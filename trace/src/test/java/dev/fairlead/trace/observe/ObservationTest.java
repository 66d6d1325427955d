package dev.fairlead.trace.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.tap.Frame;
import dev.fairlead.kernel.tap.PacketType;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Node;
import dev.fairlead.trace.Event;
import dev.fairlead.trace.Hop;
import dev.fairlead.trace.Place;
import dev.fairlead.trace.Scene;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Two nodes whose eyes say what they are told to: their clocks are apart, or one doesn't answer. Over 300 lines: the scene is half of
 * them, and each test needs it.
 *
 * <pre>
 *   client 10.244.1.8: eth0 ── veth-c, node-1, uplink ── uplink, node-2, veth-b ── eth0: 10.244.2.7 b
 * </pre>
 */
class ObservationTest {
    private static final long START = 1_700_000_000_000_000_000L;
    private static final long SECOND = 1_000_000_000;
    private static final Flow FLOW = new Flow(Protocol.TCP, IpPort.of("10.244.1.8:40000"), IpPort.of("10.244.2.7:80"));
    private static final Ip NODE_2 = Ip.of("172.16.0.2");
    private static final int SYN = 2;
    private static final int SYN_ACK = 18;

    private static final Spot CLIENT = new Spot("node-1", "default/client", "eth0", Spot.Role.POD);
    private static final Spot PORT_1 = new Spot("node-1", "", "veth-c", Spot.Role.PORT);
    private static final Spot UPLINK_1 = new Spot("node-1", "", "uplink", Spot.Role.UPLINK);
    private static final Spot UPLINK_2 = new Spot("node-2", "", "uplink", Spot.Role.UPLINK);
    private static final Spot PORT_2 = new Spot("node-2", "", "veth-b", Spot.Role.PORT);
    private static final Spot SERVER = new Spot("node-2", "default/b", "eth0", Spot.Role.POD);
    private static final List<Spot> WAY = List.of(CLIENT, PORT_1, UPLINK_1, UPLINK_2, PORT_2, SERVER);

    private static final Place FROM =
            new Place("node-1", "default/client", List.of(Ip.of("10.244.1.8")), "eth0", "veth-c");

    private static final Place TO = new Place("node-2", "default/b", List.of(Ip.of("10.244.2.7")), "eth0", "veth-b");

    /** What passes, and the nodes' uplinks. */
    private List<Sight> packets = packets();

    private List<Device> devices = List.of(new Device("uplink", 1500, true, "2: uplink: <UP,LOWER_UP> mtu 1500"));

    /** What nodes say that they dropped. */
    private Map<String, KernelDrops> drops = Map.of();

    private KernelDrops drops(String node) {
        return drops.getOrDefault(node, KernelDrops.NONE);
    }

    /** What is open now, by node. */
    private final Set<String> open = new HashSet<>();

    /** @param ahead of its clock, in nanoseconds @param failure that every answer is; empty for none */
    private final class Told implements Eyes {
        private final String node;
        private final long ahead;
        private final String failure;

        Told(String node, long ahead, String failure) {
            this.node = node;
            this.ahead = ahead;
            this.failure = failure;
            synchronized (open) {
                open.add(node);
            }
        }

        @Override
        public List<Sight> await(Duration patience) {
            return List.of();
        }

        @Override
        public Findings finish(Flow asked) {
            if (!failure.isEmpty()) {
                throw new EyesException(failure);
            }
            List<Sight> sights = packets.stream()
                    .filter(sight -> sight.spot().node().equals(node))
                    .map(sight -> sight.at(sight.nanos() + ahead))
                    .toList();
            return new Findings(sights, new NodeFacts(node, List.of(), List.of(), devices, drops(node), false), 0);
        }

        @Override
        public Optional<Taken> route(Flow packet, String in) {
            return Optional.of(new Taken("10.244.2.0/24 via " + NODE_2 + " dev uplink", "uplink", NODE_2));
        }

        @Override
        public Optional<String> ownRoute(Flow packet, String pod) {
            return Optional.empty();
        }

        @Override
        public Optional<String> unanswered(Taken route) {
            return Optional.of(route.next() + " dev " + route.device() + " FAILED");
        }

        @Override
        public Optional<String> rule(Step step) {
            return Optional.empty();
        }

        /** Roughly: it took 40 ms to ask. */
        @Override
        public ClockReading clock() {
            return ClockReading.of(START, START + ahead + 10_000_000, START + 40_000_000);
        }

        @Override
        public void close() {
            synchronized (open) {
                open.remove(node);
            }
        }
    }

    /** There in steps of 10 µs, at the server for 100 µs, and back. */
    private static List<Sight> packets() {
        List<Sight> packets = new ArrayList<>();
        Set<Spot> leaving = Set.of(CLIENT, UPLINK_1, PORT_2);
        for (int i = 0; i < WAY.size(); i++) {
            Spot spot = WAY.get(i);
            boolean out = leaving.contains(spot);
            packets.add(sight(START + i * 10_000, spot, out, FLOW, SYN));
            packets.add(sight(START + 200_000 - i * 10_000, spot, !out, FLOW.reply(), SYN_ACK));
        }
        return packets;
    }

    private static Sight sight(long nanos, Spot spot, boolean out, Flow flow, int flags) {
        ByteBuffer frame = ByteBuffer.allocate(54).position(12).putShort((short) 0x0800);
        frame.putShort((short) 0x4500)
                .putShort((short) 40)
                .putInt(0)
                .putShort((short) 0x4006)
                .putShort((short) 0);
        frame.put(flow.source().ip().bytes()).put(flow.destination().ip().bytes());
        frame.putShort((short) flow.source().port())
                .putShort((short) flow.destination().port());
        frame.putInt(7)
                .putInt(flags == SYN ? 0 : 8)
                .put((byte) 0x50)
                .put((byte) flags)
                .putShort((short) 1000)
                .putInt(0);
        return new Sight(nanos, spot, out ? PacketType.OUTGOING : PacketType.HOST, new Frame(frame.array(), 54));
    }

    private Observed observe(Map<String, Eyes.Opening> nodes) {
        Stage stage = new Stage(
                new Scene(
                        ClusterPicture.EMPTY.with(new Node("node-2", List.of(NODE_2), List.of())),
                        List.of(FROM, TO),
                        "fl0",
                        "uplink"),
                nodes,
                WAY.stream().map(spot -> new Watch.Watched(spot, "")).toList());
        try (Observation observation =
                Observation.arm(stage, new Aim(FROM, FLOW, List.of(FLOW.destination()), List.of()))) {
            return observation.finish(Attempt.End.SILENT);
        } finally {
            assertThat(open).as("what stays open").isEmpty();
        }
    }

    private Eyes.Opening told(String node, long ahead, String failure) {
        return watch -> {
            assertThat(watch.devices()).allMatch(device -> device.spot().node().equals(node));
            return new Told(node, ahead, failure);
        };
    }

    private static List<String> places(List<Hop> hops) {
        return hops.stream().map(hop -> hop.node() + " " + hop.device()).toList();
    }

    /** Whichever clock is ahead: the hops are in their order, and take as long as they took. */
    @Test
    void clocksThatAreApart() {
        for (long skew : new long[] {0, 5 * SECOND, -5 * SECOND, 60_000}) {
            for (boolean server : new boolean[] {true, false}) {
                Observed seen = observe(Map.of(
                        "node-1",
                        told("node-1", server ? 0 : skew, ""),
                        "node-2",
                        told("node-2", server ? skew : 0, "")));
                assertThat(seen.unwatched()).isEmpty();
                assertThat(places(seen.request()))
                        .as("%d ahead", skew)
                        .containsExactly(
                                "node-1 eth0",
                                "node-1 veth-c",
                                "node-1 uplink",
                                "node-2 uplink",
                                "node-2 veth-b",
                                "node-2 eth0");
                assertThat(places(seen.reply()))
                        .containsExactly(
                                "node-2 eth0",
                                "node-2 veth-b",
                                "node-2 uplink",
                                "node-1 uplink",
                                "node-1 veth-c",
                                "node-1 eth0");
                assertThat(seen.answeredNs()).hasValue(200_000);
                List<Long> times = new ArrayList<>();
                seen.request().forEach(hop -> times.add(hop.tNs().orElseThrow()));
                seen.reply().forEach(hop -> times.add(hop.tNs().orElseThrow()));
                assertThat(times).isSorted();
                assertThat(times.get(3))
                        .as("the middle, which is the truth here")
                        .isEqualTo(30_000);
            }
        }
    }

    @Test
    void aNodeThatCannotBeArmedOrDoesNotAnswerIsNamed() {
        Eyes.Opening none = _ -> {
            throw new EyesException("nobody is there");
        };
        for (Eyes.Opening blind : List.of(none, told("node-2", 0, "gone meanwhile"))) {
            Observed seen = observe(Map.of("node-1", told("node-1", 0, ""), "node-2", blind));
            assertThat(seen.unwatched()).containsOnlyKeys("node-2");
            assertThat(seen.unwatched().get("node-2")).isIn("nobody is there", "gone meanwhile");
            assertThat(places(seen.request())).containsExactly("node-1 eth0", "node-1 veth-c", "node-1 uplink");
            assertThat(places(seen.reply())).containsExactly("node-1 uplink", "node-1 veth-c", "node-1 eth0");
            assertThat(seen.answeredNs()).as("not all of it was seen").isEmpty();
        }
        Observed other = observe(Map.of("node-1", none, "node-2", told("node-2", 0, "")));
        assertThat(places(other.request())).containsExactly("node-2 uplink", "node-2 veth-b", "node-2 eth0");
        assertThatThrownBy(() -> observe(Map.of("node-1", none, "node-2", none)))
                .isInstanceOf(EyesException.class)
                .hasMessage("no node could be armed: {node-1=nobody is there, node-2=nobody is there}");
    }

    /** Only some places see the packet: the rest is what is said of why. */
    private Observed lost(Set<Spot> seenAt, Map<String, Eyes.Opening> nodes) {
        packets = packets.stream()
                .filter(sight -> seenAt.contains(sight.spot())
                        && sight.packet().orElseThrow().isFirst(false))
                .toList();
        return observe(nodes);
    }

    private Observed lost(Map<String, Eyes.Opening> nodes) {
        return lost(Set.of(CLIENT, PORT_1, UPLINK_1), nodes);
    }

    @Test
    void aPacketThatIsLostOnTheWay() {
        Observed between = lost(Map.of("node-1", told("node-1", 0, ""), "node-2", told("node-2", 0, "")));
        assertThat(between.ending())
                .isEqualTo(
                        "it left node-1 for node-2 and was not seen there: no device of node-2 says why, so it was lost"
                                + " between the two");
        devices = List.of(new Device("uplink", 30, true, "2: uplink: <UP,LOWER_UP> mtu 30"));
        assertThat(lost(Map.of("node-1", told("node-1", 0, ""), "node-2", told("node-2", 0, "")))
                        .ending())
                .endsWith("node-2's uplink takes packets of at most 30 bytes (its MTU), and this one has 40");
        devices = List.of(new Device("uplink", 1500, false, "2: uplink: <NO-CARRIER,UP> mtu 1500"));
        assertThat(lost(Map.of("node-1", told("node-1", 0, ""), "node-2", told("node-2", 0, "")))
                        .ending())
                .endsWith("node-2's uplink has no carrier, as with a cable that is out");
    }

    /** A node that isn't there is stopped; one that nobody watches may have taken the packet. */
    @Test
    void aNodeThatIsNotWatchedIsNotOneThatIsStopped() {
        Observed stopped = lost(Map.of("node-1", told("node-1", 0, "")));
        assertThat(stopped.ending()).isEqualTo("it left node-1 for node-2 and was not seen there: node-2 is stopped");
        assertThat(stopped.request().getLast().event()).isEqualTo(Event.DROPPED);
        Eyes.Opening none = _ -> {
            throw new EyesException("nobody is there");
        };
        for (Eyes.Opening blind : List.of(none, told("node-2", 0, "gone meanwhile"))) {
            Observed unwatched = lost(Map.of("node-1", told("node-1", 0, ""), "node-2", blind));
            assertThat(unwatched.unwatched()).containsOnlyKeys("node-2");
            assertThat(unwatched.ending()).isEmpty();
            assertThat(unwatched.request().getLast().event()).isEqualTo(Event.LEFT);
            assertThat(Verdict.of(unwatched.outcome(Duration.ofSeconds(1)), unwatched))
                    .isEqualTo("no answer in 1000 ms; the packet was last seen at node-1");
        }
    }

    /** The same where the packet didn't leave its node, as nobody answers for the other. */
    @Test
    void aNeighbourThatIsNotWatchedIsNotOneThatIsStopped() {
        Eyes.Opening none = _ -> {
            throw new EyesException("nobody is there");
        };
        Set<Spot> seenAt = Set.of(CLIENT, PORT_1);
        String nobody = "nobody answers for 172.16.0.2 on node-1's uplink";
        assertThat(lost(seenAt, Map.of("node-1", told("node-1", 0, ""), "node-2", none))
                        .ending())
                .isEqualTo(nobody);
        assertThat(lost(seenAt, Map.of("node-1", told("node-1", 0, ""), "node-2", told("node-2", 0, "gone meanwhile")))
                        .ending())
                .isEqualTo(nobody);
        assertThat(lost(seenAt, Map.of("node-1", told("node-1", 0, ""))).ending())
                .isEqualTo("node-2 is stopped, and so " + nobody);
    }

    private static KernelDrop drop(Flow flow, int flags, String pod, String reason) {
        Packet packet = new Packet(flow, flags, 7, flags == SYN ? 0 : 8, 40, Optional.empty());
        return new KernelDrop(packet, START + 70_000, pod, reason, "ip_rcv_finish_core");
    }

    private Map<String, Eyes.Opening> both() {
        return Map.of("node-1", told("node-1", 0, ""), "node-2", told("node-2", 0, ""));
    }

    /** The one of this packet that says most; not what others lost, and not what became of copies. */
    @Test
    void theKernelsReasonIsToldWhereThePacketEnded() {
        Flow other = new Flow(Protocol.TCP, IpPort.of("10.244.1.8:40001"), FLOW.destination());
        drops = Map.of(
                "node-2",
                new KernelDrops(
                        List.of(
                                drop(other, SYN, "", "IP_RPFILTER"),
                                drop(FLOW, SYN_ACK, "", "TCP_CSUM"),
                                drop(FLOW, SYN, "default/b", "NO_SOCKET"),
                                drop(FLOW, SYN, "", "OTHERHOST"),
                                drop(FLOW, SYN, "", "CPU_BACKLOG")),
                        ""));
        Observed seen = lost(both());
        assertThat(seen.ending())
                .isEqualTo("it left node-1 for node-2 and was not seen there: node-2's kernel dropped it: more packets"
                        + " wait for the processor than it allows (CPU_BACKLOG)");
        assertThat(seen.request().getLast().details())
                .contains("kernel drop reason: CPU_BACKLOG, in ip_rcv_finish_core")
                .noneMatch(line -> line.contains("OTHERHOST") || line.contains("CSUM"));
        devices = List.of(new Device("uplink", 1500, false, "2: uplink: <NO-CARRIER,UP> mtu 1500"));
        Observed cable = lost(both());
        assertThat(cable.ending()).endsWith("node-2's uplink has no carrier, as with a cable that is out");
        assertThat(cable.request().getLast().details())
                .contains("kernel drop reason: CPU_BACKLOG, in ip_rcv_finish_core");
    }

    /** Where the kernel didn't tell all, that it told nothing of this one says nothing. */
    @Test
    void aReasonThatIsMissingIsSaid() {
        drops = Map.of("node-2", new KernelDrops(List.of(), "the kernel told not all of what it dropped"));
        Observed seen = lost(both());
        assertThat(seen.ending()).endsWith("no device of node-2 says why, so it was lost between the two");
        assertThat(seen.request().getLast().details())
                .contains("kernel drop reason: not known, since the kernel told not all of what it dropped");
    }

    /** A name that we don't know is told as it is, and none is told as none. */
    @Test
    void namesWithoutASentence() {
        assertThat(drop(FLOW, SYN, "", "PSP_INPUT").why()).isEqualTo("its reason is PSP_INPUT");
        assertThat(drop(FLOW, SYN, "", "NOT_SPECIFIED").why())
                .isEqualTo("it gives no reason, in ip_rcv_finish_core (NOT_SPECIFIED)");
        drops = Map.of("node-2", new KernelDrops(List.of(drop(FLOW, SYN, "", "PSP_INPUT")), ""));
        long ahead = 5 * SECOND;
        drops = Map.of(
                "node-1",
                new KernelDrops(List.of(drop(FLOW, SYN, "", "PSP_INPUT").at(START + ahead + 25_000)), ""));
        Observed seen = lost(
                Set.of(CLIENT, PORT_1), Map.of("node-1", told("node-1", ahead, ""), "node-2", told("node-2", 0, "")));
        assertThat(seen.request().getLast().tNs()).as("by one clock").hasValue(25_000);
    }

    /** Who refuses on a node that nobody watches isn't known. */
    @Test
    void refusedWhereNobodyWatches() {
        Eyes.Opening none = _ -> {
            throw new EyesException("nobody is there");
        };
        Observed seen = observe(Map.of("node-1", told("node-1", 0, ""), "node-2", none));
        assertThat(Verdict.of(new Attempt.Outcome(Attempt.End.REFUSED, Duration.ofMillis(1), "refused"), seen))
                .isEqualTo("refused by somebody who was not watched after 1.00 ms");
        Observed all = observe(Map.of("node-1", told("node-1", 0, ""), "node-2", told("node-2", 0, "")));
        assertThat(Verdict.of(new Attempt.Outcome(Attempt.End.REFUSED, Duration.ofMillis(1), "refused"), all))
                .startsWith("refused by default/b on node-2: nothing listens on 10.244.2.7:80");
    }

    /** What a switch sent to everybody is no hop, and no clock is set by it. */
    @Test
    void framesForOthers() {
        Sight stray = packets.stream()
                .filter(sight -> sight.spot().equals(UPLINK_2) && !sight.outgoing())
                .findFirst()
                .orElseThrow();
        packets = new ArrayList<>(packets);
        packets.add(new Sight(START, stray.spot(), PacketType.OTHERHOST, stray.frame()));
        Map<String, Eyes.Opening> nodes = Map.of("node-1", told("node-1", 0, ""), "node-2", told("node-2", 0, ""));
        Observed seen = observe(nodes);
        assertThat(seen.request()).hasSize(6);
        assertThat(seen.request().get(3).tNs()).hasValue(30_000);
        assertThat(seen.lostEvents()).isZero();
    }

    /** Our own mistakes are not told as a node's. */
    @Test
    void anythingElseFails() {
        Eyes.Opening mistaken = _ -> {
            throw new IllegalStateException("a mistake");
        };
        Map<String, Eyes.Opening> nodes = new HashMap<>(Map.of("node-1", told("node-1", 0, "")));
        nodes.put("node-2", mistaken);
        assertThatThrownBy(() -> observe(nodes)).hasMessage("a mistake");
    }

    /** A reply to another request of the same {@code ping} is not the one that is waited for. */
    @Test
    void echoesAreToldApartByTheirNumbers() {
        Flow echo = Flow.echo(Ip.of("10.244.1.8"), Ip.of("10.244.2.7"), 7);
        Packet asked = new Packet(echo, 0, 5, 0, 84, Optional.empty());
        assertThat(asked.isFirst(false)).isTrue();
        assertThat(new Packet(echo.reply(), 0, 5, 0, 84, Optional.empty()).answers(asked))
                .isTrue();
        assertThat(new Packet(echo.reply(), 0, 4, 0, 84, Optional.empty()).answers(asked))
                .isFalse();
        Packet.IcmpError error = new Packet.IcmpError(NODE_2, "ICMP host unreachable");
        assertThat(new Packet(echo.reply(), 0, 0, 0, 84, Optional.of(error)).answers(asked))
                .isTrue();
        Packet accepted = new Packet(FLOW.reply(), SYN_ACK, 9, 8, 40, Optional.empty());
        assertThat(accepted.answers(new Packet(FLOW, SYN, 7, 0, 40, Optional.empty())))
                .as("TCP's numbers are each side's own")
                .isTrue();
    }

    /** A packet that was sent again counts from the first time on each side, and nothing crosses from a node to itself. */
    @Test
    void crossings() {
        List<Seen> seen = new ArrayList<>();
        packets().forEach(sight -> seen.add(sight.seen().orElseThrow()));
        packets()
                .forEach(sight ->
                        seen.add(sight.at(sight.nanos() + SECOND).seen().orElseThrow()));
        assertThat(Crossing.of(seen))
                .containsExactlyInAnyOrder(
                        new Crossing("node-1", "node-2", START + 20_000, START + 30_000),
                        new Crossing("node-2", "node-1", START + 170_000, START + 180_000));
    }
}
