package dev.fairlead.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a change of Services does to those who use them, in the cluster of {@link TwoNodes}: {@code client} and {@code a} on
 * n1, {@code b} on n2. Service {@code web} is 10.96.0.10 and fd00:96::10, port 80, TCP and UDP.
 */
@RealKernel
class ServiceChangesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofMillis(250);

    /** The Service in front of a, b, both or nobody. */
    private static ClusterPicture web(Family family, String... pods) {
        List<String> endpoints = new ArrayList<>();
        for (String pod : pods) {
            String address = pod.equals("a") ? "10.244.1.5" : "10.244.2.7";
            String address6 = pod.equals("a") ? "fd00:1::5" : "fd00:2::7";
            endpoints.add((family == Family.IPV4 ? address : address6) + (pod.equals("a") ? "@n1" : "@n2"));
        }
        return new Services(TwoNodes.picture(), family)
                .add("web", 10, String.join(" ", endpoints))
                .picture();
    }

    private static IpPort address(Family family) {
        return new IpPort(Services.address(family, 10), 80);
    }

    private static void apply(ServiceTable table, ClusterPicture picture) {
        table.apply(table.applied().next(picture));
    }

    private static String server(Talk.Outcome outcome) {
        return outcome instanceof Talk.Answer answer ? answer.server() : outcome.toString();
    }

    // ---- what a change costs

    private static ClusterPicture manyServices(int count, String endpointsOfWeb) {
        Services services = new Services(TwoNodes.picture(), Family.IPV4).add("web", 10, endpointsOfWeb);
        for (int i = 0; i < count; i++) {
            services = services.add("other-" + i, 20 + i, "10.244.1.5@n1 10.244.2.7@n2");
        }
        return services.picture();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 200})
    void aChangeIsOneBatchWhoseSizeFollowsTheChange(int others, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (ServiceTable table = ServiceTable.start(node, "n1");
                Batches batches = Batches.watch(node)) {
            apply(table, manyServices(others, "10.244.2.7@n2"));
            batches.forget();

            apply(table, manyServices(others, "10.244.2.7@n2 10.244.2.8@n2"));
            assertThat(batches.forget())
                    .as("for each of two ports: a rule goes, a rule with its map comes")
                    .isEqualTo(new Batches.Cost(1, 2 * 4, 1));
            apply(table, manyServices(others, "10.244.2.8@n2"));
            assertThat(batches.forget()).as("one endpoint needs no map").isEqualTo(new Batches.Cost(1, 2 * 2, 1));
            apply(table, manyServices(others, "10.244.2.8@n2"));
            assertThat(batches.forget()).as("nothing new").isEqualTo(new Batches.Cost(0, 0, 0));
            apply(table, manyServices(others, ""));
            assertThat(batches.forget())
                    .as("the chains go and one element each")
                    .isEqualTo(new Batches.Cost(1, 2 * 3, 1));
        }
    }

    /** What others do to their own tables costs one refused attempt, and our table is still changed by difference. */
    @Test
    void otherTablesDontMatter(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (ServiceTable table = ServiceTable.start(node, "n1");
                Batches batches = Batches.watch(node)) {
            apply(table, manyServices(50, "10.244.2.7@n2"));
            Oracle.in(node).run("nft", "add table ip other; add chain ip other fairlead");
            batches.forget();
            apply(table, manyServices(50, "10.244.2.8@n2"));
            assertThat(batches.forget()).isEqualTo(new Batches.Cost(2, 2 * 2 * 2, 1));
            assertThat(Oracle.in(node).run("nft", "list", "tables")).contains("table ip other");
        }
    }

    /** Two Services that change places: what leaves an address is taken out before anything is put in its place. */
    @Test
    void servicesThatSwapAddressesAreOneChange(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (ServiceTable table = ServiceTable.start(node, "n1");
                Batches batches = Batches.watch(node)) {
            Services none = new Services(TwoNodes.picture(), Family.IPV4);
            apply(
                    table,
                    none.add("x", 10, "10.244.1.5@n1")
                            .add("y", 11, "10.244.2.7@n2")
                            .picture());
            batches.forget();
            ClusterPicture swapped = none.add("x", 11, "10.244.1.5@n1")
                    .add("y", 10, "10.244.2.7@n2")
                    .picture();
            apply(table, swapped);
            assertThat(batches.forget().batches()).isEqualTo(1);
            assertThat(Oracle.in(node).lines("nft", "list", "map", "inet", "fairlead", "service-ips"))
                    .filteredOn(line -> line.contains("tcp . 80"))
                    .anyMatch(line -> line.contains("10.96.0.11 . tcp . 80 comment \"default/x:t\""))
                    .anyMatch(line -> line.contains("10.96.0.10 . tcp . 80 comment \"default/y:t\""));
        }
    }

    // ---- what it does to connections

    @ParameterizedTest
    @EnumSource(Family.class)
    void aLiveConnectionSurvivesEveryChange(Family family, TestNamespaces namespaces) {
        try (TwoNodes cluster = new TwoNodes(namespaces)) {
            cluster.serve(Protocol.TCP, 8080);
            ServiceTable table = cluster.services(cluster.n1);
            apply(table, web(family, "a"));
            try (Talk toA = Talk.open(cluster.client, Protocol.TCP, address(family))) {
                assertThat(server(toA.ask("1", PATIENCE))).isEqualTo("a");
                List<ClusterPicture> changes = List.of(
                        new Services(web(family, "a"), family)
                                .add("other", 11, "")
                                .picture(),
                        web(family, "a", "b"),
                        web(family, "b"),
                        web(family),
                        TwoNodes.picture(),
                        web(family, "b"));
                for (ClusterPicture change : changes) {
                    apply(table, change);
                    assertThat(server(toA.ask("2", PATIENCE)))
                            .as("after %s", change)
                            .isEqualTo("a");
                }
                ServiceTable restarted = cluster.services(cluster.n1);
                apply(restarted, web(family, "b"));
                assertThat(server(toA.ask("3", PATIENCE))).as("after a restart").isEqualTo("a");
            }
        }
    }

    @Test
    void newConnectionsFollowAtOnceAndNoneIsRefused(TestNamespaces namespaces) throws InterruptedException {
        try (TwoNodes cluster = new TwoNodes(namespaces)) {
            cluster.serve(Protocol.TCP, 8080);
            ServiceTable table = cluster.services(cluster.n1);
            apply(table, web(Family.IPV4, "a"));
            List<Talk.Outcome> outcomes = new CopyOnWriteArrayList<>();
            AtomicBoolean enough = new AtomicBoolean();
            Thread loop = Thread.ofPlatform().start(() -> {
                while (!enough.get()) {
                    outcomes.add(Talk.once(cluster.client, Protocol.TCP, address(Family.IPV4), PATIENCE));
                }
            });
            for (int i = 0; i < 60 || outcomes.size() <= 20; i++) {
                String now = i % 2 == 0 ? "b" : "a";
                if (i % 10 == 9) { // as an agent that starts anew: the whole table at once
                    table = cluster.services(cluster.n1);
                }
                apply(table, web(Family.IPV4, now));
                assertThat(server(Talk.once(cluster.client, Protocol.TCP, address(Family.IPV4), PATIENCE)))
                        .isEqualTo(now);
            }
            enough.set(true);
            loop.join();
            assertThat(outcomes).hasSizeGreaterThan(20).allMatch(outcome -> outcome instanceof Talk.Answer);
        }
    }

    // ---- UDP

    @ParameterizedTest
    @EnumSource(Family.class)
    void aSocketThatKeepsSendingGoesOverToTheNewBackend(Family family, TestNamespaces namespaces) {
        try (TwoNodes cluster = new TwoNodes(namespaces)) {
            cluster.serve(Protocol.UDP, 8080);
            ServiceTable table = cluster.services(cluster.n1);
            apply(table, web(family, "a"));
            try (Talk talk = Talk.open(cluster.client, Protocol.UDP, address(family))) {
                assertThat(server(talk.ask("1", PATIENCE))).isEqualTo("a");
                apply(table, web(family, "a", "b"));
                assertThat(server(talk.ask("2", PATIENCE))).as("a stays good").isEqualTo("a");
                apply(table, web(family, "b"));
                assertThat(server(talk.ask("3", PATIENCE))).isEqualTo("b");
                apply(table, web(family));
                assertThat(talk.ask("4", PATIENCE)).isEqualTo(new Talk.Refused());
                apply(table, web(family, "a"));
                assertThat(server(talk.ask("5", PATIENCE))).isEqualTo("a");
            }
        }
    }

    /** The agent knows the Service but no endpoint; or nothing of it at all, so that the packets leave the node. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFlowBegunBeforeItsServiceHadEndpointsIsNotPinned(boolean known, TestNamespaces namespaces) {
        try (TwoNodes cluster = new TwoNodes(namespaces)) {
            cluster.serve(Protocol.UDP, 8080);
            ServiceTable table = cluster.services(cluster.n1);
            apply(table, known ? web(Family.IPV4) : TwoNodes.picture().withServiceCidrs(List.of()));
            try (Talk talk = Talk.open(cluster.client, Protocol.UDP, address(Family.IPV4))) {
                assertThat(talk.ask("1", known ? PATIENCE : SILENCE))
                        .isEqualTo(known ? new Talk.Refused() : new Talk.Silence());
                List<String> flows = Oracle.in(cluster.n1.netns())
                        .conntrack("-L", "-p", "udp", "--orig-src", "10.244.1.8", "--sport", "" + talk.port());
                assertThat(flows).as("a refused packet leaves no entry").hasSize(known ? 0 : 1);
                apply(table, web(Family.IPV4, "b"));
                assertThat(server(talk.ask("2", PATIENCE))).isEqualTo("b");
            }
        }
    }

    /** Same port number, or the same backend: kube-proxy takes some of these down (field.md, 2.6). */
    @Test
    void otherFlowsAreLeftAlone(TestNamespaces namespaces) {
        try (TwoNodes cluster = new TwoNodes(namespaces)) {
            cluster.serve(Protocol.UDP, 8080);
            cluster.serve(cluster.outside, Protocol.UDP, 80);
            ServiceTable table = cluster.services(cluster.n1);
            Services before = new Services(web(Family.IPV4, "b"), Family.IPV4).add("other", 11, "10.244.2.7@n2");
            apply(table, before.picture());
            List<Talk> talks = List.of(
                    cluster.closeLater(open(cluster, "198.51.100.7:80")),
                    cluster.closeLater(open(cluster, "10.244.2.7:8080")),
                    cluster.closeLater(open(cluster, "10.96.0.11:80")));
            talks.forEach(talk -> assertThat(talk.ask("1", PATIENCE)).isInstanceOf(Talk.Answer.class));
            List<String> ids = flowIds(cluster, talks);
            assertThat(ids).hasSize(3);

            apply(
                    table,
                    new Services(web(Family.IPV4, "a"), Family.IPV4)
                            .add("other", 11, "10.244.2.7@n2")
                            .picture());
            talks.forEach(talk -> assertThat(talk.ask("2", PATIENCE)).isInstanceOf(Talk.Answer.class));
            assertThat(flowIds(cluster, talks)).as("the very same entries").isEqualTo(ids);
        }
    }

    private static Talk open(TwoNodes cluster, String to) {
        return Talk.open(cluster.client, Protocol.UDP, IpPort.of(to));
    }

    private static List<String> flowIds(TwoNodes cluster, List<Talk> talks) {
        List<String> ids = new ArrayList<>();
        for (Talk talk : talks) {
            for (String line : Oracle.in(cluster.n1.netns())
                    .conntrack("-L", "-p", "udp", "-o", "id", "--sport", "" + talk.port())) {
                ids.add(line.substring(line.indexOf(" id=")));
            }
        }
        return ids;
    }
}
