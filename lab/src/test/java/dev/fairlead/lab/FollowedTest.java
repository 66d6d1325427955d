package dev.fairlead.lab;

import static dev.fairlead.lab.model.StoreFixture.podYaml;
import static dev.fairlead.lab.model.StoreFixture.serviceYaml;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.api.serve.ApiRouter;
import dev.fairlead.cluster.ClusterFollower;
import dev.fairlead.lab.control.Controllers;
import dev.fairlead.lab.document.LabObjects;
import dev.fairlead.lab.manifest.ManifestReader;
import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.StoreFixture;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ClusterPicture;
import dev.fairlead.plan.routes.NodeRoutes;
import dev.fairlead.plan.services.ServicePlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What a node plans from the API is what it would plan from the lab's own records, without documents, EndpointSlices, JSON and a
 * watch in between ({@link ClusterView}).
 */
class FollowedTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final StoreFixture lab = new StoreFixture();
    private final Controllers controllers = new Controllers(new Random(1));
    private final LabObjects objects = lab.objects();
    private final ApiRouter router = new ApiRouter(objects.registry(), JsonNodeFactory.instance.objectNode(), Map.of());

    private static Node node(int n) {
        return new Node(
                ObjectMeta.of("", "node-" + n, Map.of(), Map.of("fairlead.dev/netns", "/proc/" + n + "/ns/net")),
                List.of(Ip.of("172.30.0." + (n + 1))),
                List.of(Prefix.of("10.244." + n + ".0/24")),
                "/proc/" + n + "/ns/net",
                true,
                List.of(),
                false);
    }

    /** As the lab's loop does it. */
    private void change(Runnable work) {
        objects.write(() -> {
            work.run();
            return Boolean.TRUE;
        });
        objects.write(() -> {
            controllers.settle(lab.store, lab.now);
            objects.conclude();
            return Boolean.TRUE;
        });
    }

    private void apply(String yaml) {
        change(() -> {
            var unused = objects.apply(List.of(ManifestReader.parse("test.yaml", yaml)));
        });
    }

    private static String plans(ClusterPicture picture) {
        return ServicePlan.of(picture, "node-3").text()
                + NodeRoutes.plan(picture, "node-3", new NodeRoutes.Uplink("uplink", 0))
                        .text();
    }

    private void requireSame(ClusterFollower follower) throws InterruptedException {
        assertThat(follower.awaitReached(objects.progress(), PATIENCE)).isTrue();
        ClusterPicture followed = follower.await(_ -> true, PATIENCE).orElseThrow();
        ClusterPicture direct = ClusterView.of(lab.store.picture(), StoreFixture.IPV4.prefixes());
        assertThat(plans(followed)).isEqualTo(plans(direct));
    }

    @Test
    void theApiLeadsToTheSamePlansAsTheRecords() throws InterruptedException {
        LabApi.describeNetwork(objects.registry(), StoreFixture.IPV4.prefixes());
        change(() -> {
            for (int n = 3; n <= 4; n++) {
                var unused = lab.store.putNode(node(n));
            }
        });
        Random random = new Random(5);
        int made = 0;
        try (ClusterFollower follower = ClusterFollower.start(new RouterSource(router), "node-3")) {
            requireSame(follower);
            assertThat(plans(follower.await(_ -> true, PATIENCE).orElseThrow()))
                    .contains("10.244.4.0/24 via 172.30.0.5");
            apply(serviceYaml("web", ""));
            apply(serviceYaml("bare", "clusterIP: None, "));
            for (int i = 0; i < 200; i++) {
                List<Pod> pods = new ArrayList<>(lab.store.picture().pods().values());
                int what = random.nextInt(pods.size() < 3 ? 1 : 5);
                if (what <= 1) {
                    apply(podYaml("p" + made++, ""));
                } else {
                    Pod pod = pods.get(random.nextInt(pods.size()));
                    change(() -> act(what, pod, random));
                }
                if (i % 50 == 49) {
                    apply(serviceYaml("web" + i, ""));
                }
                requireSame(follower);
            }
            assertThat(plans(follower.await(_ -> true, PATIENCE).orElseThrow())).contains("dnat to 10.244.");
        }
    }

    private void act(int what, Pod pod, Random random) {
        switch (what) {
            case 2, 3 -> lab.run(pod, random.nextInt(4) > 0, "10.244.1." + (1 + random.nextInt(254)));
            default -> {
                if (pod.metadata().deleting()) {
                    lab.store.podGone(pod.key(), pod.metadata().uid());
                } else {
                    var unused = lab.store.delete(
                            Kind.POD, new ObjectKey("default", pod.metadata().name()));
                }
            }
        }
    }
}
