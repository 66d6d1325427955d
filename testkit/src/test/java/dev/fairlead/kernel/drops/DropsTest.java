package dev.fairlead.kernel.drops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.Sysctl;
import dev.fairlead.kernel.tap.SeenPacket;
import dev.fairlead.kernel.tap.TapFilter;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Packets that a kernel drops, for a reason that is arranged; its own tracing and its counters say what is true.
 *
 * <pre>
 *   client                            router
 *   eth0 10.1.0.2/24 ═════ veth ═════ eth0 10.1.0.1/24     eth1 10.3.0.1/24, where nobody answers
 *        fd01::2/64                        fd01::1/64
 *   lo   10.7.0.1/32, which the router has no way to
 *   default via 10.1.0.1, fd01::1     forwards
 * </pre>
 */
@RealKernel
class DropsTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int FROM = 40_000;
    private static final int TO = 4567;
    private static final byte[] HELLO = "hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private Netns client;
    private Netns router;

    /** Skips the running test, with the reason, where drops can't be heard of. */
    static void assumeOffered() {
        Drops.refusal().ifPresent(why -> {
            System.out.println("SKIPPED: " + why);
            Assumptions.abort("SKIPPED: " + why);
        });
    }

    @BeforeEach
    void connected(TestNamespaces namespaces) {
        assumeOffered();
        client = namespaces.create();
        router = namespaces.create();
        sh(
                router,
                "ip link set lo up; ip link add eth0 type veth peer name eth0 netns "
                        + "/proc/" + ProcessHandle.current().pid() + "/fd/"
                        + client.fd().number()
                        + "; ip link set eth0 up; ip addr add 10.1.0.1/24 dev eth0; ip addr add fd01::1/64 dev eth0 nodad;"
                        + " ip link add eth1 type veth peer name eth2; ip link set eth1 up; ip link set eth2 up;"
                        + " ip addr add 10.3.0.1/24 dev eth1");
        sh(
                client,
                "ip link set lo up; ip link set eth0 up; ip addr add 10.1.0.2/24 dev eth0;"
                        + " ip addr add fd01::2/64 dev eth0 nodad; ip addr add 10.7.0.1/32 dev lo;"
                        + " ip route add default via 10.1.0.1; ip route add default via fd01::1");
        Sysctl.in(router).write(Sysctl.IPV4_FORWARD, 1);
        Sysctl.in(router).write("net/ipv4/conf/all/rp_filter", 0);
        Sysctl.in(router).write("net/ipv4/conf/eth0/rp_filter", 0);
    }

    private static void sh(Netns place, String script) {
        String unused = Oracle.in(place).run("sh", "-e", "-c", script);
    }

    private static Flow flow(Protocol protocol, String from, String to) {
        return new Flow(protocol, new IpPort(Ip.of(from), FROM), new IpPort(Ip.of(to), TO));
    }

    private Drops listen(Flow flow) {
        return Drops.open(new DropFilter(
                List.of(client.inode(), router.inode()),
                new TapFilter(flow.protocol(), List.of(flow.source().ip()), List.of(FROM))));
    }

    private static void send(Netns from, Flow flow, int times) {
        boolean unused = from.call(() -> {
            try (DatagramSocket socket = new DatagramSocket(null)) {
                socket.bind(address(flow.source()));
                for (int i = 0; i < times; i++) {
                    socket.send(new DatagramPacket(HELLO, HELLO.length, address(flow.destination())));
                }
            }
            return true;
        });
    }

    private static InetSocketAddress address(IpPort at) throws IOException {
        return new InetSocketAddress(InetAddress.getByAddress(at.ip().bytes()), at.port());
    }

    private static Drop await(Drops drops) {
        List<Drop> told = new ArrayList<>();
        Poll.until(SOON, () -> told.addAll(drops.read()), () -> "nothing was told");
        assertThat(told).hasSize(1);
        return told.getFirst();
    }

    /** Sends one datagram to the router, which drops it; the kernel's own tracing has that drop at that time, and in that function. */
    private Drop dropped(Flow flow) throws IOException {
        try (TracedDrops traced = TracedDrops.start();
                Drops drops = listen(flow)) {
            send(client, flow, 1);
            Drop drop = await(drops);
            long sinceBoot = sinceBoot();
            assertThat(drop.namespace()).isEqualTo(router.inode());
            assertThat(traced.lines())
                    .as("%s in %s", drop.reason(), drop.function())
                    .anySatisfy(line -> {
                        assertThat(line.reason()).isEqualTo(drop.reason());
                        assertThat(line.function()).isEqualTo(drop.function());
                        assertThat(line.monotonicNanos() + sinceBoot - drop.nanos())
                                .isBetween(-20_000_000L, 20_000_000L);
                    });
            assertThat(drop.packet()).isInstanceOfSatisfying(SeenPacket.Udp.class, udp -> {
                assertThat(udp.flow()).isEqualTo(flow);
                assertThat(udp.payload()).isEqualTo(HELLO.length);
            });
            assertThat(drops.read()).isEmpty();
            return drop;
        }
    }

    /** Java's nanoTime is CLOCK_MONOTONIC on Linux; of several readings the closest pair. */
    private static long sinceBoot() {
        long best = Long.MAX_VALUE;
        long offset = 0;
        for (int i = 0; i < 20; i++) {
            long before = System.nanoTime();
            Instant now = Instant.now();
            long took = System.nanoTime() - before;
            if (took < best) {
                best = took;
                offset = now.getEpochSecond() * 1_000_000_000 + now.getNano() - before;
            }
        }
        return offset;
    }

    @Test
    void noRoute() throws IOException {
        assertThat(dropped(flow(Protocol.UDP, "10.1.0.2", "10.9.9.9")).reason()).isEqualTo("IP_INNOROUTES");
    }

    /** A route that says no is not the same as none: which reason that is, the kernel's tracing tells. */
    @Test
    void blackhole() throws IOException {
        sh(router, "ip route add blackhole 10.9.0.0/16");
        assertThat(dropped(flow(Protocol.UDP, "10.1.0.2", "10.9.9.9")).reason()).isNotEmpty();
    }

    @Test
    void reversePath() throws IOException {
        // Who has the router's address is asked before: such a question from there would be dropped too.
        String unused = Oracle.in(client).run("ping", "-c", "1", "-W", "20", "10.1.0.1");
        Sysctl.in(router).write("net/ipv4/conf/eth0/rp_filter", 1);
        assertThat(dropped(flow(Protocol.UDP, "10.7.0.1", "10.1.0.1")).reason()).isEqualTo("IP_RPFILTER");
    }

    @Test
    void neighbourThatNobodyAnswersFor() throws IOException {
        Sysctl.in(router).write("net/ipv4/neigh/eth1/mcast_solicit", 1);
        Sysctl.in(router).write("net/ipv4/neigh/eth1/retrans_time_ms", 50);
        assertThat(dropped(flow(Protocol.UDP, "10.1.0.2", "10.3.0.9")).reason()).isEqualTo("NEIGH_FAILED");
    }

    @Test
    void nobodyHasThePort() throws IOException {
        assertThat(dropped(flow(Protocol.UDP, "10.1.0.2", "10.1.0.1")).reason()).isEqualTo("NO_SOCKET");
        assertThat(dropped(flow(Protocol.UDP, "fd01::2", "fd01::1")).reason()).isEqualTo("NO_SOCKET");
    }

    @Test
    void tooBig() throws IOException {
        sh(router, "ip link set eth1 mtu 68");
        // Linux sends datagrams so that no router may cut them.
        byte[] much = new byte[500];
        Flow flow = flow(Protocol.UDP, "10.1.0.2", "10.3.0.9");
        try (Drops drops = listen(flow)) {
            boolean unused = client.call(() -> {
                try (DatagramSocket socket = new DatagramSocket(null)) {
                    socket.bind(address(flow.source()));
                    socket.send(new DatagramPacket(much, much.length, address(flow.destination())));
                }
                return true;
            });
            Drop drop = await(drops);
            assertThat(drop.reason()).isEqualTo("PKT_TOO_BIG");
            assertThat(drop.packet().ip().length()).isEqualTo(528);
        }
    }

    /** A refused connection: the first packet is dropped at its end, and what is told of it can be told from later ones. */
    @Test
    void tcp() throws IOException {
        for (String end : List.of("10.1.0.1", "fd01::1")) {
            Flow flow = flow(Protocol.TCP, end.contains(":") ? "fd01::2" : "10.1.0.2", end);
            try (Drops drops = listen(flow)) {
                String refused = client.call(() -> {
                    try (Socket socket = new Socket()) {
                        socket.bind(address(flow.source()));
                        socket.connect(address(flow.destination()), (int) SOON.toMillis());
                        return "";
                    } catch (java.net.ConnectException e) {
                        return "refused";
                    }
                });
                assertThat(refused).isEqualTo("refused");
                List<Drop> told = new ArrayList<>();
                Poll.until(
                        SOON,
                        () -> {
                            told.addAll(drops.read());
                            return told.stream().anyMatch(drop -> drop.reason().equals("NO_SOCKET"));
                        },
                        told::toString);
                assertThat(told).anySatisfy(drop -> {
                    assertThat(drop.reason()).isEqualTo("NO_SOCKET");
                    assertThat(drop.packet()).isInstanceOfSatisfying(SeenPacket.Tcp.class, tcp -> {
                        assertThat(tcp.flow()).isEqualTo(flow);
                        assertThat(tcp.flags()).hasToString("S");
                    });
                });
            }
        }
    }

    /** Other ports, addresses, protocols and namespaces: the kernel doesn't even tell us. */
    @Test
    void strangersAreNotTold(TestNamespaces namespaces) throws IOException {
        Netns elsewhere = namespaces.create();
        sh(elsewhere, "ip link set lo up; ip addr add 10.1.0.2/32 dev lo");
        try (Drops drops = listen(flow(Protocol.UDP, "10.1.0.2", "10.1.0.1"))) {
            send(client, new Flow(Protocol.UDP, IpPort.of("10.1.0.2:40001"), IpPort.of("10.1.0.1:4567")), 3);
            send(client, flow(Protocol.UDP, "10.7.0.1", "10.9.9.9"), 3);
            send(elsewhere, flow(Protocol.UDP, "10.1.0.2", "10.1.0.2"), 3);
            send(client, flow(Protocol.UDP, "10.1.0.2", "10.1.0.1"), 1);
            assertThat(await(drops).packet().about()).hasValue(flow(Protocol.UDP, "10.1.0.2", "10.1.0.1"));
            assertThat(drops.read()).isEmpty();
        }
    }

    /** More than there is room for, while nobody reads: what is told and what is counted as lost is all, by the kernel's own count. */
    @Test
    void whatFindsNoRoomIsCounted() {
        int many = 4000;
        try (Drops drops = listen(flow(Protocol.UDP, "10.1.0.2", "10.1.0.1"))) {
            send(client, flow(Protocol.UDP, "10.1.0.2", "10.1.0.1"), many);
            Poll.until(SOON, () -> noPorts() == many, () -> noPorts() + " of " + many);
            int told = drops.read().size();
            assertThat(told).isBetween(1000, many - 1);
            assertThat(drops.lost()).isGreaterThanOrEqualTo(many - told);
            long before = drops.lost();
            send(client, flow(Protocol.UDP, "10.1.0.2", "10.1.0.1"), 1);
            Drop next = await(drops);
            assertThat(next.reason()).as("there is room again").isEqualTo("NO_SOCKET");
            assertThat(drops.lost()).isGreaterThanOrEqualTo(before);
        }
    }

    /** Datagrams that came to a port that nobody has. */
    private long noPorts() {
        List<String> udp = Oracle.in(router).lines("cat", "/proc/net/snmp").stream()
                .filter(line -> line.startsWith("Udp: "))
                .toList();
        int column = List.of(udp.getFirst().split(" ")).indexOf("NoPorts");
        return Long.parseLong(udp.get(1).split(" ")[column]);
    }
}
