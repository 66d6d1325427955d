package dev.fairlead.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.routes.NodeRoutes;
import dev.fairlead.plan.routes.NodeRoutes.Uplink;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Routes to other nodes, judged by {@code ip route}.
 *
 * <pre>
 *   n1: uplink 172.30.0.2/24 fd00::2/64 ── (nobody)    n2 172.30.0.3 fd00::3    n3 172.30.0.4 fd00::4
 * </pre>
 */
@RealKernel
class PeerRoutesTest {
    private static final Uplink UPLINK = new Uplink("uplink", 0);

    private Netns node;
    private Rtnetlink rtnetlink;

    @BeforeEach
    void makeNode(TestNamespaces namespaces) {
        node = namespaces.create();
        makeUplink();
        rtnetlink = Rtnetlink.open(node);
    }

    @AfterEach
    void closeRtnetlink() {
        rtnetlink.close();
    }

    private static Node node(int number, int podNetwork) {
        return new Node(
                "n" + number,
                List.of(Ip.of("172.30.0." + (number + 1)), Ip.of("fd00::" + (number + 1))),
                List.of(Prefix.of("10.244." + podNetwork + ".0/24"), Prefix.of("fd00:" + podNetwork + "::/64")));
    }

    private static NodeRoutes plan(Node... others) {
        ClusterPicture picture = ClusterPicture.EMPTY.with(node(1, 1));
        for (Node other : others) {
            picture = picture.with(other);
        }
        return NodeRoutes.plan(picture, "n1", UPLINK);
    }

    /** Those that carry our number, as {@code ip} prints them but for that. */
    private List<String> ours() {
        List<String> routes = new ArrayList<>();
        for (String family : List.of("-4", "-6")) {
            for (String line : Oracle.in(node).lines("ip", family, "route", "show", "proto", "250")) {
                routes.add(line.replace(" proto 250", "").replaceAll(" +", " "));
            }
        }
        return routes;
    }

    private static String[] lines(NodeRoutes plan) {
        return plan.text().lines().toArray(String[]::new);
    }

    @Test
    void theKernelHoldsThePlan() {
        PeerRoutes routes = PeerRoutes.start(rtnetlink);
        List<NodeRoutes> plans = List.of(
                plan(node(2, 2)),
                plan(node(2, 2), node(3, 3)),
                plan(node(2, 3), node(3, 2)),
                plan(node(3, 2)),
                NodeRoutes.NONE,
                plan(node(2, 2)));
        for (NodeRoutes plan : plans) {
            routes.apply(plan);
            assertThat(ours()).as(plan.text()).containsExactlyInAnyOrder(lines(plan));
        }
    }

    @Test
    void mtuIsSaidWhereItIsWanted() {
        ClusterPicture picture = ClusterPicture.EMPTY.with(node(1, 1)).with(node(2, 2));
        NodeRoutes plan = NodeRoutes.plan(picture, "n1", new Uplink("uplink", 1400));
        PeerRoutes.start(rtnetlink).apply(plan);
        assertThat(ours()).containsExactlyInAnyOrder(lines(plan)).allMatch(line -> line.contains("mtu 1400"));
    }

    @Test
    void anEarlierAgentsRoutesAreReplacedAndOthersUntouched() {
        Oracle in = Oracle.in(node);
        List<String> theirs =
                List.of("10.244.9.0/24 via 172.30.0.9 dev uplink", "10.244.8.0/24 via 172.30.0.8 dev uplink");
        in.run("ip", "route", "add", "10.244.9.0/24", "via", "172.30.0.9");
        in.run("ip", "route", "add", "10.244.8.0/24", "via", "172.30.0.8");
        String before = in.run("ip", "route") + in.run("ip", "-6", "route");
        PeerRoutes.start(rtnetlink).apply(plan(node(2, 2), node(3, 3)));

        NodeRoutes now = plan(node(3, 2)); // n2 is gone and n3 has its pod network
        PeerRoutes again = PeerRoutes.start(rtnetlink);
        again.apply(now);
        assertThat(ours()).containsExactlyInAnyOrder(lines(now));
        assertThat(in.lines("ip", "route")).containsAll(theirs);
        again.clean();
        assertThat(in.run("ip", "route") + in.run("ip", "-6", "route")).isEqualTo(before);
    }

    /** The next change finds something else than it left, and says nothing of it. */
    @Test
    void aRouteThatSomebodyTookAwayIsNoObstacle() {
        PeerRoutes routes = PeerRoutes.start(rtnetlink);
        routes.apply(plan(node(2, 2), node(3, 3)));
        Oracle.in(node).run("ip", "route", "delete", "10.244.2.0/24");
        routes.apply(plan(node(3, 3)));
        assertThat(ours()).containsExactlyInAnyOrder(lines(plan(node(3, 3))));
    }

    @Test
    void anotherRouteToThePodsOfANodeIsReplaced() {
        Oracle.in(node).run("ip", "route", "add", "10.244.2.0/24", "via", "172.30.0.99");
        PeerRoutes.start(rtnetlink).apply(plan(node(2, 2)));
        assertThat(ours()).containsExactlyInAnyOrder(lines(plan(node(2, 2))));
        assertThat(Oracle.in(node).run("ip", "route")).doesNotContain("172.30.0.99");
    }

    /** One route is refused: the others are in, and the next call tries all of it again. */
    @Test
    void aRefusalIsMadeGoodByTheNextCall() {
        NodeRoutes plan =
                plan(node(2, 2), new Node("n3", List.of(Ip.of("192.0.2.3")), List.of(Prefix.of("10.244.3.0/24"))));
        PeerRoutes routes = PeerRoutes.start(rtnetlink);
        assertThatThrownBy(() -> routes.apply(plan))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("10.244.3.0/24 via 192.0.2.3")
                .hasMessageContaining("Nexthop has invalid gateway");
        assertThat(ours()).hasSize(2);
        Oracle.in(node).run("ip", "address", "add", "192.0.2.2/24", "dev", "uplink");
        routes.apply(plan);
        assertThat(ours()).containsExactlyInAnyOrder(lines(plan));
    }

    @Test
    void withoutTheUplinkNothingCanBeAddedButAllCanBeTakenAway() {
        PeerRoutes routes = PeerRoutes.start(rtnetlink);
        routes.apply(plan(node(2, 2)));
        Oracle.in(node).run("ip", "link", "delete", "uplink");
        assertThat(ours()).as("the kernel took the routes with it").isEmpty();
        assertThatThrownBy(() -> routes.apply(plan(node(2, 2), node(3, 3))))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("uplink");
        routes.apply(NodeRoutes.NONE);
        PeerRoutes.start(rtnetlink).apply(NodeRoutes.NONE);

        makeUplink();
        routes.apply(plan(node(2, 2)));
        assertThat(ours()).containsExactlyInAnyOrder(lines(plan(node(2, 2))));
    }

    private void makeUplink() {
        Oracle in = Oracle.in(node);
        in.run("ip", "link", "add", "uplink", "type", "veth", "peer", "name", "far");
        in.run("ip", "link", "set", "uplink", "up");
        in.run("ip", "link", "set", "far", "up");
        in.run("ip", "address", "add", "172.30.0.2/24", "dev", "uplink");
        in.run("ip", "address", "add", "fd00::2/64", "dev", "uplink", "nodad");
    }
}
