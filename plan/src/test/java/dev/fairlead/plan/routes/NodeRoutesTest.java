package dev.fairlead.plan.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Node;
import dev.fairlead.testkit.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NodeRoutesTest {
    private static final NodeRoutes.Uplink UPLINK = new NodeRoutes.Uplink("uplink", 0);

    private final ClusterPicture dualStack = ClusterPicture.EMPTY
            .with(node("n1", "172.30.0.2 fd00::2", "10.244.1.0/24 fd00:1::/64"))
            .with(node("n2", "172.30.0.3 fd00::3", "10.244.2.0/24 fd00:2::/64"))
            .with(node("n3", "fd00::4 172.30.0.4", "fd00:3::/64 10.244.3.0/24 10.244.9.0/24"))
            .with(node("n4", "172.30.0.5", ""));

    /** Expected texts are what {@code ip route} and {@code ip -6 route} of iproute2 6.1 printed for these routes. */
    @Test
    void everyOtherNodesPodsAreReachedThroughItsAddressOfTheSameFamily() {
        NodeRoutes routes = NodeRoutes.plan(dualStack, "n1", UPLINK);
        assertThat(routes.problems()).isEmpty();
        Golden.check("plan", "routes/dual-stack.txt", routes.text());
        Golden.check(
                "plan",
                "routes/dual-stack-mtu.txt",
                NodeRoutes.plan(dualStack, "n2", new NodeRoutes.Uplink("eth0", 1450))
                        .text());
    }

    @Test
    void singleAddressesAndEverythingPrintAsIpPrintsThem() {
        assertThat(route("10.244.4.1/32", "172.30.0.4", 1400))
                .hasToString("10.244.4.1 via 172.30.0.4 dev uplink mtu 1400");
        assertThat(route("0.0.0.0/0", "172.30.0.4", 0)).hasToString("default via 172.30.0.4 dev uplink");
        assertThat(route("fd00:4::1/128", "fd00::3", 1400))
                .hasToString("fd00:4::1 via fd00::3 dev uplink metric 1024 mtu 1400 pref medium");
        assertThatIllegalArgumentException().isThrownBy(() -> route("fd00:4::/64", "172.30.0.4", 0));
        assertThatIllegalArgumentException().isThrownBy(() -> route("10.0.0.0/8", "172.30.0.4", -1));
    }

    @Test
    void overlapsAndMissingAddressesAreReportedAndGetNoRoute() {
        ClusterPicture picture = ClusterPicture.EMPTY
                .with(node("n1", "172.30.0.2", "10.244.1.0/24"))
                .with(node("n2", "172.30.0.3", "10.244.2.0/24 fd00:2::/64"))
                .with(node("n3", "172.30.0.4 fd00::4", "10.244.2.128/25 fd00:3::/64"))
                .with(node("n4", "172.30.0.5", "10.244.0.0/16"))
                .with(node("n5", "172.30.0.6", "10.244.1.0/24"))
                .with(node("n6", "fd00::7", "10.244.6.0/24"))
                .with(node("n7", "172.30.0.8", "10.244.7.0/24 10.244.7.0/25"));
        Golden.check(
                "plan",
                "routes/problems.txt",
                NodeRoutes.plan(picture, "n1", UPLINK).text());
    }

    @Test
    void aNodeThatIsNotInTheClusterHasNoRoutes() {
        NodeRoutes routes = NodeRoutes.plan(dualStack, "n9", UPLINK);
        assertThat(routes.routes()).isEmpty();
        assertThat(routes.problems()).containsExactly("node n9 isn't in the cluster yet, so it has no routes");
    }

    @Test
    void theDifferenceIsWhatChanged() {
        NodeRoutes before = NodeRoutes.plan(dualStack, "n1", UPLINK);
        ClusterPicture changed = dualStack
                .with(node("n2", "172.30.0.33 fd00::3", "10.244.2.0/24 fd00:2::/64")) // moved
                .with(node("n3", "fd00::4 172.30.0.4", "10.244.9.0/24")) // lost two pod CIDRs
                .with(node("n4", "172.30.0.5", "10.244.4.0/24")); // got its pod CIDR
        NodeRoutes after = NodeRoutes.plan(changed, "n1", UPLINK);
        Golden.check("plan", "routes/change.txt", NodeRoutes.diff(before, after).text());
        assertThat(NodeRoutes.diff(after, after).isEmpty()).isTrue();
        assertThat(NodeRoutes.diff(NodeRoutes.NONE, after).add())
                .hasSize(after.routes().size());
    }

    @Test
    void aNodeThatTakesAnothersNameAndKeepsItsAddressChangesNoRoute() {
        ClusterPicture renamed =
                dualStack.withoutNode("n2").with(node("n2b", "172.30.0.3 fd00::3", "10.244.2.0/24 fd00:2::/64"));
        NodeRoutes.Change change =
                NodeRoutes.diff(NodeRoutes.plan(dualStack, "n1", UPLINK), NodeRoutes.plan(renamed, "n1", UPLINK));
        assertThat(change.isEmpty()).isTrue();
    }

    /** Whatever the nodes: routes never overlap each other or this node's own, and each CIDR has a route or a problem. */
    @Test
    void routesNeverOverlapAndNothingIsForgotten() {
        Random random = new Random(5);
        for (int round = 0; round < 500; round++) {
            ClusterPicture picture = randomCluster(random);
            NodeRoutes routes = NodeRoutes.plan(picture, "n0", UPLINK);
            List<Prefix> covered =
                    new ArrayList<>(picture.node("n0").orElseThrow().podCidrs());
            int own = covered.size();
            int others = -own;
            for (Node node : picture.nodes().values()) {
                others += node.podCidrs().size();
            }
            for (Prefix destination : routes.routes().keySet()) {
                assertThat(covered).noneMatch(destination::overlaps);
                covered.add(destination);
            }
            assertThat(routes.routes().size() + routes.problems().size()).isEqualTo(others);
            followed(NodeRoutes.plan(randomCluster(random), "n0", UPLINK), routes);
        }
    }

    private static void followed(NodeRoutes before, NodeRoutes after) {
        TreeMap<Prefix, NodeRoute> kernel = new TreeMap<>(before.routes());
        NodeRoutes.Change change = NodeRoutes.diff(before, after);
        change.remove()
                .forEach(route -> assertThat(kernel.remove(route.destination())).isEqualTo(route));
        change.replace()
                .forEach(route ->
                        assertThat(kernel.put(route.destination(), route)).isNotNull());
        change.add()
                .forEach(route ->
                        assertThat(kernel.put(route.destination(), route)).isNull());
        assertThat(kernel.values())
                .extracting(NodeRoute::toString)
                .isEqualTo(after.routes().values().stream()
                        .map(NodeRoute::toString)
                        .toList());
    }

    private static ClusterPicture randomCluster(Random random) {
        ClusterPicture picture = ClusterPicture.EMPTY.with(node("n0", "172.30.0.2", "10.0.0.0/24"));
        for (int i = 1; i < 12; i++) {
            int length = 20 + random.nextInt(8);
            String cidr = "10.0." + random.nextInt(64) + "." + random.nextInt(256) + "/" + length;
            String six = random.nextInt(4) == 0 ? " fd00:" + random.nextInt(8) + "::/64" : "";
            picture = picture.with(node("n" + i, "172.30.0." + (2 + i), cidr + six));
        }
        return picture;
    }

    private static NodeRoute route(String destination, String via, int mtu) {
        return new NodeRoute(Prefix.of(destination), Ip.of(via), "uplink", mtu, "n2");
    }

    private static Node node(String name, String addresses, String podCidrs) {
        return new Node(
                name,
                Arrays.stream(addresses.split(" "))
                        .filter(s -> !s.isEmpty())
                        .map(Ip::of)
                        .toList(),
                Arrays.stream(podCidrs.split(" "))
                        .filter(s -> !s.isEmpty())
                        .map(Prefix::of)
                        .toList());
    }
}
