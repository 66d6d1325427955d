package dev.fairlead.plan.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServiceName;
import dev.fairlead.plan.ServicePort;
import dev.fairlead.testkit.Golden;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServicePlanTest {

    @Test
    void everyNodeHoldsAllFrontendsAndItsOwnHairpins() {
        Golden.check(
                "plan",
                "services/n1.txt",
                ServicePlan.of(Cluster.picture(), "n1").text());
        ServicePlan other = ServicePlan.of(Cluster.picture(), "n2");
        assertThat(other.hairpins().keySet())
                .containsExactlyElementsOf(Cluster.ips("10.244.2.7", "10.244.2.9", "10.244.2.20", "fd00:2::7"));
        assertThat(other.frontends().values())
                .filteredOn(frontend -> !frontend.nodePort())
                .containsExactlyElementsOf(ServicePlan.of(Cluster.picture(), "n1").frontends().values().stream()
                        .filter(frontend -> !frontend.nodePort())
                        .toList());
        assertThat(other.frontends().values())
                .filteredOn(Frontend::nodePort)
                .extracting(frontend -> frontend.key().toString())
                .containsExactly(
                        "172.30.0.3 . udp . 30053",
                        "172.30.0.3 . tcp . 30077",
                        "172.30.0.3 . tcp . 30080",
                        "fd00::3 . tcp . 30080");
    }

    @Test
    void anEmptyClusterHoldsNothing() {
        assertThat(ServicePlan.of(ClusterPicture.EMPTY, "n1").text()).isEmpty();
        assertThat(ServicePlan.empty("n1").text()).isEmpty();
    }

    /** ready, serving, terminating of two endpoints, then which are used. */
    @ParameterizedTest
    @CsvSource({
        "RS-, RS-, a b",
        "RS-, ---, a",
        "---, ---, ''",
        "RS-, -ST, a",
        "-ST, -ST, a b",
        "-ST, --T, a",
        "-ST, -S-, a",
        "-S-, -S-, ''",
        "R--, R--, a b",
        "R--, -ST, a",
        "--T, --T, ''",
    })
    void readyEndpointsFirstThenThoseThatServeWhileTheyTerminate(String a, String b, String used) {
        ClusterPicture picture = Cluster.picture()
                .with(
                        Cluster.LEAVING,
                        Cluster.slice(
                                "leaving-4",
                                "/tcp/80",
                                conditions(Cluster.ready("10.244.1.1", "n1"), a),
                                conditions(Cluster.ready("10.244.1.2", "n1"), b)));
        List<IpPort> expected = List.of(used.split(" ")).stream()
                .filter(name -> !name.isEmpty())
                .map(name -> IpPort.of(name.equals("a") ? "10.244.1.1:80" : "10.244.1.2:80"))
                .toList();
        assertThat(frontend(picture, "10.96.0.20", Protocol.TCP, 80).backends()).isEqualTo(expected);
        assertThat(frontend(picture, "10.96.0.20", Protocol.TCP, 80).rejects()).isEqualTo(expected.isEmpty());
    }

    /**
     * Hints of three endpoints, zones before the slash and nodes behind it, where n1 is in a zone; then those that n1 uses. The
     * rules are those of kube-proxy's {@code topology_test.go}; {@code !} isn't ready.
     */
    @ParameterizedTest
    @CsvSource({
        "'', a, b, b, 1 2 3", // a node without a zone
        "a, '', '', '', 1 2 3",
        "a, a, a, b, 1 2",
        "a, a b, b, b, 1",
        "b, a b, b, b, 1 2 3",
        "a, a, b, '', 1 2 3", // one has no hint
        "a, a, b, '!', 1", // which doesn't matter where it isn't ready
        "a, '!a', b, b, 2 3",
        "c, a, b, b, 1 2 3", // none is for this zone
        "a, a/n1, a/n2, b/n2, 1",
        "a, a/n2, a/n2, b/n2, 1 2", // none is for this node
        "a, b/n1, a/n2, a, 2 3", // one has no hint for nodes
        "'', /n1, /n2, /n2, 1",
    })
    void endpointsThatAreMeantForHereWhereAllSayForWhom(
            String zone, String one, String two, String three, String used) {
        ClusterPicture picture = Cluster.picture()
                .with(
                        Cluster.LEAVING,
                        Cluster.slice("leaving-4", "/tcp/80", hinted(1, one), hinted(2, two), hinted(3, three)));
        ServicePlan before = ServicePlan.of(picture, "n1");
        Node n1 = picture.node("n1").orElseThrow();
        ClusterPicture later = picture.with(new Node("n1", n1.addresses(), n1.podCidrs(), zone));
        List<IpPort> expected = List.of(used.split(" ")).stream()
                .map(number -> IpPort.of("10.244.1." + number + ":80"))
                .toList();
        ServicePlan plan = before.next(later);
        assertThat(plan.frontends()
                        .find(new FrontendKey(Ip.of("10.96.0.20"), Protocol.TCP, 80))
                        .orElseThrow()
                        .backends())
                .isEqualTo(expected);
        assertThat(plan.text()).isEqualTo(ServicePlan.of(later, "n1").text());
    }

    private static Endpoint hinted(int number, String hints) {
        String[] parts = (hints.replace("!", "") + "/ ").split("/", -1);
        Endpoint endpoint = Cluster.ready("10.244.1." + number, "n2").hinted(words(parts[0]), words(parts[1]));
        return hints.startsWith("!") ? endpoint.with(false, false, false) : endpoint;
    }

    private static Set<String> words(String text) {
        return text.isBlank() ? Set.of() : Set.of(text.strip().split(" "));
    }

    /** One address twice, in either order and in one slice or two: the better one counts (kubernetes#135593). */
    @ParameterizedTest
    @CsvSource({
        "--T, RS-, true",
        "-ST, RS-, true",
        "RS-, RS-, true",
        "--T, ---, false",
        "-ST, ---, false", // the pod that has the address now isn't ready, so nobody is
        "--T, -ST, true",
    })
    void anAddressThatIsListedTwiceIsOneBackend(String one, String other, boolean used) {
        Endpoint a = conditions(Cluster.ready("10.244.1.1", "n1"), one);
        Endpoint b = conditions(Cluster.ready("10.244.1.1", "n1"), other);
        List<ClusterPicture> pictures = List.of(
                Cluster.picture().with(Cluster.LEAVING, Cluster.slice("leaving-4", "/tcp/80", a, b)),
                Cluster.picture().with(Cluster.LEAVING, Cluster.slice("leaving-4", "/tcp/80", b, a)),
                Cluster.picture()
                        .with(Cluster.LEAVING, Cluster.slice("leaving-4", "/tcp/80", a))
                        .with(Cluster.LEAVING, Cluster.slice("leaving-5", "/tcp/80", b)));
        for (ClusterPicture picture : pictures) {
            assertThat(frontend(picture, "10.96.0.20", Protocol.TCP, 80).backends())
                    .isEqualTo(used ? List.of(IpPort.of("10.244.1.1:80")) : List.of());
        }
    }

    @Test
    void namedTargetPortsMayDifferFromSliceToSlice() {
        ClusterPicture picture = Cluster.picture()
                .with(Cluster.LEAVING, Cluster.slice("leaving-4", "/tcp/8001", Cluster.ready("10.244.1.1", "n1")))
                .with(Cluster.LEAVING, Cluster.slice("leaving-5", "/tcp/8002", Cluster.ready("10.244.1.2", "n1")))
                .with(
                        Cluster.LEAVING,
                        Cluster.slice("leaving-6", "/udp/8003 x/tcp/8004", Cluster.ready("10.244.1.3", "n1")));
        assertThat(frontend(picture, "10.96.0.20", Protocol.TCP, 80).backends())
                .containsExactly(IpPort.of("10.244.1.1:8001"), IpPort.of("10.244.1.2:8002"));
    }

    @Test
    void hairpinsAreOfUsableEndpointsOnThisNodeOnly() {
        ClusterPicture picture = Cluster.picture()
                .with(
                        Cluster.LEAVING,
                        Cluster.slice(
                                "leaving-4",
                                "/tcp/80",
                                Cluster.ready("10.244.1.50", "n1"),
                                Cluster.ready("10.244.1.51", "n1").with(false, true, true), // not used
                                Cluster.ready("10.244.1.52", "n2"), // says another node
                                Cluster.ready("10.244.1.53", ""), // says none, and is in this node's pod CIDR
                                Cluster.ready("172.30.0.2", ""), // says none, and is this node
                                Cluster.ready("10.9.9.9", ""),
                                Cluster.ready("10.9.9.10", "n1")))
                .withoutService(Cluster.WEB)
                .withoutService(Cluster.DNS);
        assertThat(ServicePlan.of(picture, "n1").hairpins().keySet())
                .containsExactlyElementsOf(Cluster.ips("10.9.9.10", "10.244.1.50", "10.244.1.53", "172.30.0.2"));
    }

    @Test
    void sourcesAndRangesNeverOverlap() {
        ClusterPicture picture = Cluster.nodes()
                .with(new Node("n3", Cluster.ips("10.244.1.77", "172.30.0.2"), Cluster.prefixes("10.244.0.0/16")))
                .withServiceCidrs(Cluster.prefixes("10.96.128.0/17", "10.96.0.0/16", "10.97.0.0/16"));
        ServicePlan plan = ServicePlan.of(picture, "n1");
        assertThat(plan.sources())
                .containsExactlyElementsOf(Cluster.prefixes(
                        "10.244.0.0/16",
                        "172.30.0.2/32",
                        "172.30.0.3/32",
                        "fd00::2/128",
                        "fd00::3/128",
                        "fd00:1::/64",
                        "fd00:2::/64"));
        assertThat(plan.serviceCidrs()).containsExactlyElementsOf(Cluster.prefixes("10.96.0.0/16", "10.97.0.0/16"));
    }

    @Test
    void aVirtualAddressThatTwoServicesClaimGoesToTheFirstAndIsReported() {
        ClusterPicture before = Cluster.picture();
        ClusterPicture both = before.with(Service.named("default", "thief")
                .clusterIp(Ip.of("10.96.0.10"))
                .port(new ServicePort("x", Protocol.TCP, 80))
                .build());
        ServicePlan plan = ServicePlan.of(before, "n1").next(both);
        FrontendKey key = new FrontendKey(Ip.of("10.96.0.10"), Protocol.TCP, 80);
        assertThat(plan.frontends().get(key)).hasToString("10.96.0.10 . tcp . 80 default/thief:x reject");
        assertThat(plan.problems())
                .containsExactly("Services default/thief:x and default/web:http both claim 10.96.0.10 . tcp . 80;"
                        + " the first has it until the other's ClusterIP changes");
        ServicePlan again = plan.next(both.withoutService(new ServiceName("default", "thief")));
        assertThat(again.text()).isEqualTo(ServicePlan.of(before, "n1").text());
        ServicePlan only = plan.next(both.withoutService(Cluster.WEB));
        assertThat(only.clusterIps().get(Ip.of("10.96.0.10"))).hasToString("default/thief");
        assertThat(only.problems()).isEmpty();
    }

    /** By kube-proxy's own comments and tests (servicePortChainNameBase in pkg/proxy/nftables/proxier.go). */
    @Test
    void chainsAreNamedAsKubeProxyNamesThem() {
        PortName port = new PortName(new ServiceName("ns1", "svc1"), "p80");
        assertThat(port.chain("service-", Protocol.TCP)).isEqualTo("service-ULMVA6XW-ns1/svc1/tcp/p80");
        assertThat(port).hasToString("ns1/svc1:p80");
        PortName unnamed = new PortName(new ServiceName("ns1", "svc1"), "");
        assertThat(unnamed.chain("service-", Protocol.UDP)).endsWith("-ns1/svc1/udp/");
        assertThat(unnamed).hasToString("ns1/svc1");
    }

    @Test
    void longChainNamesAreCutAndStayApart() {
        String longName = "n".repeat(63);
        String service = "s".repeat(200);
        String one = new PortName(new ServiceName(longName, service), "a").chain("service-", Protocol.TCP);
        String other = new PortName(new ServiceName(longName, service), "b").chain("service-", Protocol.TCP);
        assertThat(one).hasSize("service-".length() + 240).endsWith("...").isNotEqualTo(other);
    }

    private static Frontend frontend(ClusterPicture picture, String ip, Protocol protocol, int port) {
        return ServicePlan.of(picture, "n1")
                .frontends()
                .find(new FrontendKey(Ip.of(ip), protocol, port))
                .orElseThrow();
    }

    private static Endpoint conditions(Endpoint endpoint, String text) {
        return endpoint.with(text.charAt(0) == 'R', text.charAt(1) == 'S', text.charAt(2) == 'T');
    }
}
