package dev.fairlead.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.dataplane.GuardedNode.Pod;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a pod may send as, on the real kernel; drawing in {@link GuardedNode}. Each attack is made with and without the
 * guard: what is dropped with it must arrive without it, or the attack was none. {@code ping}, {@code ip neigh} and the
 * counters of {@code nft} judge.
 */
@RealKernel
class SpoofGuardTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Mac OTHER_MAC = Mac.of("0a:58:0a:f4:01:63");

    @Test
    void whatIsThePodsOwnPasses(TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, true)) {
            assertThat(node.a.reaches(node.b.ipv4())).isTrue();
            assertThat(node.a.reaches(node.b.ipv6())).isTrue();
            assertThat(node.b.reaches(Ip.of("10.244.1.1"))).isTrue();
            assertThat(node.b.reaches(Ip.of("fd00:1::1"))).isTrue();
            String linkLocal = SpoofGuard.linkLocal(node.b.mac()).toString();
            assertThat(node.a
                            .in()
                            .attempt("ping", "-c1", "-W2", linkLocal + "%eth0")
                            .exitCode())
                    .as("ping between link-local addresses")
                    .isZero();
            assertThat(node.inNode()
                            .attempt("ping", "-c1", "-W2", node.c.ipv4().toString())
                            .exitCode())
                    .as("ping from the node")
                    .isZero();
            assertThat(node.dropped()).isZero();
        }
    }

    @Test
    void duplicateAddressDetectionAndArpProbesPass(TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, true)) {
            Pod a = node.a;
            a.in().run("sh", "-c", "echo 2 > /proc/sys/net/ipv6/conf/eth0/accept_dad");
            a.in().run("ip", "-6", "address", "del", a.ipv6() + "/64", "dev", "eth0");
            a.in().run("ip", "-6", "address", "add", a.ipv6() + "/64", "dev", "eth0");
            assertThat(a.in().ip("-6", "address", "show", "tentative"))
                    .as("it is being probed")
                    .isNotEmpty();
            Poll.until(
                    PATIENCE,
                    () -> a.in().ip("-6", "address", "show", "tentative").isEmpty(),
                    () -> a.in().ip("-6", "address").toString());
            Poll.until(
                    PATIENCE,
                    () -> a.reaches(node.b.ipv6()),
                    () -> a.in().ip("-6", "address").toString());
            a.send(Frame.arpReply(a.mac(), a.mac(), Ip.of("0.0.0.0"), node.b.mac(), a.ipv4()));
            assertThat(node.dropped()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSecondAddressIsNoUse(boolean on, TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, on)) {
            Pod a = node.a;
            a.in().run("ip", "address", "add", "10.244.1.99/24", "dev", "eth0");
            a.in().run("ip", "address", "add", "fd00:1::99/64", "dev", "eth0", "nodad");
            // Where they know each other's MAC address already, neither ARP nor neighbour discovery stands in the way.
            a.in().run(
                            "ip",
                            "neigh",
                            "replace",
                            node.b.ipv4().toString(),
                            "lladdr",
                            node.b.mac().toString(),
                            "dev",
                            "eth0");
            a.in().run(
                            "ip",
                            "neigh",
                            "replace",
                            node.b.ipv6().toString(),
                            "lladdr",
                            node.b.mac().toString(),
                            "dev",
                            "eth0");
            assertThat(pingsFrom(a, "10.244.1.99", node.b.ipv4())).isEqualTo(!on);
            assertThat(pingsFrom(a, "fd00:1::99", node.b.ipv6())).isEqualTo(!on);
            if (on) {
                assertThat(node.dropped("an IPv4 address")).isPositive();
                assertThat(node.dropped("an IPv6 address")).isPositive();
            }
            assertThat(pingsFrom(a, a.ipv4().toString(), node.b.ipv4()))
                    .as("with its own")
                    .isTrue();
            assertThat(pingsFrom(a, a.ipv6().toString(), node.b.ipv6()))
                    .as("with its own")
                    .isTrue();
            assertThat(node.b.reaches(node.c.ipv4())).as("others").isTrue();
        }
    }

    private static boolean pingsFrom(Pod pod, String source, Ip to) {
        return pod.in()
                        .attempt("ping", "-c1", "-W1", "-I", source, to.toString())
                        .exitCode()
                == 0;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherMacIsNoUse(boolean on, TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, on)) {
            Pod a = node.a;
            a.in().run("ip", "link", "set", "eth0", "address", OTHER_MAC.toString());
            assertThat(a.reaches(node.b.ipv4())).isEqualTo(!on);
            assertThat(a.reaches(node.b.ipv6())).isEqualTo(!on);
            assertThat(node.inNode().bridge("fdb", "show").toString().contains(OTHER_MAC.toString()))
                    .as("the bridge has learnt the MAC address")
                    .isEqualTo(!on);
            if (on) {
                assertThat(node.dropped("a MAC address")).isPositive();
            }
            assertThat(node.b.reaches(node.c.ipv4())).as("others").isTrue();
            a.in().run("ip", "link", "set", "eth0", "address", a.mac().toString());
            assertThat(a.reaches(node.b.ipv4())).as("with its own again").isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noPodAnswersForItsNeighbour(boolean on, TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, on)) {
            Pod a = node.a;
            Pod b = node.b;
            Pod c = node.c;
            assertThat(c.reaches(b.ipv4())).isTrue();
            assertThat(c.reaches(b.ipv6())).isTrue();
            a.send(Frame.arpReply(a.mac(), a.mac(), b.ipv4(), c.mac(), c.ipv4()));
            a.send(Frame.advertisement(a.mac(), a.ipv6(), b.ipv6(), a.mac(), c.mac(), c.ipv6()));
            if (on) {
                Poll.until(PATIENCE, () -> node.dropped("ARP") == 1, () -> "no ARP dropped");
                Poll.until(PATIENCE, () -> node.dropped("an advertisement") == 1, () -> "no advertisement dropped");
            } else {
                Poll.until(PATIENCE, () -> isAt(c, b.ipv4(), a), () -> c.neighbour(b.ipv4()));
                Poll.until(PATIENCE, () -> isAt(c, b.ipv6(), a), () -> c.neighbour(b.ipv6()));
            }
            assertThat(isAt(c, b.ipv4(), b)).as("c still finds b by ARP").isEqualTo(on);
            assertThat(isAt(c, b.ipv6(), b))
                    .as("c still finds b by neighbour discovery")
                    .isEqualTo(on);
            assertThat(c.reaches(b.ipv4())).isEqualTo(on);
        }
    }

    private static boolean isAt(Pod asked, Ip ip, Pod pod) {
        return asked.neighbour(ip).equals(pod.mac().toString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noPodTakesItsNeighboursAddressWithTheKernelsOwnMeans(boolean on, TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, on)) {
            Pod a = node.a;
            Pod c = node.c;
            Ip unused = Ip.of("10.244.1.77");
            Ip unused6 = Ip.of("fd00:1::77");
            a.in().run("ip", "address", "add", unused + "/24", "dev", "eth0");
            a.in().run("ip", "address", "add", unused6 + "/64", "dev", "eth0", "nodad");
            // The kernel of a answers ARP and neighbour solicitations of c by itself now.
            assertThat(c.reaches(unused)).isEqualTo(!on);
            assertThat(c.reaches(unused6)).isEqualTo(!on);
            assertThat(isAt(c, unused, a)).isEqualTo(!on);
            assertThat(isAt(c, unused6, a)).isEqualTo(!on);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAdvertisementOfItsOwnAddressWithAnothersMacIsDropped(boolean on, TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, on)) {
            Pod a = node.a;
            Pod c = node.c;
            assertThat(c.reaches(a.ipv6())).isTrue();
            a.send(Frame.advertisement(a.mac(), a.ipv6(), a.ipv6(), node.b.mac(), c.mac(), c.ipv6()));
            if (on) {
                Poll.until(
                        PATIENCE,
                        () -> node.dropped("nd-neighbor-advert with a MAC") == 1,
                        () -> node.guard.get().text());
            } else {
                Poll.until(PATIENCE, () -> isAt(c, a.ipv6(), node.b), () -> c.neighbour(a.ipv6()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noPodIsARouter(boolean on, TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, on)) {
            Ip linkLocal = SpoofGuard.linkLocal(node.a.mac());
            node.a.send(Frame.routerAdvertisement(node.a.mac(), linkLocal));
            if (on) {
                Poll.until(
                        PATIENCE,
                        () -> node.dropped("no router") == 1,
                        () -> node.guard.get().text());
            } else {
                Poll.until(
                        PATIENCE,
                        () -> routesByRouter(node.c) == 1,
                        () -> node.c.in().run("ip", "-6", "route"));
            }
            assertThat(routesByRouter(node.c)).isEqualTo(on ? 0 : 1);
        }
    }

    private static int routesByRouter(Pod pod) {
        int found = 0;
        for (JsonNode route : pod.in().ip("-6", "route", "show", "default")) {
            found += route.path("protocol").asText().equals("ra") ? 1 : 0;
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingHidesBehindAVlanTag(boolean on, TestNamespaces namespaces) {
        try (GuardedNode node = new GuardedNode(namespaces, on)) {
            Pod a = node.a;
            Pod c = node.c;
            assertThat(c.reaches(node.b.ipv4())).isTrue();
            a.send(Frame.taggedArpReply(a.mac(), a.mac(), node.b.ipv4(), c.mac(), c.ipv4()));
            if (on) {
                Poll.until(
                        PATIENCE,
                        () -> node.dropped("neither") == 1,
                        () -> node.guard.get().text());
            } else {
                // A tag with VLAN 0 is taken off by the receiver, and what is behind it is believed.
                Poll.until(PATIENCE, () -> isAt(c, node.b.ipv4(), a), () -> c.neighbour(node.b.ipv4()));
            }
            assertThat(isAt(c, node.b.ipv4(), node.b)).isEqualTo(on);
        }
    }
}
