package dev.fairlead.kernel.tap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.icmp.EchoSocket;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.RunningProgram;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real connections, seen by taps and by {@code tcpdump} with the same expression on the same devices.
 *
 * <pre>
 *   client                            server
 *   eth0 10.1.0.2    ═════ veth ═════ eth0 10.1.0.1, 10.1.0.3
 *        fd01::2                           fd01::1, fd01::3
 *    └ tap, tcpdump                    └ tap, tcpdump: all, in, out
 * </pre>
 */
@RealKernel
class TapsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int PORT = 8080;
    private static final int MUCH = 300_000;

    @TempDir
    Path files;

    private static String address(Family family, int host) {
        return family == Family.IPV4 ? "10.1.0." + host : "fd01::" + host;
    }

    private static TapFilter filter(Protocol protocol, Family family) {
        return new TapFilter(protocol, List.of(Ip.of(address(family, 1))), List.of(PORT));
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void tcpIsSeenAsTcpdumpSeesIt(Family family, TestNamespaces namespaces) throws IOException {
        Pair pair = Pair.create(namespaces);
        List<Sighting> seen = compare(pair, filter(Protocol.TCP, family), () -> {
            pair.talkTcp(address(family, 1), PORT + 1, 10); // another port
            pair.talkTcp(address(family, 3), PORT, 10); // another host
            pair.talkUdp(address(family, 1), PORT); // another protocol
            pair.talkTcp(address(family, 1), PORT, MUCH);
        });
        SeenPacket.Tcp first = (SeenPacket.Tcp) seen.getFirst().packet();
        assertThat(first.flags()).hasToString("S");
        assertThat(first.flow().source().ip()).isEqualTo(Ip.of(address(family, 2)));
        assertThat(first.flow().destination()).isEqualTo(new IpPort(Ip.of(address(family, 1)), PORT));
        assertThat(seen.stream().map(s -> s.packet().about().orElseThrow()))
                .allMatch(flow ->
                        flow.equals(first.flow()) || flow.equals(first.flow().reply()));
        long sent = seen.stream()
                .filter(s -> s.point().equals(pair.atServer()) && !s.outgoing())
                .mapToLong(s -> s.packet().payload())
                .sum();
        assertThat(sent).isEqualTo(Pair.HELLO.length() + MUCH);
        assertThat(seen).as("frames of many segments").anyMatch(s -> s.frame().length() > 1514);
        assertThat(seen).allMatch(s -> s.frame().bytes().length <= Frame.SNAP);
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void udpIsSeenAsTcpdumpSeesIt(Family family, TestNamespaces namespaces) throws IOException {
        Pair pair = Pair.create(namespaces);
        List<Sighting> seen = compare(pair, filter(Protocol.UDP, family), () -> {
            pair.talkUdp(address(family, 1), PORT + 1);
            pair.talkUdp(address(family, 3), PORT);
            pair.talkTcp(address(family, 1), PORT, 10);
            pair.talkUdp(address(family, 1), PORT);
        });
        // The way there and back, each time out of one device and into the other.
        assertThat(seen.stream().map(s -> s.point() + (s.outgoing() ? " out" : " in")))
                .containsExactly("client eth0 out", "server eth0 in", "server eth0 out", "client eth0 in");
        assertThat(seen.stream().map(s -> s.packet().payload())).containsOnly(Pair.HELLO.length());
        assertThat(seen.stream().map(s -> s.packet().ip().hopLimit())).containsOnly(64);
        assertThat(seen.getFirst().source()).isEqualTo(seen.getLast().destination());
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void echoesAreSeenAsTcpdumpSeesThem(Family family, TestNamespaces namespaces) throws IOException {
        Pair pair = Pair.create(namespaces);
        Ip client = Ip.of(address(family, 2));
        Ip server = Ip.of(address(family, 1));
        try (EchoSocket socket = EchoSocket.open(pair.client(), client, server, false);
                EchoSocket otherId = EchoSocket.open(pair.client(), client, server, false);
                EchoSocket otherHost = EchoSocket.open(pair.client(), client, Ip.of(address(family, 3)), false);
                EchoSocket translated = EchoSocket.open(pair.server(), Ip.of(address(family, 3)), client, false)) {
            TapFilter filter = TapFilter.echo(client, List.of(client, server), List.of(socket.id()));
            List<Sighting> seen = compare(pair, filter, () -> {
                for (EchoSocket other : List.of(otherId, otherHost, translated)) {
                    other.send(1, new byte[5]);
                    assertThat(other.await(1, PATIENCE)).isTrue();
                }
                socket.send(7, new byte[1000]);
                assertThat(socket.await(7, PATIENCE)).isTrue();
            });
            assertThat(seen.stream().map(s -> s.point() + (s.outgoing() ? " out" : " in")))
                    .containsExactly("client eth0 out", "server eth0 in", "server eth0 out", "client eth0 in");
            Flow asked = Flow.echo(client, server, socket.id());
            assertThat(seen.stream().map(s -> s.packet().about().orElseThrow()))
                    .containsExactly(asked, asked, asked.reply(), asked.reply());
            assertThat(seen.stream().map(s -> s.packet().toString()))
                    .allMatch(text -> text.contains(" seq 7 length 1000 "));
        }
    }

    private interface Talk {
        void run() throws IOException;
    }

    /** Runs {@code talk}, whose last packet of the filter's is a reset or a reply, between taps and tcpdumps. */
    private List<Sighting> compare(Pair pair, TapFilter filter, Talk talk) throws IOException {
        Oracle.assumeTcpdumpRuns();
        List<Sighting> all = new ArrayList<>();
        try (RunningProgram client = tcpdump(pair.atClient(), filter, "client", "inout");
                RunningProgram server = tcpdump(pair.atServer(), filter, "server", "inout");
                RunningProgram in = tcpdump(pair.atServer(), filter, "in", "in");
                RunningProgram out = tcpdump(pair.atServer(), filter, "out", "out");
                Taps taps = Taps.open(List.of(pair.atClient(), pair.atServer()), filter)) {
            talk.run();
            gather(taps, all, seen -> ended(seen, pair.atClient()) && ended(seen, pair.atServer()));
            assertSame(all, s -> s.point().equals(pair.atClient()), client, "client");
            assertSame(all, s -> s.point().equals(pair.atServer()), server, "server");
            assertSame(all, s -> s.point().equals(pair.atServer()) && !s.outgoing(), in, "in");
            assertSame(all, s -> s.point().equals(pair.atServer()) && s.outgoing(), out, "out");
            assertThat(taps.await(Duration.ZERO)).isEmpty();
            assertThat(taps.counts())
                    .extracting(TapCounts::queued, TapCounts::dropped, TapCounts::unreadable, TapCounts::wentDown)
                    .containsOnly(org.assertj.core.groups.Tuple.tuple(all.size() / 2L, 0L, 0L, false));
        }
        assertThat(all).isSortedAccordingTo(Comparator.comparingLong(Sighting::nanos));
        return all;
    }

    private static boolean ended(List<Sighting> seen, TapPoint point) {
        List<SeenPacket> here = seen.stream()
                .filter(s -> s.point().equals(point))
                .map(Sighting::packet)
                .toList();
        return here.stream().anyMatch(packet -> switch (packet) {
            case SeenPacket.Tcp tcp -> tcp.flags().rst();
            case SeenPacket.Udp udp -> udp.flow().source().port() == PORT;
            case SeenPacket.Echo echo -> !echo.request();
            case SeenPacket.IcmpError error -> false;
        });
    }

    private static void gather(Taps taps, List<Sighting> into, Predicate<List<Sighting>> enough) {
        Poll.until(
                PATIENCE,
                () -> {
                    into.addAll(taps.await(Duration.ofMillis(20)));
                    return enough.test(into);
                },
                () -> "seen " + into + ", " + taps.counts());
    }

    private RunningProgram tcpdump(TapPoint point, TapFilter filter, String file, String direction) {
        RunningProgram program = Oracle.in(point.namespace())
                .start(
                        "tcpdump",
                        "-i",
                        point.device(),
                        "-n",
                        "-p",
                        "--immediate-mode",
                        "-U",
                        "-Z",
                        "root",
                        "-Q",
                        direction,
                        "-s",
                        "256",
                        "--time-stamp-precision=nano",
                        "-w",
                        files.resolve(file).toString(),
                        filter.expression());
        var _ = program.await("listening on", PATIENCE);
        return program;
    }

    /** The same packets at the same time. */
    private void assertSame(List<Sighting> all, Predicate<Sighting> which, RunningProgram tcpdump, String file) {
        List<Sighting> ours = all.stream().filter(which).toList();
        assertThat(ours).isNotEmpty();
        List<Savefile.Seen> theirs = Poll.value(
                PATIENCE,
                () -> Optional.of(Savefile.records(files.resolve(file))).filter(list -> list.size() >= ours.size()),
                () -> "we have " + ours + ", tcpdump " + Savefile.records(files.resolve(file)) + tcpdump.lines());
        assertThat(theirs).hasSameSizeAs(ours);
        ours.stream()
                .map(s -> s.frame().source())
                .distinct()
                .forEach(sender -> assertSameOrder(
                        ours.stream()
                                .filter(s -> s.frame().source().equals(sender))
                                .toList(),
                        theirs.stream()
                                .filter(s -> s.frame().source().equals(sender))
                                .toList()));
    }

    /** Only what one end sent has an order: two processors may give packets of both ways to each listener in another. */
    private static void assertSameOrder(List<Sighting> ours, List<Savefile.Seen> theirs) {
        assertThat(ours.stream().map(Sighting::frame))
                .isEqualTo(theirs.stream().map(Savefile.Seen::frame).toList());
        for (int i = 0; i < ours.size(); i++) {
            Sighting our = ours.get(i);
            long apart = Math.abs(our.nanos() - theirs.get(i).nanos());
            // Each who listens gets a time of its own.
            assertThat(apart).as("%s", our).isLessThan(500_000_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void anErrorIsSeenWithThePacketThatItIsAbout(Family family, TestNamespaces namespaces) throws IOException {
        Pair pair = Pair.create(namespaces);
        TapFilter filter = filter(Protocol.UDP, family);
        try (Taps taps = Taps.open(List.of(pair.atClient()), filter)) {
            int from = pair.sendUdp(address(family, 1), PORT, 5, 1);
            List<Sighting> seen = new ArrayList<>();
            gather(taps, seen, all -> all.size() == 2);
            SeenPacket.Udp udp = (SeenPacket.Udp) seen.getFirst().packet();
            assertThat(udp.flow()).isEqualTo(flow(family, from, address(family, 1)));
            assertThat(seen.getLast().outgoing()).isFalse();
            SeenPacket.IcmpError error = (SeenPacket.IcmpError) seen.getLast().packet();
            assertThat(error.quoted()).contains(udp.flow());
            assertThat(error.ip().source()).isEqualTo(Ip.of(address(family, 1)));
            assertThat(List.of(error.type(), error.code(), error.mtu()))
                    .as("port unreachable")
                    .isEqualTo(family == Family.IPV4 ? List.of(3, 3, 0) : List.of(1, 4, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void anErrorOfARouterNamesTheMtu(Family family, TestNamespaces namespaces) throws IOException {
        Pair pair = Pair.create(namespaces);
        pair.routeToSmallLink();
        String behind = family == Family.IPV4 ? "10.2.0.9" : "fd02::9";
        // The router's own address is not in the filter: the error is for one that is.
        TapFilter filter =
                new TapFilter(Protocol.UDP, List.of(Ip.of(address(family, 2)), Ip.of(behind)), List.of(PORT));
        try (Taps taps = Taps.open(List.of(pair.atClient()), filter)) {
            int from = pair.sendUdp(behind, PORT, 1400, 1);
            List<Sighting> seen = new ArrayList<>();
            gather(taps, seen, all -> all.size() == 2);
            SeenPacket.IcmpError error = (SeenPacket.IcmpError) seen.getLast().packet();
            assertThat(error.mtu()).isEqualTo(1300);
            assertThat(error.ip().source()).isIn(Ip.of(address(family, 1)), Ip.of(address(family, 3)));
            assertThat(error.quoted()).contains(flow(family, from, behind));
            assertThat(filter.concerns(error.quoted().orElseThrow())).isTrue();
        }
    }

    private static Flow flow(Family family, int from, String to) {
        return new Flow(Protocol.UDP, new IpPort(Ip.of(address(family, 2)), from), new IpPort(Ip.of(to), PORT));
    }

    @Test
    void whatWasSeenIsWrittenForOtherTools(TestNamespaces namespaces) throws IOException {
        Oracle.assumeTcpdumpRuns();
        Pair pair = Pair.create(namespaces);
        Path file = files.resolve("seen.pcapng");
        List<Sighting> seen = new ArrayList<>();
        try (Taps taps = Taps.open(List.of(pair.atClient(), pair.atServer()), filter(Protocol.TCP, Family.IPV4))) {
            pair.talkTcp("10.1.0.1", PORT, MUCH);
            gather(taps, seen, all -> ended(all, pair.atClient()) && ended(all, pair.atServer()));
        }
        try (var out = Files.newOutputStream(file)) {
            PcapNg.of(seen, s -> s.point() + ": " + s.packet()).writeTo(out);
        }
        List<String> lines = Oracle.here()
                .lines("tcpdump", "-nn", "-tt", "-S", "--time-stamp-precision=nano", "-r", file.toString());
        assertThat(lines).hasSameSizeAs(seen);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).startsWith(asTcpdumpPrints(seen.get(i)));
            assertThat(lines.get(i)).matches(".* length " + seen.get(i).packet().payload() + "(: HTTP)?");
        }
    }

    private static String asTcpdumpPrints(Sighting seen) {
        SeenPacket.Tcp tcp = (SeenPacket.Tcp) seen.packet();
        String text = "%d.%09d IP %s.%d > %s.%d: Flags [%s], "
                .formatted(
                        seen.nanos() / 1_000_000_000,
                        seen.nanos() % 1_000_000_000,
                        tcp.flow().source().ip(),
                        tcp.flow().source().port(),
                        tcp.flow().destination().ip(),
                        tcp.flow().destination().port(),
                        tcp.flags());
        boolean numbered = tcp.flags().syn() || tcp.flags().fin() || tcp.flags().rst() || tcp.payload() > 0;
        text += numbered
                ? "seq " + tcp.sequence() + (tcp.payload() > 0 ? ":" + (tcp.sequence() + tcp.payload()) : "") + ", "
                : "";
        return text + (tcp.flags().ack() ? "ack " + tcp.acknowledgment() + ", " : "");
    }
}
