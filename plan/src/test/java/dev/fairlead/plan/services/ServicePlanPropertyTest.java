package dev.fairlead.plan.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServiceName;
import dev.fairlead.plan.ServicePort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random clusters, changed at random. */
class ServicePlanPropertyTest {

    /** A plan made step by step is the plan made at once, and the changes between steps build it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void stepByStepIsTheSameAsAtOnce(long seed) {
        Random random = new Random(seed);
        ClusterPicture picture = ClusterPicture.EMPTY;
        ServicePlan plan = ServicePlan.empty("n0");
        Kernel kernel = new Kernel();
        for (int step = 0; step < 600; step++) {
            for (int n = random.nextInt(3); n >= 0; n--) {
                picture = changed(picture, random);
            }
            ServicePlan next = plan.next(picture);
            kernel.follow(ServicePlan.diff(plan, next));
            plan = next;
            if (step % 10 == 0) {
                ServicePlan atOnce = ServicePlan.of(picture, "n0");
                assertThat(plan.text()).isEqualTo(atOnce.text());
                assertThat(ServicePlan.diff(plan, atOnce).isEmpty()).isTrue();
                kernel.holds(atOnce);
            }
        }
        assertThat(plan.frontends().size()).isGreaterThan(5);
    }

    /**
     * UDP flows as conntrack keeps them: each stays where it once went until it is deleted. After every change none may lead
     * to a backend that doesn't serve, and none that leads to one that does may have been deleted.
     */
    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7})
    void noFlowStaysWithABackendThatIsGoneAndNoneIsCutNeedlessly(long seed) {
        Random random = new Random(seed);
        ClusterPicture picture = ClusterPicture.EMPTY;
        ServicePlan plan = ServicePlan.empty("n0");
        List<Entry> conntrack = new ArrayList<>();
        int deleted = 0;
        int kept = 0;
        for (int step = 0; step < 1_200; step++) {
            picture = changed(picture, random);
            ServicePlan next = plan.next(picture);
            for (StaleFlow stale : ServicePlan.diff(plan, next).stale()) {
                for (Entry entry : List.copyOf(conntrack)) {
                    if (stale.covers(entry.original, entry.replySource)) {
                        assertThat(lives(entry, next))
                                .describedAs("%s needlessly cut by %s", entry, stale)
                                .isFalse();
                        conntrack.remove(entry);
                        deleted++;
                    }
                }
            }
            plan = next;
            for (Entry entry : conntrack) {
                boolean toVirtual = entry.replySource.equals(entry.original.destination());
                assertThat(lives(entry, plan) || toVirtual)
                        .describedAs("%s", entry)
                        .isTrue();
                assertThat(toVirtual && hasBackends(entry, plan))
                        .describedAs("pinned %s", entry)
                        .isFalse();
            }
            kept += conntrack.size();
            begin(conntrack, plan, random);
        }
        assertThat(deleted).isGreaterThan(100);
        assertThat(kept).isGreaterThan(1_000);
    }

    private record Entry(Flow original, IpPort replySource) {}

    /** A client sends; where nobody is behind the address, the flow may get pinned to the address itself. */
    private static void begin(List<Entry> conntrack, ServicePlan plan, Random random) {
        for (Frontend frontend : plan.frontends().values()) {
            if (frontend.key().protocol() != Protocol.UDP || random.nextInt(3) > 0) {
                continue;
            }
            IpPort client = new IpPort(
                    Ip.of(frontend.key().ip().isIpv4() ? "10.0.0.9" : "fd00::9"), 1 + random.nextInt(60_000));
            Flow flow = new Flow(Protocol.UDP, client, frontend.key().address());
            IpPort to = switch (plan.decide(flow)) {
                case Decision.Dnat dnat ->
                    dnat.targets().get(random.nextInt(dnat.targets().size())).backend();
                default -> frontend.key().address();
            };
            conntrack.add(new Entry(flow, to));
        }
        while (conntrack.size() > 60) {
            conntrack.remove(random.nextInt(conntrack.size()));
        }
    }

    private static FrontendKey key(Entry entry) {
        return new FrontendKey(
                entry.original.destination().ip(),
                Protocol.UDP,
                entry.original.destination().port());
    }

    private static boolean hasBackends(Entry entry, ServicePlan plan) {
        return plan.frontends()
                .find(key(entry))
                .map(frontend -> !frontend.rejects())
                .orElse(false);
    }

    /** By the picture, not the plan: some Service owns the frontend, and lists that endpoint as ready or serving. */
    private static boolean lives(Entry entry, ServicePlan plan) {
        if (plan.frontends().find(key(entry)).isEmpty()) {
            return false;
        }
        Frontend frontend = plan.frontends().find(key(entry)).orElseThrow();
        List<Endpoint> listed = new ArrayList<>();
        for (EndpointSlice slice :
                plan.picture().slices(frontend.owner().service()).values()) {
            for (EndpointSlice.Port port : slice.ports()) {
                boolean same = port.protocol() == Protocol.UDP
                        && port.name().equals(frontend.owner().port())
                        && port.number() == entry.replySource.port();
                slice.endpoints().stream()
                        .filter(endpoint -> same && endpoint.ip().equals(entry.replySource.ip()))
                        .forEach(listed::add);
            }
        }
        boolean newPod = listed.stream().anyMatch(endpoint -> !endpoint.terminating());
        return listed.stream()
                .filter(endpoint -> !newPod || !endpoint.terminating())
                .anyMatch(endpoint -> endpoint.ready() || endpoint.serving());
    }

    // ---- a kernel that checks what it is told

    private static final class Kernel {
        private final TreeMap<FrontendKey, String> frontends = new TreeMap<>();
        private final TreeSet<Ip> clusterIps = new TreeSet<>();
        private final TreeSet<Ip> hairpins = new TreeSet<>();
        private final TreeSet<Prefix> sources = new TreeSet<>();
        private final TreeSet<Prefix> ownSources = new TreeSet<>();
        private final TreeSet<Prefix> cidrs = new TreeSet<>();

        void follow(ServiceChange change) {
            change.removed()
                    .forEach(frontend ->
                            assertThat(frontends.remove(frontend.key())).isEqualTo(frontend.toString()));
            change.changed().forEach(pair -> {
                assertThat(pair.before().toString()).isNotEqualTo(pair.after().toString());
                assertThat(frontends.put(pair.after().key(), pair.after().toString()))
                        .isEqualTo(pair.before().toString());
            });
            change.added()
                    .forEach(frontend -> assertThat(frontends.put(frontend.key(), frontend.toString()))
                            .isNull());
            members(clusterIps, change.clusterIps());
            members(hairpins, change.hairpins());
            members(sources, change.sources());
            members(ownSources, change.ownSources());
            members(cidrs, change.serviceCidrs());
        }

        private static <T> void members(Collection<T> set, ServiceChange.Members<T> members) {
            members.removed().forEach(member -> assertThat(set.remove(member)).isTrue());
            members.added().forEach(member -> assertThat(set.add(member)).isTrue());
        }

        void holds(ServicePlan plan) {
            assertThat(frontends.keySet()).isEqualTo(plan.frontends().keySet());
            assertThat(frontends.values())
                    .containsExactlyElementsOf(plan.frontends().values().stream()
                            .map(Frontend::toString)
                            .toList());
            assertThat(clusterIps).isEqualTo(plan.clusterIps().keySet());
            assertThat(hairpins).isEqualTo(plan.hairpins().keySet());
            assertThat(sources).containsExactlyElementsOf(plan.sources());
            assertThat(ownSources).containsExactlyElementsOf(plan.ownSources());
            assertThat(cidrs).containsExactlyElementsOf(plan.serviceCidrs());
        }
    }

    @Test
    void theRandomClusterIsSeeded() {
        ClusterPicture one = ClusterPicture.EMPTY;
        ClusterPicture other = ClusterPicture.EMPTY;
        Random first = new Random(1);
        Random second = new Random(1);
        for (int i = 0; i < 100; i++) {
            one = changed(one, first);
            other = changed(other, second);
        }
        assertThat(one).isEqualTo(other);
    }

    // ---- changes

    private static ClusterPicture changed(ClusterPicture picture, Random random) {
        ServiceName service = new ServiceName("ns" + random.nextInt(2), "s" + random.nextInt(6));
        return switch (random.nextInt(20)) {
            case 0 -> picture.with(node(random));
            case 1 -> picture.withoutNode("n" + random.nextInt(3));
            case 2 ->
                picture.withServiceCidrs(List.of(Prefix.of("10.96." + random.nextInt(3) + ".0/2" + random.nextInt(5))));
            case 3, 4, 5 -> picture.with(service(service, random));
            case 6 -> picture.withoutService(service);
            case 7 -> picture.withoutSlice(service, "slice" + random.nextInt(2));
            default -> picture.with(service, slice(random));
        };
    }

    private static Node node(Random random) {
        int number = random.nextInt(3);
        List<Prefix> podCidrs = new ArrayList<>(List.of(Prefix.of("10.244." + number + ".0/24")));
        if (random.nextBoolean()) {
            podCidrs.add(Prefix.of("fd00:" + number + "::/64"));
        }
        return new Node("n" + number, List.of(Ip.of("172.30.0." + (2 + random.nextInt(2)))), podCidrs);
    }

    private static Service service(ServiceName name, Random random) {
        Service.Builder service = Service.named(name.namespace(), name.name());
        if (random.nextInt(8) > 0) { // few addresses, so that Services collide now and then
            service.clusterIp(Ip.of("10.96.0." + (10 + random.nextInt(14))));
        }
        if (random.nextBoolean()) {
            service.clusterIp(Ip.of("fd00:96::" + (10 + random.nextInt(14))));
        }
        for (String port : List.of("a", "b")) {
            ServicePort made =
                    new ServicePort(port, List.of(Protocol.values()).get(random.nextInt(3)), 80 + random.nextInt(2));
            service.port(random.nextBoolean() ? made : made.onNodes(30_000 + random.nextInt(4)));
        }
        return service.build();
    }

    private static EndpointSlice slice(Random random) {
        List<EndpointSlice.Port> ports = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            for (Protocol protocol : Protocol.values()) {
                ports.add(new EndpointSlice.Port(name, protocol, 8080 + random.nextInt(2)));
            }
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (int n = random.nextInt(4); n > 0; n--) {
            int node = random.nextInt(3);
            String ip = random.nextInt(3) > 0
                    ? "10.244." + node + "." + (2 + random.nextInt(6))
                    : "fd00:" + node + "::" + (2 + random.nextInt(6));
            boolean terminating = random.nextInt(3) == 0;
            boolean serving = random.nextInt(4) > 0;
            boolean ready = serving && !terminating;
            endpoints.add(Endpoint.ready(Ip.of(ip), random.nextInt(4) == 0 ? "" : "n" + node)
                    .with(ready, serving, terminating));
        }
        return new EndpointSlice("slice" + random.nextInt(2), ports, endpoints);
    }
}
