package dev.fairlead.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Neighbours and forwarding entries, judged by {@code ip neighbour} and {@code bridge fdb}.
 *
 * <pre>
 *   node: br0 192.0.2.1 ── veth0 ═══ eth0 192.0.2.2 :pod
 *         vx7 (a VXLAN device)
 * </pre>
 */
@RealKernel
class NeighboursTest {
    private static final Mac POD = Mac.of("0a:58:c0:00:02:02");
    private static final Mac OTHER = Mac.of("0a:58:00:00:00:09");

    private record Cluster(Netns node, Netns pod, Rtnetlink near, Rtnetlink far, int bridge, int port, int tunnel)
            implements AutoCloseable {
        static Cluster make(TestNamespaces namespaces) {
            Netns node = namespaces.create();
            Netns pod = namespaces.create();
            Rtnetlink near = Rtnetlink.open(node);
            Rtnetlink far = Rtnetlink.open(pod);
            near.links().create(LinkKind.Bridge.plain(), LinkSetting.name("br0"), LinkSetting.up());
            int bridge = near.links().require("br0").index();
            near.addresses().add(bridge, Prefix.of("192.0.2.1/24"));
            near.links()
                    .createVeth(
                            List.of(LinkSetting.name("veth0"), LinkSetting.master(bridge), LinkSetting.up()),
                            List.of(LinkSetting.name("eth0"), LinkSetting.mac(POD), LinkSetting.namespace(pod)));
            int eth = far.links().require("eth0").index();
            far.links().set(eth, LinkSetting.up());
            far.addresses().add(eth, Prefix.of("192.0.2.2/24"));
            near.links()
                    .create(
                            LinkKind.Vxlan.of(7).withLocal(Ip.of("192.0.2.1")),
                            LinkSetting.name("vx7"),
                            LinkSetting.up());
            return new Cluster(
                    node,
                    pod,
                    near,
                    far,
                    bridge,
                    near.links().require("veth0").index(),
                    near.links().require("vx7").index());
        }

        List<String> lines(String... command) {
            return Oracle.in(node).lines(command);
        }

        @Override
        public void close() {
            near.close();
            far.close();
        }
    }

    @Test
    void neighboursPrintAsIpPrintsThem(TestNamespaces namespaces) {
        try (Cluster cluster = Cluster.make(namespaces)) {
            Neighbours neighbours = cluster.near.neighbours();
            neighbours.add(Neighbour.permanent(Ip.of("192.0.2.7"), cluster.bridge, OTHER));
            neighbours.add(Neighbour.permanent(Ip.of("fd00::7"), cluster.bridge, OTHER));
            neighbours.add(Neighbour.permanent(Ip.of("192.0.2.8"), cluster.bridge, OTHER)
                    .withState(NeighbourState.NOARP));
            DeviceNames names = cluster.near.links().names();
            for (String option : List.of("-4", "-6")) {
                Family family = option.equals("-4") ? Family.IPV4 : Family.IPV6;
                List<String> seen = Poll.untilEqual( // the kernel adds multicast neighbours of its own at any time
                        Duration.ofSeconds(5),
                        () -> neighbours.list(family, 0).stream()
                                .map(neighbour -> neighbour.text(names))
                                .sorted()
                                .toList(),
                        () -> cluster.lines("ip", option, "neighbour", "show", "nud", "all").stream()
                                .sorted()
                                .toList());
                assertThat(seen).isNotEmpty();
            }
            assertThat(neighbours.list(Family.IPV4, cluster.tunnel)).isEmpty();
        }
    }

