package dev.fairlead.kernel.conntrack;

import static dev.fairlead.kernel.nftables.Fields.*;
import static dev.fairlead.kernel.nftables.Nats.dnat;
import static dev.fairlead.kernel.nftables.Statement.accept;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.nftables.Chain;
import dev.fairlead.kernel.nftables.Hook;
import dev.fairlead.kernel.nftables.Hook.Point;
import dev.fairlead.kernel.nftables.Inside;
import dev.fairlead.kernel.nftables.Nftables;
import dev.fairlead.kernel.nftables.Table;
import dev.fairlead.kernel.nftables.TableFamily;
import dev.fairlead.kernel.nftables.Transaction;
import dev.fairlead.kernel.nftables.TwoNamespaces;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flows of real connections, judged by the conntrack tool; see {@link TwoNamespaces} for the wiring. */
class ConntrackIT {
    private static final Table TABLE = Table.of(TableFamily.INET, "fairlead");
    private static final Chain NAT = TABLE.chain("nat-prerouting", Hook.nat(Point.PREROUTING, Hook.DSTNAT));
    private static final Chain NEW = TABLE.chain("filter-input", Hook.filter(Point.INPUT, Hook.FILTER));
    private static final Ip SERVICE = Ip.of("10.96.0.1");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private TwoNamespaces net;
    private Conntrack conntrack;

    @BeforeEach
    void open() {
        net = TwoNamespaces.create("ip", "nft", "conntrack");
        conntrack = Conntrack.open(net.node.namespace());
        try (Nftables nftables = Nftables.open(net.node.namespace())) {
            nftables.commit(new Transaction()
                    .add(TABLE)
                    .add(NAT)
                    .add(NEW)
                    .add(NAT.rule(IP_DADDR.is(SERVICE), TCP_DPORT.is(80), dnat(Ip.of("10.1.0.11"), 8080)))
                    .add(NAT.rule(IP_DADDR.is(SERVICE), UDP_DPORT.is(53), dnat(Ip.of("10.1.0.12"), 5353)))
                    .add(NEW.rule(CT_STATE.is("new"), accept())));
        }
    }

    @AfterEach
    void close() {
        conntrack.close();
        net.close();
        Inside.assertNothingLeft();
    }

    @Test
    void listsWhatTheToolLists() throws IOException {
        net.serve("10.1.0.11", 8080);
        net.serve("fd01::1", 81);
        Socket connection = net.connect("10.96.0.1", 80);
        assertThat(TwoNamespaces.answer(connection)).isEqualTo("10.1.0.11");
        net.connect("fd01::1", 81);
        send("10.96.0.1", 53);
        assertThat(reaches("10.1.0.1")).isTrue();
        awaitFlows(FlowFilter.ALL.protocol(Protocol.UDP), 1);

        Flow flow = conntrack
                .find(Tuple.of(Protocol.TCP, Ip.of("10.1.0.2"), connection.getLocalPort(), SERVICE, 80))
                .orElseThrow();
        assertThat(flow.reply())
                .isEqualTo(
                        Tuple.of(Protocol.TCP, Ip.of("10.1.0.11"), 8080, Ip.of("10.1.0.2"), connection.getLocalPort()));
        assertThat(flow.state()).isEqualTo("ESTABLISHED");
        assertThat(flow.isDestinationTranslated()).isTrue();
        assertThat(flow.status().isAssured()).isTrue();

        List<String> ours = new ArrayList<>();
        for (Flow each : conntrack.list()) {
            ours.add(withoutTime(each.extendedText()));
        }
        assertThat(ours).containsExactlyInAnyOrder(tool()).hasSizeGreaterThanOrEqualTo(4);
        assertThat(conntrack.count()).isEqualTo(ours.size());
        assertThat(conntrack.list(FlowFilter.ALL.family(Family.IPV6)))
                .isNotEmpty()
                .allMatch(each -> each.family() == Family.IPV6);
    }

    private String[] tool() {
        return net.node
                .run("sh", "-c", "conntrack -L -o extended 2> /dev/null")
                .lines()
                .map(ConntrackIT::withoutTime)
                .toArray(String[]::new);
    }

    /** Seconds pass between two looks. */
    private static String withoutTime(String line) {
        return line.strip().replaceFirst("^(\\S+ +\\d+ \\S+ +\\d+) \\d+ ", "$1 … ");
    }

    @Test
    void forgetsOneFlowAndOnlyThat() throws IOException {
        net.serve("10.1.0.11", 8080);
        TwoNamespaces.answer(net.connect("10.96.0.1", 80)); // what is said after a deletion would be a flow again
        TwoNamespaces.answer(net.connect("10.96.0.1", 80));
        List<Flow> flows = conntrack.list(FlowFilter.ALL.protocol(Protocol.TCP));
        assertThat(flows).hasSize(2);

        assertThat(conntrack.delete(flows.getFirst())).isTrue();
        assertThat(conntrack.delete(flows.getFirst())).isFalse();
        assertThat(conntrack.list(FlowFilter.ALL.protocol(Protocol.TCP)))
                .extracting(Flow::id)
                .containsExactly(flows.getLast().id());
        assertThat(tool()).filteredOn(line -> line.contains(" tcp ")).hasSize(1);
    }

