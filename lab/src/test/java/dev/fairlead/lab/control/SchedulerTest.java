package dev.fairlead.lab.control;

import static dev.fairlead.lab.model.StoreFixture.deploymentYaml;
import static dev.fairlead.lab.model.StoreFixture.node;
import static dev.fairlead.lab.model.StoreFixture.podYaml;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.ObjectKey;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodStatus.Phase;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private final Cluster cluster = new Cluster(3);

    private Map<String, Integer> perNode(String prefix) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Pod pod : cluster.pods()) {
            if (pod.metadata().name().startsWith(prefix)) {
                counts.merge(pod.spec().nodeName(), 1, Integer::sum);
            }
        }
        return counts;
    }

    @Test
    void spreadsEachDeploymentOverAllNodes() {
        cluster.lab.store.putNode(node("node-3", Map.of()));
        cluster.apply(deploymentYaml("web", 6, "1", ""));
        cluster.apply(deploymentYaml("back", 4, "1", ""));
        cluster.apply(deploymentYaml("one", 1, "1", ""));
        assertThat(perNode("web")).isEqualTo(Map.of("node-1", 2, "node-2", 2, "node-3", 2));
        assertThat(perNode("back").values()).containsExactlyInAnyOrder(1, 1, 2);
        assertThat(perNode("").values()).containsExactlyInAnyOrder(4, 4, 3);
    }

    /** The own kind counts before the number of pods: node-2 is fuller, but has no pod of this Deployment. */
    @Test
    void ownKindBeforeNumbers() {
        cluster.apply(podYaml("a", "nodeName: node-2, "));
        cluster.apply(podYaml("b", "nodeName: node-2, "));
        cluster.apply(podYaml("c", "nodeName: node-2, "));
        cluster.apply(deploymentYaml("web", 2, "1", ""));
        assertThat(perNode("web")).isEqualTo(Map.of("node-1", 1, "node-2", 1));
        cluster.apply(podYaml("d", ""));
        assertThat(cluster.pod("d").spec().nodeName()).isEqualTo("node-1");
    }

    @Test
    void podsThatAreOverTakeNoRoom() {
        cluster.apply(podYaml("a", ""));
        assertThat(cluster.pod("a").spec().nodeName()).isEqualTo("node-1");
        Pod over = cluster.pod("a");
        cluster.lab.store.setStatus(
                over.key(), over.metadata().uid(), over.status().withPhase(Phase.SUCCEEDED, ""));
        cluster.apply(podYaml("b", ""));
        assertThat(cluster.pod("b").spec().nodeName()).isEqualTo("node-1");
        cluster.apply(podYaml("c", ""));
        assertThat(cluster.pod("c").spec().nodeName()).isEqualTo("node-2");
    }

    @Test
    void aReplacementDoesNotAvoidTheNodeOfThePodThatLeaves() {
        cluster.apply(deploymentYaml("web", 2, "1", ""));
        cluster.startAll();
        Pod leaving = cluster.pods().stream()
                .filter(pod -> pod.spec().nodeName().equals("node-2"))
                .findFirst()
                .orElseThrow();
        cluster.lab.store.delete(Kind.POD, leaving.key());
        cluster.settle();
        assertThat(cluster.pods().stream()
                        .filter(Pod::active)
                        .map(pod -> pod.spec().nodeName()))
                .containsExactlyInAnyOrder("node-1", "node-2");
    }

    @Test
    void obeysNodeSelector() {
        cluster.apply(
                deploymentYaml("web", 3, "1", "").replace("containers:", "nodeSelector: {disk: ssd}, containers:"));
        assertThat(perNode("web")).isEqualTo(Map.of("node-1", 3));
    }

    @Test
    void obeysNodeNameEvenWhereItWouldNotChoose() {
        Node full = cluster.lab.store.picture().node("node-2").orElseThrow();
        cluster.lab.store.putNode(
                new Node(full.metadata(), full.addresses(), full.podCidrs(), "", full.ready(), List.of(), true));
        cluster.apply(podYaml("a", "nodeName: node-2, "));
        assertThat(cluster.pod("a").spec().nodeName()).isEqualTo("node-2");
        assertThat(cluster.pod("a").status().reason()).isEmpty();
        cluster.apply(podYaml("b", ""));
        cluster.apply(podYaml("c", ""));
        assertThat(perNode("")).isEqualTo(Map.of("node-1", 2, "node-2", 1));
    }

    @Test
    void saysWhyAPodHasNoNodeAndPlacesItWhenThatEnds() {
        cluster.apply(podYaml("a", "nodeSelector: {disk: nvme, zone: b}, "));
        assertThat(cluster.pod("a").status().phase()).isEqualTo(Phase.PENDING);
        assertThat(cluster.pod("a").status().reason())
                .isEqualTo("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.");
        cluster.lab.store.putNode(new Node(
                node("node-3", Map.of("disk", "nvme", "zone", "b")).metadata(),
                List.of(),
                List.of(),
                "",
                false,
                List.of(),
                false));
        cluster.settle();
        assertThat(cluster.pod("a").status().reason())
                .isEqualTo(
                        "0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 2 node(s)"
                                + " didn't match Pod's node affinity/selector.");
        cluster.lab.store.putNode(node("node-3", Map.of("disk", "nvme", "zone", "b")));
        cluster.settle();
        assertThat(cluster.pod("a").spec().nodeName()).isEqualTo("node-3");
        assertThat(cluster.pod("a").status().reason()).isEmpty();
    }

    @Test
    void saysThatANamedNodeIsNotThere() {
        cluster.apply(podYaml("a", "nodeName: node-9, "));
        assertThat(cluster.pod("a").status().reason())
                .isEqualTo("spec.nodeName: there is no node 'node-9'; the nodes are node-1, node-2");
        assertThat(cluster.controllers.reconcile(cluster.lab.store.picture(), cluster.lab.now))
                .isEmpty();
    }

    @Test
    void withoutNodesPodsWait() {
        cluster.lab.store.delete(Kind.NODE, new ObjectKey("", "node-1"));
        cluster.lab.store.delete(Kind.NODE, new ObjectKey("", "node-2"));
        cluster.apply(podYaml("a", ""));
        assertThat(cluster.pod("a").status().reason()).isEqualTo("no nodes available to schedule pods");
    }

    @Test
    void theSamePictureGivesTheSameAnswer() {
        cluster.lab.apply(deploymentYaml("web", 5, "1", ""), podYaml("a", ""), podYaml("b", ""));
        var picture = cluster.lab.store.picture();
        assertThat(Scheduler.reconcile(picture))
                .isEqualTo(Scheduler.reconcile(picture))
                .isNotEmpty();
    }
}
