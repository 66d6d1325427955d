package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cli.TracedLab.Wanted;
import dev.fairlead.lab.LinkQuestion;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.lab.node.LinkChange;
import dev.fairlead.testkit.Poll;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a trace shows of a link that is too narrow, of a cable that is out, and of a node that is stopped; {@code tcpdump} and
 * {@code ip} saw the same. Over 300 lines: all of them need a lab, and it is one.
 *
 * <pre>
 *   node-1: client, … ── uplink ──┐
 *   node-2: echo, far … ─ uplink ─┤ switch
 *   node-3: lone ──────── uplink ─┘
 * </pre>
 */
@HostUnchanged
class LabTraceFaultsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int HEADERS = 28;
    private static final int HEADERS_V6 = 48;

    /** Nobody expels {@code lone} from a node that is silent, so the test has all the time it needs. */
    private static final String MORE = """
            apiVersion: v1
            kind: Pod
            metadata: {name: echo, labels: {app: echo}}
            spec: {nodeName: node-2, containers: [{name: main, image: fairlead/echo}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: echo}
            spec: {selector: {app: echo}, ports: [{name: echo, port: 7, protocol: UDP}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: twin, labels: {pair: 'yes'}}
            spec: {nodeName: node-1, containers: [{name: main, image: fairlead/http}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: twin-2, labels: {pair: 'yes'}}
            spec: {nodeName: node-1, containers: [{name: main, image: fairlead/http}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: pair}
            spec: {selector: {pair: 'yes'}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: lone}
            spec:
              nodeName: node-3
              tolerations: [{operator: Exists}]
              containers: [{name: main, image: fairlead/http}]
            ---
            """;

    private static TracedLab traced;
    private static TestLab lab;
    private static JsonNode status;
    private static JsonNode client;

    @BeforeAll
    static void up() {
        traced = TracedLab.up(MORE, 3);
        lab = traced.lab();
        status = lab.status();
        client = pod("client");
    }

    @AfterAll
    static void down() {
        traced.close();
    }

    /** The client's kernel remembers for ten minutes what it was told of an MTU. */
    @AfterEach
    void asBefore() {
        for (String node : List.of("node-1", "node-2")) {
            link(node, clear());
        }
        TestLab.witness(client, "ip", "route", "flush", "cache");
        TestLab.witness(client, "ip", "-6", "route", "flush", "cache");
        awaitAnswer("default/far:80");
        traced.assertNothingIsArmed();
    }

    private static JsonNode pod(String name) {
        return TestLab.named(status.path("pods"), name);
    }

    private static JsonNode node(String name) {
        return TestLab.named(status.path("nodes"), name);
    }

    private static String ip(String pod) {
        return pod(pod).path("ip").asText();
    }

    private static void link(String node, LinkChange change) {
        var unused = LabCaller.ask(new LabName(lab.name()), LinkQuestion.of(node, change));
    }

    private static LinkChange mtu(int bytes) {
        return new LinkChange(false, Optional.empty(), Optional.empty(), OptionalDouble.empty(), OptionalInt.of(bytes));
    }

    private static LinkChange up(boolean up) {
        return new LinkChange(false, Optional.of(up), Optional.empty(), OptionalDouble.empty(), OptionalInt.empty());
    }

    private static LinkChange clear() {
        return new LinkChange(true, Optional.empty(), Optional.empty(), OptionalDouble.empty(), OptionalInt.empty());
    }

    /** Neighbours that didn't answer are asked again only a moment later. */
    private static void awaitAnswer(String to) {
        JsonNode[] last = {client};
        Poll.until(
                PATIENCE,
                () -> {
                    last[0] = trace("client", to);
                    return verdict(last[0]).startsWith("answered");
                },
                () -> last[0].toPrettyString());
    }

    private static JsonNode trace(String from, String to) {
        return traced.ask(Wanted.tcp(from, to, SECOND));
    }

    private static JsonNode datagram(String to, int size) {
        return traced.ask(Wanted.udp("client", to, size, SECOND));
    }

    private static String verdict(JsonNode trace) {
        return trace.path("verdict").asText();
    }

    // ---- too narrow

    /** The client's own node can't send it on, and says so to the client. */
    @Test
    void aNarrowLinkOfTheClientsNode() {
        assumeTrue(TestLab.isRoot(), "tcpdump needs a second user, and an ordinary user's lab has one");
        link("node-1", mtu(1300));
        String echo = ip("echo");
        try (PacketDumps dumps = PacketDumps.start(lab, List.of("node-1"), List.of("client"), "icmp or udp port 7")) {
            JsonNode trace = datagram("default/echo:7", 1400);
            assertThat(verdict(trace))
                    .isEqualTo("not reached: message too long: node-1's uplink takes packets of at most 1300 bytes"
                            + " (its MTU), and this one has " + (1400 + HEADERS)
                            + "; ICMP fragmentation needed (mtu 1300) from " + gateway(client));
            assertThat(trace.path("agree").asBoolean()).isFalse();
            assertThat(TracedLab.way(trace.path("request")))
                    .isEqualTo("left client/eth0, entered node-1, dropped node-1");
            assertThat(TracedLab.way(trace.path("reply")))
                    .isEqualTo("routed node-1/fl0, bridged node-1, delivered client/eth0");
            dumps.assertSaw(trace.path("request"), line -> line.contains("UDP, length 1400"));
            assertThat(dumps.await("default/client", "need to frag"))
                    .contains(gateway(client) + " > " + ip("client") + ": ICMP " + echo
                            + " unreachable - need to frag (mtu 1300)");
        }
        // The next one doesn't even leave: the client's kernel has learned it, and `ip` shows that.
        JsonNode again = datagram("default/echo:7", 1400);
        assertThat(verdict(again))
                .contains("no packet left: its own kernel knows that one so long doesn't get to " + echo);
        String route = TestLab.witness(client, "ip", "route", "get", echo);
        assertThat(route).contains("mtu 1300");
        assertThat(again.path("request").path(0).path("details").path(0).asText())
                .startsWith(echo + " via " + gateway(client) + " dev eth0")
                .contains("mtu 1300");
        assertThat(TracedLab.flat(traced.run("trace", "client", "default/echo:7", "--proto", "udp", "--size", "1400")
                        .out()))
                .contains("≠ predicted: default/client on node-1 eth0: left the pod");
    }

    @Test
    void aNarrowLinkForIpv6AndForAService() {
        link("node-1", mtu(1280));
        String echo = "[" + TracedLab.ipv6(pod("echo")) + "]:7";
        JsonNode trace = datagram(echo, 1300);
        assertThat(verdict(trace))
                .contains("node-1's uplink takes packets of at most 1280 bytes (its MTU), and this one has "
                        + (1300 + HEADERS_V6) + "; ICMP packet too big (mtu 1280) from fd");
        assertThat(verdict(datagram(echo, 1280 - HEADERS_V6))).startsWith("answered in ");
        assertThat(TestLab.witness(client, "ip", "-6", "route", "get", TracedLab.ipv6(pod("echo"))))
                .contains("mtu 1280");
        JsonNode service = datagram("svc/echo", 1400);
        assertThat(verdict(service)).contains("at most 1280 bytes (its MTU), and this one has 1428");
        assertThat(TracedLab.way(service.path("request")))
                .isEqualTo("left client/eth0, entered node-1, dnat node-1, dropped node-1");
    }

    /** An echo request that isn't cut finds it too, in both families; the next one doesn't leave the pod. */
    @Test
    void aNarrowLinkForAnEchoRequest() {
        link("node-1", mtu(1300));
        for (boolean ipv4 : new boolean[] {true, false}) {
            String to = ipv4 ? ip("far") : TracedLab.ipv6(pod("far"));
            int headers = ipv4 ? HEADERS : HEADERS_V6;
            JsonNode fits = traced.ask(Wanted.echo("client", to, 1300 - headers, SECOND));
            TracedLab.assertAgrees(fits);
            assertThat(verdict(fits)).startsWith("answered in ");
            JsonNode trace = traced.ask(Wanted.echo("client", to, 1400, SECOND));
            assertThat(verdict(trace))
                    .startsWith(
                            "not reached: message too long: node-1's uplink takes packets of at most 1300 bytes (its MTU),"
                                    + " and this one has " + (1400 + headers) + "; ICMP "
                                    + (ipv4 ? "fragmentation needed" : "packet too big") + " (mtu 1300) from ");
            assertThat(TracedLab.way(trace.path("request")))
                    .isEqualTo("left client/eth0, entered node-1, dropped node-1");
            assertThat(TracedLab.way(trace.path("reply")))
                    .isEqualTo("routed node-1/fl0, bridged node-1, delivered client/eth0");
            assertThat(verdict(traced.ask(Wanted.echo("client", to, 1400, SECOND))))
                    .contains("no packet left: its own kernel knows that one so long doesn't get to " + to);
            assertThat(TestLab.witness(client, "ip", "route", "get", to)).contains("mtu 1300");
        }
    }

    /** What goes towards the narrow link is dropped by the switch, which has no address and says nothing. */
    @Test
    void aNarrowLinkOfTheOtherNode() {
        assumeTrue(TestLab.isRoot(), "tcpdump needs a second user, and an ordinary user's lab has one");
        link("node-2", mtu(1300));
        try (PacketDumps dumps =
                PacketDumps.start(lab, List.of("node-1", "node-2"), List.of("client", "echo"), "icmp or udp port 7")) {
            JsonNode trace = datagram("default/echo:7", 1400);
            assertThat(verdict(trace))
                    .isEqualTo(
                            "no answer in 1000 ms; the packet was last seen at node-1: it left node-1 for node-2 and was"
                                    + " not seen there: node-2's uplink takes packets of at most 1300 bytes (its MTU), and this"
                                    + " one has 1428");
            assertThat(TracedLab.way(trace.path("request")))
                    .isEqualTo("left client/eth0, entered node-1, routed node-1/uplink, left node-1/uplink,"
                            + " dropped node-1/uplink");
            dumps.assertSaw(trace.path("request"), line -> line.contains("UDP, length 1400"));
            // One that fits goes all the way, and tcpdump had seen none before it on the other side.
            JsonNode fits = datagram("default/echo:7", 1300 - HEADERS);
            TracedLab.assertAgrees(fits);
            dumps.assertSaw(fits.path("request"), line -> line.contains(".7: UDP, length 1272"));
            dumps.assertSaw(fits.path("reply"), line -> line.contains(".7 > ") && line.contains("UDP, length 1272"));
            assertThat(dumps.lines("node-2").toString())
                    .doesNotContain("length 1400")
                    .doesNotContain("need to frag");
        }
    }

    /** TCP's first packet is short and passes; what longer ones will meet is said all the same. */
    @Test
    void aShortPacketOnANarrowWay() {
        link("node-2", mtu(1300));
        JsonNode trace = trace("client", "svc/far");
        TracedLab.assertAgrees(trace);
        assertThat(trace.path("notes")).hasSize(1);
        String mtu = TestLab.jsonWitness(node("node-2"), "ip", "-j", "link", "show", "dev", "uplink")
                .path(0)
                .path("mtu")
                .asText();
        assertThat(trace.path("notes").path(0).asText())
                .isEqualTo("node-2's uplink takes packets of at most " + mtu
                        + " bytes (its MTU), devices before it 1500; this one has 60");
        assertThat(TracedLab.flat(trace.path("text").asText()))
                .contains(trace.path("notes").path(0).asText());
        link("node-2", clear());
        assertThat(trace("client", "svc/far").path("notes")).isEmpty();
    }

    @Test
    void sizesThatCantBe() {
        assertThat(traced.run("trace", "client", "svc/far", "--size", "1400").refusal(2))
                .contains("--size needs --proto udp or icmp");
        assertThat(traced.run("trace", "client", "svc/echo", "--proto", "udp", "--size", "65508")
                        .refusal(2))
                .contains("--size 65508 is not from 1 to 65507 bytes");
        assertThat(traced.run("trace", "client", "svc/echo", "--proto", "udp", "--size", "0")
                        .refusal(2))
                .contains("--size 0");
        assertThat(traced.run("trace", "client", "svc/echo", "--proto", "udp", "--size", "9", "--live")
                        .refusal(2))
                .contains("contradict each other");
        assertThat(verdict(datagram("svc/echo", 1))).startsWith("answered in ");
        assertThat(verdict(datagram("svc/echo", 65507))).contains("no packet left");
    }

    // ---- a switch that has forgotten

    /**
     * A bridge forgets after five minutes where a pod is that says nothing, and sends frames for it to all; the node still knows
     * the pod's MAC address. Others that get such a frame are not on its way.
     */
    @Test
    void aBridgeThatHasForgotten() {
        assumeTrue(TestLab.isRoot(), "tcpdump needs a second user, and an ordinary user's lab has one");
        try (PacketDumps dumps = PacketDumps.start(lab, List.of(), List.of("twin", "twin-2"), "tcp dst port 80")) {
            Poll.until(
                    PATIENCE,
                    () -> {
                        TracedLab.assertAgrees(trace("client", "svc/pair"));
                        TestLab.witness(
                                node("node-1"), "ip", "link", "set", "dev", "fl0", "type", "bridge", "fdb_flush");
                        TracedLab.assertAgrees(trace("client", "svc/pair"));
                        return strays(dumps, "twin") + strays(dumps, "twin-2") > 2;
                    },
                    () -> dumps.lines("default/twin") + " " + dumps.lines("default/twin-2"));
        }
    }

    /** How many packets for somebody else tcpdump saw there. */
    private static long strays(PacketDumps dumps, String pod) {
        return dumps.lines("default/" + pod).stream()
                .filter(line -> line.contains(" P   IP ") && line.contains("Flags [S],"))
                .count();
    }

    // ---- not there

    private static String uplinkFlags() {
        return TestLab.jsonWitness(node("node-2"), "ip", "-j", "link", "show", "dev", "uplink")
                .path(0)
                .path("flags")
                .toString();
    }

    @Test
    void aCableThatIsOut() {
        link("node-2", up(false));
        Poll.until( // which the kernel says a moment after the cable is out
                Duration.ofSeconds(20), () -> uplinkFlags().contains("NO-CARRIER"), LabTraceFaultsTest::uplinkFlags);
        JsonNode trace = trace("client", "svc/far");
        assertThat(verdict(trace))
                .startsWith("no answer in 1000 ms; the packet was last seen at node-1: ")
                .contains("node-2's uplink has no carrier, as with a cable that is out");
        assertEndsAfter(trace, "left client/eth0, entered node-1, dnat node-1, routed node-1/uplink");
        assertThat(lab.exec("client", "curl", "-sS", "-m", "1", "http://" + lab.serviceIp("far") + "/")
                        .exitCode())
                .isNotZero();
        link("node-2", up(true));
        awaitAnswer("svc/far");
        link("node-1", up(false));
        JsonNode own = trace("client", "svc/far");
        assertThat(verdict(own)).contains("node-1's uplink has no carrier, as with a cable that is out");
        assertEndsAfter(own, "left client/eth0, entered node-1, dnat node-1, routed node-1/uplink");
        TracedLab.assertAgrees(trace("client", "svc/near"));
    }

    /**
     * It went so far, and the next hop says that it ended; what was predicted instead is said beside it. While the neighbour's
     * address is still known, the packet is sent, else it waits for that.
     */
    private static void assertEndsAfter(JsonNode trace, String way) {
        assertThat(trace.path("agree").asBoolean()).isFalse();
        assertThat(trace.path("lostEvents").asInt()).isZero();
        assertThat(TracedLab.way(trace.path("request")))
                .isIn(way + ", dropped node-1/uplink", way + ", left node-1/uplink, dropped node-1/uplink");
        assertThat(trace.path("predicted").path("outcome").asText()).isEqualTo("delivered");
    }

    @Test
    void aNodeThatIsStopped() {
        awaitAnswer("default/lone:80");
        String lone = ip("lone");
        Ran.fairlead("lab", "node", "stop", "--name", lab.name(), "node-3").ok();
        JsonNode trace = trace("client", "default/lone:80");
        assertThat(verdict(trace)).startsWith("no answer in 1000 ms; ").contains("node-3 is stopped");
        assertEndsAfter(trace, "left client/eth0, entered node-1, routed node-1/uplink");
        Ran ran = traced.run("trace", "client", lone + ":80", "--timeout", "1");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(TracedLab.flat(ran.out()))
                .contains("✗ ")
                .contains("node-3 is stopped")
                .contains("≠ predicted: node-");
        assertThat(traced.run("trace", "node/node-3", "svc/far").refusal(1))
                .isEqualTo("node node-3 is stopped, so nothing can be sent from it; ./fairlead lab node start node-3"
                        + " starts it");
        assertThat(traced.run("trace", "lone", "svc/far").refusal(1))
                .contains("pod/default/lone does not run any more");
        assertThat(verdict(trace("client", "node/node-3:80"))).contains("node-3 is stopped");
        TracedLab.assertAgrees(trace("client", "default/far:80"));
    }

    /** The bridge's address, by the pod's own kernel. */
    private static String gateway(JsonNode pod) {
        return TestLab.jsonWitness(pod, "ip", "-j", "route", "show", "default")
                .path(0)
                .path("gateway")
                .asText();
    }
}
