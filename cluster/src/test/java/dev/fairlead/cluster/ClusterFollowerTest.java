package dev.fairlead.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.api.resource.Resources;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.packet.Protocol;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.Endpoint;
import dev.fairlead.plan.EndpointSlice;
import dev.fairlead.plan.Namespace;
import dev.fairlead.plan.Node;
import dev.fairlead.plan.Pod;
import dev.fairlead.plan.Service;
import dev.fairlead.plan.ServiceName;
import dev.fairlead.plan.ServicePort;
import dev.fairlead.plan.services.ServicePlan;
import dev.fairlead.testkit.CuttingRelay;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The follower against the lab's API server over TLS on loopback; what it should know is written down by hand, or a model. */
class ClusterFollowerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final ServiceName WEB = new ServiceName("default", "web");

    @TempDir
    private Path directory;

    private static ClusterPicture await(ClusterFollower follower, Predicate<ClusterPicture> wanted)
            throws InterruptedException {
        List<ClusterPicture> last = new ArrayList<>();
        return follower.await(
                        picture -> {
                            last.add(picture);
                            return wanted.test(picture);
                        },
                        PATIENCE)
                .orElseThrow(() -> new AssertionError("not in time; lacking " + follower.missing() + ", last "
                        + (last.isEmpty() ? "none" : last.getLast())));
    }

    private static void fill(RealApi api) {
        api.create("""
                {kind: Node, apiVersion: v1, metadata: {name: node-1}, spec: {podCIDR: 10.244.1.0/24, podCIDRs: [10.244.1.0/24]},
                 status: {addresses: [{type: Hostname, address: node-1}, {type: InternalIP, address: 172.30.0.2}]}}""");
        api.create("{kind: ServiceCIDR, apiVersion: networking.k8s.io/v1, metadata: {name: kubernetes},"
                + " spec: {cidrs: [10.96.0.0/16]}}");
        api.create("{kind: Service, apiVersion: v1, metadata: {name: web}, spec: {clusterIP: 10.96.0.10,"
                + " ports: [{name: http, port: 80, targetPort: www}]}}");
        api.force(slice("web-1", "web", "10.244.1.5", 8080));
        api.force(pod("mine", "node-1", "10.244.1.5"));
        api.force(pod("theirs", "node-2", "10.244.2.5"));
    }

    private static String slice(String name, String service, String ip, int port) {
        return """
                {kind: EndpointSlice, apiVersion: discovery.k8s.io/v1, addressType: IPv4,
                 metadata: {name: %s, namespace: default, labels: {kubernetes.io/service-name: %s}},
                 ports: [{name: http, port: %d, protocol: TCP}],
                 endpoints: [{addresses: ["%s"], nodeName: node-1, conditions: {ready: true}}]}
                """.formatted(name, service, port, ip);
    }

    private static String pod(String name, String node, String ip) {
        return """
                {kind: Pod, apiVersion: v1, metadata: {name: %s, namespace: default, uid: u-%s, labels: {app: web}},
                 spec: {nodeName: %s, containers: [{name: c, image: host}]}, status: {phase: Running, podIPs: [{ip: %s}]}}
                """.formatted(name, name, node, ip);
    }

    private static ClusterPicture filled() {
        return ClusterPicture.EMPTY
                .with(new Node("node-1", List.of(Ip.of("172.30.0.2")), List.of(Prefix.of("10.244.1.0/24"))))
                .withServiceCidrs(List.of(Prefix.of("10.96.0.0/16")))
                .with(new Service(
                        WEB, List.of(Ip.of("10.96.0.10")), List.of(new ServicePort("http", Protocol.TCP, 80, "www"))))
                .with(WEB, sliceFact("web-1", "10.244.1.5", 8080))
                .with(new Namespace("default", Map.of("kubernetes.io/metadata.name", "default")))
                .with(new Pod("default", "mine", "u-mine", Map.of("app", "web"), List.of(Ip.of("10.244.1.5")), false));
    }

    private static EndpointSlice sliceFact(String name, String ip, int port) {
        return new EndpointSlice(
                name,
                List.of(new EndpointSlice.Port("http", Protocol.TCP, port)),
                List.of(Endpoint.ready(Ip.of(ip), "node-1")));
    }

    @Test
    void knowsWhatThereIsAndWhatChanges() throws InterruptedException {
        try (RealApi api = RealApi.start()) {
            fill(api);
            try (ClusterFollower follower = ClusterFollower.start(api.access(directory, api.port()), "node-1")) {
                assertThat(await(follower, _ -> true)).isEqualTo(filled());
                List<ClusterPicture> told = new ArrayList<>();
                follower.tell(told::add);

                api.force(slice("web-2", "web", "10.244.1.6", 8081));
                ClusterPicture both = filled().with(WEB, sliceFact("web-2", "10.244.1.6", 8081));
                assertThat(await(follower, both::equals)).isEqualTo(both);
                api.force(slice("web-2", "other", "10.244.1.6", 8081)); // goes over to another Service
                ClusterPicture apart =
                        filled().with(new ServiceName("default", "other"), sliceFact("web-2", "10.244.1.6", 8081));
                assertThat(await(follower, apart::equals)).isEqualTo(apart);
                api.delete(Resources.ENDPOINT_SLICES, "web-2");
                api.delete(Resources.PODS, "mine");
                await(follower, picture -> picture.equals(filled().withoutPod("default/mine")));

                assertThat(told).contains(filled(), both, apart);
            }
        }
    }

    /** Slices of one Service: each port's endpoints of all of them, one address once, as kube-proxy has it. */
    @Test
    void slicesOfOneServiceAreMerged() throws InterruptedException {
        try (RealApi api = RealApi.start()) {
            fill(api);
            api.force(slice("web-2", "web", "10.244.1.6", 8081));
            api.force(slice("web-3", "web", "10.244.1.5", 8080)); // moves from slice to slice
            api.force(slice("hosts", "web", "www.example.org", 80).replace("IPv4", "FQDN"));
            try (ClusterFollower follower = ClusterFollower.start(api.access(directory, api.port()), "node-1")) {
                ClusterPicture picture = await(follower, _ -> true);
                String plan = ServicePlan.of(picture, "node-1").text();
                assertThat(plan).contains("frontend 10.96.0.10 . tcp . 80", "10.244.1.5:8080, 10.244.1.6:8081");
            }
        }
    }

    @Test
    void anObjectThatMakesNoSenseIsLeftOutAndTheRestGoesOn() throws InterruptedException {
        try (RealApi api = RealApi.start()) {
            fill(api);
            api.force(slice("bad", "web", "10.244.1.999", 80));
            try (ClusterFollower follower = ClusterFollower.start(api.access(directory, api.port()), "node-1")) {
                assertThat(await(follower, _ -> true)).isEqualTo(filled());
                api.force(slice("web-1", "web", "nonsense", 80)); // it stays as it was
                api.force(slice("web-4", "web", "10.244.1.9", 80));
                await(follower, filled().with(WEB, sliceFact("web-4", "10.244.1.9", 80))::equals);
                api.force(slice("web-1", "web", "10.244.1.7", 80));
                await(
                        follower,
                        filled().with(WEB, sliceFact("web-4", "10.244.1.9", 80))
                                .with(WEB, sliceFact("web-1", "10.244.1.7", 80))::equals);
            }
        }
    }

    @Test
    void aServerThatIsAwayForAWhileChangesNothing() throws InterruptedException {
        try (RealApi api = RealApi.start()) {
            fill(api);
            int port = api.port();
            try (ClusterFollower follower = ClusterFollower.start(api.access(directory, port), "node-1")) {
                await(follower, filled()::equals);
                api.stop();
                api.force(slice("web-2", "web", "10.244.1.6", 8081));
                assertThat(await(follower, _ -> true)).isEqualTo(filled());
                api.startAgain(port);
                await(follower, filled().with(WEB, sliceFact("web-2", "10.244.1.6", 8081))::equals);
            }
        }
    }

    @Test
    void aServerThatForgotEverythingIsListedAnew() throws InterruptedException {
        try (RealApi api = RealApi.start()) {
            fill(api);
            int port = api.port();
            try (ClusterFollower follower = ClusterFollower.start(api.access(directory, port), "node-1")) {
                await(follower, filled()::equals);
                api.stop();
                api.forgetEverything();
                api.create("{kind: Service, apiVersion: v1, metadata: {name: web}, spec: {clusterIP: 10.96.0.77,"
                        + " ports: [{name: http, port: 80}]}}");
                api.startAgain(port);
                ClusterPicture left = ClusterPicture.EMPTY
                        .with(new Service(
                                WEB,
                                List.of(Ip.of("10.96.0.77")),
                                List.of(new ServicePort("http", Protocol.TCP, 80, "80"))))
                        .with(new Namespace("default", Map.of("kubernetes.io/metadata.name", "default")));
                assertThat(await(follower, left::equals)).isEqualTo(left);
            }
        }
    }

    @Test
    void aNewTokenIsTakenFromItsFile() throws InterruptedException {
        try (RealApi api = RealApi.start()) {
            fill(api);
            int port = api.port();
            try (ClusterFollower follower = ClusterFollower.start(api.access(directory, port), "node-1")) {
                await(follower, filled()::equals);
                api.stop();
                api.startAgain(port, "another");
                api.force(slice("web-2", "web", "10.244.1.6", 8081));
                var unused = RealApi.write(directory.resolve("token"), "another\n");
                await(follower, filled().with(WEB, sliceFact("web-2", "10.244.1.6", 8081))::equals);
            }
        }
    }

    /**
     * Slices come, change and go at random while connections are cut after random numbers of bytes, and the server keeps so little
     * history that some watches can't be resumed. What is known in the end is what a map of the same changes holds.
     */
    @Test
    void cutsAtRandomPlacesLoseNothing() throws InterruptedException {
        SplittableRandom random = new SplittableRandom(7);
        try (RealApi api = new RealApi(5)) {
            fill(api);
            SplittableRandom cuts = random.split();
            try (CuttingRelay relay = CuttingRelay.start(api.port(), () -> 1_500 + cuts.nextInt(9_000));
                    ClusterFollower follower = ClusterFollower.start(api.access(directory, relay.port()), "node-1")) {
                Map<String, EndpointSlice> model =
                        new TreeMap<>(Map.of("web-1", sliceFact("web-1", "10.244.1.5", 8080)));
                for (int round = 0; round < 20; round++) {
                    int changes = 1 + random.nextInt(15);
                    int cutAt = random.nextInt(2 * changes);
                    for (int i = 0; i < changes; i++) {
                        changeSomeSlice(api, model, random);
                        if (i == cutAt) {
                            relay.cutAll();
                        }
                    }
                    ClusterPicture wanted = filled().withoutSlice(WEB, "web-1");
                    for (EndpointSlice slice : model.values()) {
                        wanted = wanted.with(WEB, slice);
                    }
                    assertThat(await(follower, wanted::equals)).isEqualTo(wanted);
                }
            }
        }
    }

    private static void changeSomeSlice(RealApi api, Map<String, EndpointSlice> model, SplittableRandom random) {
        String name = "web-" + random.nextInt(12);
        if (model.containsKey(name) && random.nextInt(3) == 0) {
            api.delete(Resources.ENDPOINT_SLICES, name);
            model.remove(name);
        } else {
            String ip = "10.244.1." + (1 + random.nextInt(250));
            api.force(slice(name, "web", ip, 8080));
            model.put(name, sliceFact(name, ip, 8080));
        }
    }
}
