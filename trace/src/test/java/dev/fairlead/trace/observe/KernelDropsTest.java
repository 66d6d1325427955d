package dev.fairlead.trace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.drops.DropKit;
import dev.fairlead.kernel.drops.DropSource;
import dev.fairlead.kernel.drops.Drops;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.netns.Sysctl;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import dev.fairlead.trace.Event;
import dev.fairlead.trace.Hop;
import dev.fairlead.trace.Place;
import dev.fairlead.trace.Scene;
import dev.fairlead.trace.observe.Spot.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Traces of packets that a real kernel drops, for reasons that are arranged: the hop where the packet ended names the kernel's. Which
 * name is right was held against the kernel's own tracing by {@code DropsTest}.
 *
 * <pre>
 *   client: eth0 10.244.1.8 ── veth-c 10.244.1.1 :node-1: 10.244.2.1 veth-b ── 10.244.2.7 eth0: b
 *           lo   10.7.0.1, which node-1 has no way to
 * </pre>
 */
@RealKernel
class KernelDropsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final String CLIENT = "10.244.1.8";
    private static final Place FROM =
            new Place("node-1", "default/client", List.of(Ip.of(CLIENT), Ip.of("10.7.0.1")), "eth0", "veth-c");
    private static final Place TO = new Place("node-1", "default/b", List.of(Ip.of("10.244.2.7")), "eth0", "veth-b");

    private Netns node;
    private Netns client;
    private Netns b;

    @BeforeEach
    void connected(TestNamespaces namespaces) {
        Drops.refusal().ifPresent(why -> {
            System.out.println("SKIPPED: " + why);
            Assumptions.abort("SKIPPED: " + why);
        });
        node = namespaces.create();
        client = namespaces.create();
        b = namespaces.create();
        sh(node, "ip link set lo up");
        pod(client, "veth-c", "10.244.1.1/24", CLIENT + "/24", "10.244.1.1");
        pod(b, "veth-b", "10.244.2.1/24", "10.244.2.7/24", "10.244.2.1");
        sh(client, "ip addr add 10.7.0.1/32 dev lo");
        Sysctl.in(node).write(Sysctl.IPV4_FORWARD, 1);
        Sysctl.in(node).write("net/ipv4/conf/all/rp_filter", 0);
        Sysctl.in(node).write("net/ipv4/conf/veth-c/rp_filter", 0);
    }

    private void pod(Netns pod, String port, String gateway, String address, String via) {
        sh(
                node,
                "ip link add " + port + " type veth peer name eth0 netns " + path(pod) + "; ip link set " + port
                        + " up; ip addr add " + gateway + " dev " + port);
        sh(
                pod,
                "ip link set lo up; ip link set eth0 up; ip addr add " + address
                        + " dev eth0; ip route add default via " + via);
        String unused =
                Oracle.in(pod).run("ping", "-c", "1", "-W", "20", via); // so that each knows the other's MAC address
    }

    private static String path(Netns netns) {
        return "/proc/" + ProcessHandle.current().pid() + "/fd/" + netns.fd().number();
    }

    private static void sh(Netns place, String script) {
        String unused = Oracle.in(place).run("sh", "-e", "-c", script);
    }

    private Observed trace(String source, String destination) {
        return trace(Protocol.UDP, source, destination);
    }

    /** One datagram or echo request, and what is told of it. */
    private Observed trace(Protocol protocol, String source, String destination) {
        return trace(protocol, source, destination, Optional.empty());
    }

    private Observed trace(Protocol protocol, String source, String destination, Optional<LentDrops> lent) {
        List<Watch.Watched> devices = new ArrayList<>();
        devices.add(new Watch.Watched(new Spot("node-1", FROM.pod(), "eth0", Role.POD), path(client)));
        devices.add(new Watch.Watched(new Spot("node-1", "", "veth-c", Role.PORT), ""));
        devices.add(new Watch.Watched(new Spot("node-1", "", "veth-b", Role.PORT), ""));
        devices.add(new Watch.Watched(new Spot("node-1", TO.pod(), "eth0", Role.POD), path(b)));
        Stage stage = new Stage(
                new Scene(ClusterPicture.EMPTY, List.of(FROM, TO), "fl0", "uplink"),
                Map.of("node-1", LocalEyes.of(node)),
                devices,
                lent);
        IpPort to = IpPort.of(destination);
        try (Attempt attempt = Attempt.prepare(client, new Attempt.Kind(protocol, 0), Ip.of(source), to);
                Observation observation =
                        Observation.arm(stage, new Aim(FROM, attempt.flow(), List.of(to), List.of()))) {
            return observation.finish(attempt.make(PATIENCE, () -> false).end());
        }
    }

    private static Hop last(Observed seen, Event event) {
        assertThat(seen.lostEvents()).isZero();
        Hop last = seen.request().getLast();
        assertThat(last.event()).as("%s", seen.request()).isEqualTo(event);
        return last;
    }

    private static void assertReason(Hop hop, String reason) {
        assertThat(hop.details())
                .as("details of %s", hop)
                .anySatisfy(line -> assertThat(line).matches("kernel drop reason: " + reason + ", in \\w+(\\.\\w+)*"));
    }

    @Test
    void noRoute() {
        Observed seen = trace(CLIENT, "10.9.9.9:4567");
        Hop last = last(seen, Event.DROPPED);
        assertReason(last, "IP_INNOROUTES");
        assertThat(last.tNs().orElseThrow()).isBetween(0L, Duration.ofMinutes(1).toNanos());
        assertThat(seen.ending())
                .isEqualTo(
                        "node-1's kernel dropped it: it has no route for it (IP_INNOROUTES); nobody in the cluster has"
                                + " 10.9.9.9");
    }

    /** As in a lab: told to who asks, for all nodes at once, and then that counts and not what agents were told. */
    @Test
    void lent() throws IOException {
        long here = ((Number) Files.getAttribute(Path.of("/proc/self/ns/user"), "unix:ino")).longValue();
        try (DropSource source = new DropSource(DropKit.forUserNamespace(here))) {
            LentDrops all = new LentDrops(
                    source,
                    Map.of(
                            node.inode(),
                            new LentDrops.Home("node-1", ""),
                            b.inode(),
                            new LentDrops.Home("node-1", TO.pod())));
            assertReason(
                    last(trace(Protocol.UDP, CLIENT, "10.9.9.9:4567", Optional.of(all)), Event.DROPPED),
                    "IP_INNOROUTES");
            sh(b, "nft 'table ip own { chain in { type filter hook input priority 0; udp dport 4567 drop; }; }'");
            Observed seen = trace(Protocol.UDP, CLIENT, "10.244.2.7:4567", Optional.of(all));
            assertReason(last(seen, Event.DELIVERED), "NETFILTER_DROP");
            LentDrops less = new LentDrops(source, Map.of(node.inode(), new LentDrops.Home("node-1", "")));
            assertThat(last(trace(Protocol.UDP, CLIENT, "10.244.2.7:4567", Optional.of(less)), Event.DELIVERED)
                            .details())
                    .noneMatch(line -> line.contains("drop reason"));
        }
    }

    @Test
    void ofAnEchoRequest() {
        assertReason(last(trace(Protocol.ICMP, CLIENT, "10.9.9.9:0"), Event.DROPPED), "IP_INNOROUTES");
    }

    @Test
    void aDestinationThatWasTranslatedBefore() {
        sh(
                node,
                "nft 'table ip site { chain pre { type nat hook prerouting priority -100; ip daddr 10.96.0.10 udp dport 80"
                        + " dnat to 10.9.9.9:8080; }; }'");
        Observed seen = trace(CLIENT, "10.96.0.10:80");
        assertReason(last(seen, Event.DROPPED), "IP_INNOROUTES");
        assertThat(seen.ending()).startsWith("node-1's kernel dropped it: it has no route for it (IP_INNOROUTES); ");
    }

    @Test
    void reversePath() {
        Sysctl.in(node).write("net/ipv4/conf/veth-c/rp_filter", 1);
        Observed seen = trace("10.7.0.1", "10.244.2.7:4567");
        assertReason(last(seen, Event.DROPPED), "IP_RPFILTER");
        assertThat(seen.ending())
                .startsWith("node-1's kernel dropped it: the way back to its sender is by another device (reverse path"
                        + " filter) (IP_RPFILTER); pod/default/b has 10.244.2.7");
    }

    /** What is known better stays, and the kernel's word is beside it. */
    @Test
    void aNeighbourThatDoesNotAnswer() {
        Sysctl.in(node).write("net/ipv4/neigh/veth-b/mcast_solicit", 1);
        Sysctl.in(node).write("net/ipv4/neigh/veth-b/retrans_time_ms", 50);
        Observed seen = trace(CLIENT, "10.244.2.99:4567");
        assertReason(last(seen, Event.DROPPED), "NEIGH_FAILED");
        assertThat(seen.ending()).isEqualTo("nobody answers for 10.244.2.99 on node-1's veth-b");
    }

    /** Delivered is what devices show; that nobody answers has a reason in the pod's own namespace. */
    @Test
    void afterItWasDelivered() {
        sh(b, "nft 'table ip own { chain in { type filter hook input priority 0; udp dport 4567 drop; }; }'");
        Observed seen = trace(CLIENT, "10.244.2.7:4567");
        assertReason(last(seen, Event.DELIVERED), "NETFILTER_DROP");
        assertThat(seen.ending())
                .isEqualTo("default/b's kernel dropped it: a rule of netfilter drops it (NETFILTER_DROP)");
    }

    /** A refusal is an answer: that the packet ended there too is no news. */
    @Test
    void whatIsAnsweredHasNoReason() {
        Observed seen = trace(CLIENT, "10.244.2.7:4567");
        assertThat(seen.reply()).isNotEmpty();
        assertThat(last(seen, Event.DELIVERED).details()).noneMatch(line -> line.contains("drop reason"));
        assertThat(seen.ending()).isEmpty();
    }

    /** What the kernel calls the next address has a name. */
    @Test
    void aNeighbourThatDoesNotAnswerItsSender() {
        Sysctl.in(client).write("net/ipv4/neigh/eth0/mcast_solicit", 1);
        Sysctl.in(client).write("net/ipv4/neigh/eth0/retrans_time_ms", 50);
        Observed seen = trace(CLIENT, "10.244.1.99:4567");
        assertReason(last(seen, Event.DROPPED), "NEIGH_FAILED");
        assertThat(seen.ending()).isEqualTo("no packet left: nobody answers for 10.244.1.99 on this link");
        sh(client, "ip route replace default via 10.244.1.77");
        seen = trace(CLIENT, "10.244.2.7:4567");
        assertReason(last(seen, Event.DROPPED), "NEIGH_FAILED");
        assertThat(seen.ending()).isEqualTo("no packet left: nobody answers for 10.244.1.77 on this link");
    }

    @Test
    void beforeItLeft() {
        sh(client, "tc qdisc add dev eth0 root tbf rate 8kbit burst 10 limit 10");
        Observed seen = trace(CLIENT, "10.244.2.7:4567");
        assertReason(last(seen, Event.DROPPED), "QDISC_DROP");
        assertThat(seen.ending())
                .isEqualTo(
                        "no packet left: default/client's kernel dropped it: the device's queue drops it (QDISC_DROP)");
    }
}
