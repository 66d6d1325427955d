package dev.fairlead.kernel.tap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What taps don't see, and what they leave behind.
 *
 * <pre>
 *   client                            server
 *   eth0 10.1.0.2    ═════ veth ═════ eth0 10.1.0.1, 10.1.0.3
 *        fd01::2                           fd01::1, fd01::3
 * </pre>
 */
@RealKernel
class TapLimitsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int FLOOD = 20_000;

    private static TapFilter udp(String address, int port) {
        return new TapFilter(Protocol.UDP, List.of(Ip.of(address)), List.of(port));
    }

    private static List<String> packetSockets(Netns namespace) {
        return Oracle.in(namespace).lines("cat", "/proc/net/packet");
    }

    @Test
    void whatTheKernelHadToDropIsCounted(TestNamespaces namespaces) throws IOException {
        Pair pair = Pair.create(namespaces);
        pair.talkUdp("10.1.0.1", 9000); // neighbours know each other
        try (DatagramSocket receiver =
                        pair.server().call(() -> new DatagramSocket(9000, InetAddress.getByName("10.1.0.1")));
                Tap tap = Tap.open(pair.atClient(), udp("10.1.0.1", 9000))) {
            assertThat(receiver.isBound()).isTrue();
            var _ = pair.sendUdp("10.1.0.1", 9000, 10, FLOOD);
            TapCounts counts = tap.counts();
            assertThat(counts.dropped()).isPositive();
            assertThat(counts.queued()).isPositive();
            assertThat(counts.queued() + counts.dropped()).isEqualTo(FLOOD);
            long read = 0;
            while (tap.next().isPresent()) {
                read++;
            }
            assertThat(read).isEqualTo(counts.queued());
            assertThat(tap.counts()).as("counts go on from before").isEqualTo(counts);
        }
    }

    /** A socket that is made for all packets, and told only then which, hears others in between. */
    @Test
    void nothingComesByTheFilterWhileATapIsOpened(TestNamespaces namespaces) throws Exception {
        Pair pair = Pair.create(namespaces);
        pair.talkUdp("10.1.0.1", 9000);
        AtomicBoolean enough = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        try (DatagramSocket receiver =
                        pair.server().call(() -> new DatagramSocket(9000, InetAddress.getByName("10.1.0.1")));
                DatagramSocket sender = pair.client().call(() -> new DatagramSocket())) {
            assertThat(receiver.isBound()).isTrue();
            DatagramPacket packet = new DatagramPacket(new byte[10], 10, InetAddress.getByName("10.1.0.1"), 9000);
            Thread flood = Thread.ofPlatform().start(() -> {
                while (!enough.get()) {
                    try {
                        sender.send(packet);
                        sent.incrementAndGet();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            try {
                for (int i = 0; i < 60; i++) {
                    long before = sent.get();
                    try (Tap tap = Tap.open(pair.atClient(), udp("10.1.0.1", 9001))) {
                        Poll.until(PATIENCE, () -> sent.get() > before + 3, () -> "no traffic");
                        assertThat(tap.next()).isEmpty();
                        assertThat(tap.counts()).isEqualTo(new TapCounts(0, 0, 0, false));
                    }
                }
            } finally {
                enough.set(true);
                flood.join();
            }
        }
    }

    /** Taps are read one after the other: with times of the reading all packets of one would be before those of the next. */
    @Test
    void packetsOfTheFirstMomentAreInOrder(TestNamespaces namespaces) throws IOException {
        Pair pair = Pair.create(namespaces);
        pair.talkUdp("10.1.0.1", 9000);
        for (int i = 0; i < 10; i++) {
            try (Taps taps = Taps.open(List.of(pair.atServer(), pair.atClient()), udp("10.1.0.1", 9000))) {
                pair.talkUdp("10.1.0.1", 9000);
                List<Sighting> seen = new ArrayList<>();
                Poll.until(
                        PATIENCE,
                        () -> {
                            seen.addAll(taps.await(Duration.ofMillis(20)));
                            return seen.size() == 4;
                        },
                        () -> "seen " + seen);
                assertThat(seen.stream().map(s -> s.point().label()))
                        .containsExactly("client eth0", "server eth0", "server eth0", "client eth0");
            }
        }
    }

    @Test
    void packetsOfOtherDevicesAreNotSeen(TestNamespaces namespaces) throws IOException {
        Pair pair = Pair.create(namespaces);
        TapPoint loopback = new TapPoint(pair.server(), "lo", "server lo");
        try (Taps taps = Taps.open(List.of(pair.atServer(), loopback), udp("10.1.0.1", 9000))) {
            InetAddress own = InetAddress.getByName("10.1.0.1");
            try (DatagramSocket socket = pair.server().call(() -> new DatagramSocket(9000, own))) {
                socket.send(new DatagramPacket(new byte[3], 3, own, 9000));
                List<Sighting> seen = new ArrayList<>();
                Poll.until(
                        PATIENCE,
                        () -> {
                            seen.addAll(taps.await(Duration.ofMillis(20)));
                            return seen.size() >= 2;
                        },
                        () -> "seen " + seen);
                assertThat(seen).extracting(Sighting::point).containsOnly(loopback);
                assertThat(seen).extracting(Sighting::type).containsExactly(PacketType.OUTGOING, PacketType.HOST);
                assertThat(taps.counts()).extracting(TapCounts::queued).containsExactly(0L, 2L);
            }
        }
    }

    @Test
    void theLargestFilterIsTakenAndSeesTheLastOfItsAddresses(TestNamespaces namespaces) throws IOException {
        Pair pair = Pair.create(namespaces);
        Random random = new Random(7);
        List<Ip> strangers = new ArrayList<>();
        for (int i = 0; i < TapFilter.MOST; i++) {
            strangers.add(Ip.of(ByteBuffer.allocate(16)
                    .putLong(random.nextLong())
                    .putLong(random.nextLong())
                    .array()));
        }
        List<Ip> withServer = new ArrayList<>(strangers.subList(1, TapFilter.MOST));
        withServer.add(Ip.of("fd01::1"));
        List<Integer> ports =
                IntStream.range(0, TapFilter.MOST).mapToObj(i -> 9000 + i).toList();
        TapFilter right = new TapFilter(Protocol.UDP, withServer, ports);
        assertThat(right.program().instructions()).hasSizeGreaterThan(1000);
        try (Tap seeing = Tap.open(pair.atClient(), right);
                Tap blind = Tap.open(pair.atClient(), new TapFilter(Protocol.UDP, strangers, ports))) {
            pair.talkUdp("fd01::1", 9063);
            pair.talkUdp("fd01::1", 9064);
            pair.talkUdp("fd01::3", 9063);
            assertThat(seeing.counts().queued()).isEqualTo(2);
            assertThat(blind.counts().queued()).isZero();
        }
    }

    @Test
    void nothingIsLeftAfterTheClose(TestNamespaces namespaces) {
        Pair pair = Pair.create(namespaces);
        assertThat(packetSockets(pair.client())).hasSize(1);
        try (Taps taps = Taps.open(List.of(pair.atClient(), pair.atServer()), udp("10.1.0.1", 9000))) {
            assertThat(packetSockets(pair.client())).hasSize(2);
            assertThat(packetSockets(pair.server())).hasSize(2);
            assertThat(taps.await(Duration.ofMillis(1))).isEmpty();
        }
        assertThat(packetSockets(pair.client())).hasSize(1);
        assertThat(packetSockets(pair.server())).hasSize(1);
    }

    @Test
    void oneThatCannotBeOpenedClosesTheOthers(TestNamespaces namespaces) {
        Pair pair = Pair.create(namespaces);
        TapPoint nowhere = new TapPoint(pair.server(), "eth7", "server eth7");
        assertThatThrownBy(() -> Taps.open(List.of(pair.atClient(), nowhere), udp("10.1.0.1", 9000)))
                .isInstanceOfSatisfying(
                        SyscallException.class, e -> assertThat(e.isNotFound()).isTrue())
                .hasMessageContaining("could not open a tap on eth7");
        assertThat(packetSockets(pair.client())).hasSize(1);
    }

    @Test
    void aDeviceThatGoesAwayEndsNothing(TestNamespaces namespaces) throws IOException {
        Pair pair = Pair.create(namespaces);
        try (Taps taps = Taps.open(List.of(pair.atClient(), pair.atServer()), udp("10.1.0.1", 9000))) {
            pair.talkUdp("10.1.0.1", 9000);
            Oracle.in(pair.server()).run("ip", "link", "delete", "eth0");
            List<Sighting> seen = new ArrayList<>();
            Poll.until(
                    PATIENCE,
                    () -> {
                        seen.addAll(taps.await(Duration.ofMillis(20)));
                        return seen.size() == 4;
                    },
                    () -> "seen " + seen);
            assertThat(taps.await(Duration.ofMillis(1))).isEmpty();
            assertThat(taps.counts()).allMatch(TapCounts::wentDown);
        }
    }

    @Test
    void aDeviceWithoutEthernetIsRefused(TestNamespaces namespaces) {
        Netns namespace = namespaces.create();
        Oracle.Outcome made = Oracle.in(namespace).attempt("ip", "tuntap", "add", "raw0", "mode", "tun");
        Assumptions.assumeTrue(made.exitCode() == 0, "this kernel has no such links: " + made.errors());
        TapPoint point = new TapPoint(namespace, "raw0", "raw");
        assertThatThrownBy(() -> Tap.open(point, udp("10.1.0.1", 9000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no Ethernet header")
                .hasMessageContaining("choose a device");
    }
}