    @Test
    void forgetsUdpFlowsWhoseEndpointIsGone() throws IOException {
        send("10.96.0.1", 53);
        send("10.96.0.1", 53);
        send("10.1.0.1", 53); // to the node itself, on the same port
        awaitFlows(FlowFilter.ALL.protocol(Protocol.UDP), 3);
        FlowFilter toService =
                FlowFilter.ALL.protocol(Protocol.UDP).destination(SERVICE).destinationPort(53);
        assertThat(conntrack.list(toService)).hasSize(2).allMatch(Flow::isDestinationTranslated);

        assertThat(conntrack.delete(toService, flow -> !flow.reply().source().equals(Ip.of("10.1.0.12"))))
                .isZero();
        assertThat(conntrack.delete(toService, flow -> flow.reply().source().equals(Ip.of("10.1.0.12"))))
                .isEqualTo(2);
        assertThat(tool())
                .filteredOn(line -> line.contains(" udp ") && line.contains("dport=53 "))
                .hasSize(1)
                .allMatch(line -> line.contains("dst=10.1.0.1 "));
    }

    /** The kernel itself passes over what isn't asked for: what arrives is counted by the explain mode. */
    @Test
    void letsTheKernelLookThroughTheFlows() throws IOException {
        for (int port = 1; port <= 50; port++) {
            send("10.1.0.1", 1000 + port);
        }
        awaitFlows(FlowFilter.ALL.protocol(Protocol.UDP), 50);
        assertThat(sent(FlowFilter.ALL)).isGreaterThanOrEqualTo(50);
        assertThat(sent(FlowFilter.ALL
                        .protocol(Protocol.UDP)
                        .destination(Ip.of("10.1.0.1"))
                        .destinationPort(1007)))
                .isEqualTo(1);
        assertThat(sent(FlowFilter.ALL.mark(1, 0xff))).isZero();
        assertThat(sent(FlowFilter.ALL.source(Ip.of("fd00::1234")))).isZero();
    }

    /** What was sent arrives a little later: first the neighbour has to be found. */
    private void awaitFlows(FlowFilter filter, int count) {
        Instant deadline = Instant.now().plus(PATIENCE);
        List<Flow> flows = conntrack.list(filter);
        while (flows.size() < count) {
            assertThat(Instant.now()).as("only %s", flows).isBefore(deadline);
            Thread.onSpinWait();
            flows = conntrack.list(filter);
        }
    }

    private int sent(FlowFilter filter) {
        AtomicInteger messages = new AtomicInteger();
        NetlinkSocket.explainTo(text -> messages.addAndGet(text.startsWith("← IPCTNL_MSG_CT_NEW") ? 1 : 0));
        try {
            conntrack.list(filter);
        } finally {
            NetlinkSocket.explainNothing();
        }
        return messages.get();
    }

    @Test
    void hearsOfFlowsThatBeginChangeAndEnd() throws IOException {
        try (FlowEvents events = Conntrack.listen(net.node.namespace())) {
            net.serve("10.1.0.11", 8080);
            Socket connection = net.connect("10.96.0.1", 80);
            Predicate<Flow> mine = flow -> flow.original().sourcePort() == connection.getLocalPort();
            await(events, event -> event instanceof FlowEvent.Begun(Flow flow) && mine.test(flow));
            await(
                    events,
                    event -> event instanceof FlowEvent.Changed(Flow flow)
                            && mine.test(flow)
                            && flow.state().equals("ESTABLISHED"));
            conntrack.delete(FlowFilter.ALL.protocol(Protocol.TCP));
            await(events, event -> event instanceof FlowEvent.Ended(Flow flow) && mine.test(flow));
        }
    }

    @Test
    void saysWhenEventsWereLost() throws IOException {
        try (FlowEvents events = Conntrack.listen(net.node.namespace());
                DatagramSocket socket = net.client.namespace().call(() -> new DatagramSocket())) {
            send("10.1.0.1", 53);
            awaitFlows(FlowFilter.ALL.protocol(Protocol.UDP), 1); // until the neighbour is found, little goes through
            // Nobody reads while far more flows begin than the socket's buffer holds events of.
            for (int i = 0; i < 60_000; i++) {
                InetAddress to = InetAddress.getByName("10.1.0." + (11 + i % 3));
                socket.send(new DatagramPacket(new byte[] {1}, 1, to, 1 + i / 3));
            }
            await(events, event -> event instanceof FlowEvent.Lost);
        }
    }

    private static void await(FlowEvents events, Predicate<FlowEvent> wanted) {
        Instant deadline = Instant.now().plus(PATIENCE);
        List<FlowEvent> seen = new ArrayList<>();
        while (Instant.now().isBefore(deadline)) {
            for (FlowEvent event : events.await(Duration.ofMillis(200))) {
                seen.add(event);
                if (wanted.test(event)) {
                    return;
                }
            }
        }
        throw new AssertionError("not heard in " + PATIENCE + "; but: " + seen);
    }

    private void send(String address, int port) throws IOException {
        DatagramSocket socket = net.client.namespace().call(() -> new DatagramSocket());
        net.closeLater(socket);
        socket.send(new DatagramPacket(new byte[] {1}, 1, InetAddress.getByName(address), port));
    }

    private boolean reaches(String address) {
        return net.client.namespace().call(() -> InetAddress.getByName(address).isReachable(5000));
    }
}