    @Test
    void aNeighbourIsReplacedAndDeleted(TestNamespaces namespaces) {
        try (Cluster cluster = Cluster.make(namespaces)) {
            Neighbours neighbours = cluster.near.neighbours();
            Neighbour first = Neighbour.permanent(Ip.of("192.0.2.7"), cluster.bridge, OTHER);
            neighbours.add(first);
            assertThatThrownBy(() -> neighbours.add(first))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.isAlreadyThere()).isTrue());
            neighbours.replace(Neighbour.permanent(Ip.of("192.0.2.7"), cluster.bridge, POD));
            assertThat(cluster.lines("ip", "neighbour", "show"))
                    .containsExactly("192.0.2.7 dev br0 lladdr " + POD + " PERMANENT");
            neighbours.delete(first);
            assertThat(cluster.lines("ip", "neighbour", "show", "nud", "permanent"))
                    .isEmpty();
            assertThatThrownBy(() -> neighbours.delete(Neighbour.permanent(Ip.of("192.0.2.99"), cluster.bridge, POD)))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.isNotFound()).isTrue());
        }
    }

    @Test
    void forwardingEntriesPrintAsBridgePrintsThem(TestNamespaces namespaces) {
        try (Cluster cluster = Cluster.make(namespaces)) {
            Neighbours fdb = cluster.near.neighbours();
            fdb.add(FdbEntry.onPort(OTHER, cluster.port));
            fdb.append(FdbEntry.throughTunnel(FdbEntry.ANY_OTHER, cluster.tunnel, Ip.of("192.0.2.3")));
            fdb.append(FdbEntry.throughTunnel(FdbEntry.ANY_OTHER, cluster.tunnel, Ip.of("192.0.2.4")));
            fdb.add(FdbEntry.throughTunnel(OTHER, cluster.tunnel, Ip.of("192.0.2.3")));
            cluster.far.neighbours().listFdb(); // needs no bridge to answer
            ping(cluster.pod);

            DeviceNames names = cluster.near.links().names();
            Poll.until(
                    Duration.ofSeconds(5),
                    () -> fdb.listFdb(cluster.bridge).stream()
                            .anyMatch(entry -> entry.mac().equals(POD) && entry.isLearned()),
                    () -> fdb.listFdb().toString());
            List<String> seen = Poll.untilEqual(
                    Duration.ofSeconds(5),
                    () -> fdb.listFdb().stream()
                            .map(entry -> entry.text(names))
                            .sorted()
                            .toList(),
                    () -> cluster.lines("bridge", "fdb", "show").stream()
                            .sorted()
                            .toList());
            assertThat(seen).contains(POD + " dev veth0 master br0", OTHER + " dev veth0 master br0 static");
            var _ = Poll.untilEqual(
                    Duration.ofSeconds(5),
                    () -> fdb.listFdb(cluster.bridge).stream()
                            .map(entry -> entry.text(names))
                            .sorted()
                            .toList(),
                    () -> cluster.lines("bridge", "fdb", "show", "br", "br0").stream()
                            .sorted()
                            .toList());
        }
    }

    @Test
    void aForwardingEntryIsReplacedAndDeletedAsItWasRead(TestNamespaces namespaces) {
        try (Cluster cluster = Cluster.make(namespaces)) {
            Neighbours fdb = cluster.near.neighbours();
            fdb.add(FdbEntry.throughTunnel(OTHER, cluster.tunnel, Ip.of("192.0.2.3")));
            fdb.replace(FdbEntry.throughTunnel(OTHER, cluster.tunnel, Ip.of("192.0.2.4")));
            fdb.add(FdbEntry.onPort(OTHER, cluster.port));
            List<FdbEntry> read = fdb.listFdb().stream()
                    .filter(entry -> entry.mac().equals(OTHER))
                    .toList();
            assertThat(read)
                    .extracting(entry -> entry.destination().toString())
                    .containsExactlyInAnyOrder("192.0.2.4", "0.0.0.0");
            read.forEach(fdb::delete);
            assertThat(cluster.lines("bridge", "fdb", "show")).noneMatch(line -> line.contains(OTHER.toString()));
            assertThatThrownBy(() -> fdb.delete(FdbEntry.onPort(OTHER, cluster.port)))
                    .isInstanceOfSatisfying(
                            NetlinkException.class,
                            e -> assertThat(e.isNotFound()).isTrue());
        }
    }

    /** Makes the pod send a frame, so that the bridge learns its address. */
    private static void ping(Netns pod) {
        pod.run(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.send(
                        new DatagramPacket(new byte[1], 1, Ip.of("192.0.2.1").toInetAddress(), 9));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }
}
