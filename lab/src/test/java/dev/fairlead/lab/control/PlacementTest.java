package dev.fairlead.lab.control;

import static dev.fairlead.lab.model.StoreFixture.deploymentYaml;
import static dev.fairlead.lab.model.StoreFixture.podYaml;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.lab.model.Kind;
import dev.fairlead.lab.model.ManifestException;
import dev.fairlead.lab.model.Node;
import dev.fairlead.lab.model.ObjectMeta;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.Taint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Where pods that ask for something go, by the rules of the Kubernetes documentation (Assigning Pods to Nodes, Taints and
 * Tolerations, Pod Topology Spread Constraints).
 *
 * <pre>
 *   zone a: node-1 (disk=ssd, cpus=4), node-2 (disk=hdd, cpus=8)      zone b: node-3 (cpus=16)
 * </pre>
 */
class PlacementTest {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private final Cluster cluster = new Cluster(5);

    @BeforeEach
    void nodes() {
        put("node-1", Map.of("zone", "a", "disk", "ssd", "cpus", "4"));
        put("node-2", Map.of("zone", "a", "disk", "hdd", "cpus", "8"));
        put("node-3", Map.of("zone", "b", "cpus", "16"));
    }

    private void put(String name, Map<String, String> labels, Taint... taints) {
        cluster.lab.store.putNode(new Node(
                ObjectMeta.of("", name, labels, Map.of()), List.of(), List.of(), "", true, List.of(taints), false));
    }

    private void taint(String name, Taint... taints) {
        Node node = cluster.lab.store.picture().node(name).orElseThrow();
        put(name, node.metadata().labels(), taints);
        cluster.settle();
    }

    private String nodeOf(String pod) {
        return cluster.pod(pod).spec().nodeName();
    }

    private String why(String pod) {
        assertThat(nodeOf(pod)).isEmpty();
        return cluster.pod(pod).status().reason();
    }

    private Map<String, Integer> perNode(String prefix) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Pod pod : cluster.pods()) {
            if (pod.metadata().name().startsWith(prefix)) {
                counts.merge(pod.spec().nodeName(), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static String nodeAffinity(String terms) {
        return "affinity: {nodeAffinity: {" + REQUIRED + ": {nodeSelectorTerms: [" + terms + "]}}}, ";
    }

    private static String expression(String expression) {
        return nodeAffinity("{matchExpressions: [" + expression + "]}");
    }

    /** Which nodes a pod may have: it is put there again and again, with a taint on where it went last. */
    private List<String> possible(String spec) {
        List<String> nodes = new ArrayList<>();
        List<Node> before = List.copyOf(cluster.lab.store.picture().nodes().values());
        Taint full = new Taint("full", "", Taint.NO_SCHEDULE);
        for (int i = 0; i < 4; i++) {
            String name = "p" + i;
            cluster.apply(podYaml(name, spec));
            String node = nodeOf(name);
            cluster.lab.store.delete(Kind.POD, Cluster.key(name));
            cluster.buryAll();
            if (node.isEmpty()) {
                break;
            }
            nodes.add(node);
            taint(node, full);
        }
        before.forEach(cluster.lab.store::putNode);
        return nodes.stream().sorted().toList();
    }

    @Test
    void requiredNodeAffinity() {
        assertThat(possible("")).containsExactly("node-1", "node-2", "node-3");
        assertThat(possible(expression("{key: disk, operator: In, values: [ssd, nvme]}")))
                .containsExactly("node-1");
        assertThat(possible(expression("{key: disk, operator: NotIn, values: [ssd]}")))
                .containsExactly("node-2", "node-3");
        assertThat(possible(expression("{key: disk, operator: Exists}"))).containsExactly("node-1", "node-2");
        assertThat(possible(expression("{key: disk, operator: DoesNotExist}"))).containsExactly("node-3");
        assertThat(possible(expression("{key: cpus, operator: Gt, values: ['4']}")))
                .containsExactly("node-2", "node-3");
        assertThat(possible(expression("{key: cpus, operator: Lt, values: ['16']}")))
                .containsExactly("node-1", "node-2");
        assertThat(possible(expression("{key: disk, operator: Gt, values: ['4']}")))
                .isEmpty();
        assertThat(possible(expression("{key: disk, operator: Exists}, {key: cpus, operator: Gt, values: ['4']}")))
                .as("all expressions of a term")
                .containsExactly("node-2");
        assertThat(possible(nodeAffinity("{matchExpressions: [{key: disk, operator: In, values: [ssd]}]},"
                        + " {matchFields: [{key: metadata.name, operator: In, values: [node-3]}]}, {}")))
                .as("one of the terms; an empty one fits nothing")
                .containsExactly("node-1", "node-3");
        assertThat(possible("nodeSelector: {zone: a}, " + expression("{key: disk, operator: NotIn, values: [ssd]}")))
                .containsExactly("node-2");
        cluster.apply(podYaml("a", expression("{key: gpu, operator: Exists}")));
        assertThat(why("a")).isEqualTo("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.");
    }

    @Test
    void taintsKeepPodsAwayThatDoNotTolerateThem() {
        taint("node-1", new Taint("team", "red", Taint.NO_SCHEDULE));
        taint("node-2", new Taint("team", "blue", Taint.NO_EXECUTE));
        taint("node-3", new Taint("team", "red", Taint.NO_SCHEDULE), new Taint("old", "", Taint.NO_SCHEDULE));
        cluster.apply(podYaml("a", ""));
        assertThat(why("a"))
                .isEqualTo(
                        "0/3 nodes are available: 1 node(s) had untolerated taint {team: blue}, 2 node(s) had untolerated"
                                + " taint {team: red}.");
        assertThat(possible("tolerations: [{key: team, value: red, effect: NoSchedule}], "))
                .containsExactly("node-1");
        assertThat(possible("tolerations: [{key: team, operator: Exists}], ")).containsExactly("node-1", "node-2");
        assertThat(possible("tolerations: [{key: team, operator: Exists, effect: NoExecute}], "))
                .containsExactly("node-2");
        assertThat(possible("tolerations: [{key: team, operator: Equal, value: green}], "))
                .isEmpty();
        assertThat(possible("tolerations: [{key: team, operator: Exists}, {key: old}], "))
                .containsExactly("node-1", "node-2", "node-3");
        taint("node-3");
        assertThat(nodeOf("a")).as("once a taint is gone").isEqualTo("node-3");
        cluster.apply(podYaml("all", "tolerations: [{operator: Exists}], nodeSelector: {zone: a}, "));
        assertThat(nodeOf("all")).isNotEmpty();
    }

    @Test
    void preferencesChooseAmongPossibleNodes() {
        taint("node-1", new Taint("slow", "", Taint.PREFER_NO_SCHEDULE));
        taint("node-2", new Taint("slow", "", Taint.PREFER_NO_SCHEDULE));
        cluster.apply(deploymentYaml("web", 4, "1", ""));
        assertThat(perNode("web")).isEqualTo(Map.of("node-3", 4));
        cluster.apply(podYaml(
                "ssd",
                "tolerations: [{key: slow}], affinity: {nodeAffinity: {" + PREFERRED + ": [{weight: 1, preference:"
                        + " {matchExpressions: [{key: cpus, operator: Lt, values: ['8']}]}}]}}, "));
        assertThat(nodeOf("ssd")).isEqualTo("node-1");
        String term = "[{weight: 5, podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {app: web}}}}]";
        cluster.apply(podYaml("near", "affinity: {podAffinity: {" + PREFERRED + ": " + term + "}}, "));
        assertThat(nodeOf("near")).isEqualTo("node-3");
        cluster.apply(podYaml(
                "far", "tolerations: [{key: slow}], affinity: {podAntiAffinity: {" + PREFERRED + ": " + term + "}}, "));
        assertThat(nodeOf("far")).isEqualTo("node-2");
    }

    private static String podTerm(String kind, String selector, String more) {
        return "affinity: {" + kind + ": {" + REQUIRED + ": [{topologyKey: zone, labelSelector: " + selector + more
                + "}]}}, ";
    }

    @Test
    void podsThatWantToBeTogetherAre() {
        String near = podTerm("podAffinity", "{matchLabels: {app: db}}", "");
        cluster.apply(podYaml("early", near));
        assertThat(why("early")).isEqualTo("0/3 nodes are available: 3 node(s) didn't match pod affinity rules.");
        cluster.apply(podYaml("db", "nodeName: node-3, ").replace("app: web", "app: db"));
        assertThat(nodeOf("early")).isEqualTo("node-3");
        cluster.apply(podYaml("first", podTerm("podAffinity", "{matchLabels: {app: web2}}", ""))
                .replace("{app: web}", "{app: web2}"));
        assertThat(nodeOf("first")).as("the first of a group may go anywhere").isNotEqualTo("");
        cluster.apply(podYaml("elsewhere", near).replace("metadata: {", "metadata: {namespace: other, "));
        assertThat(cluster.pods().stream()
                        .filter(pod -> pod.metadata().name().equals("elsewhere"))
                        .map(pod -> pod.spec().nodeName()))
                .as("pods of another namespace aren't meant")
                .containsExactly("");
        cluster.apply(podYaml("named", podTerm("podAffinity", "{matchLabels: {app: db}}", ", namespaces: [default]"))
                .replace("metadata: {", "metadata: {namespace: third, "));
        cluster.apply(podYaml("every", podTerm("podAffinity", "{matchLabels: {app: db}}", ", namespaceSelector: {}"))
                .replace("metadata: {", "metadata: {namespace: third, "));
        assertThat(cluster.pods().stream()
                        .filter(pod -> pod.metadata().namespace().equals("third"))
                        .map(pod -> pod.spec().nodeName()))
                .containsExactly("node-3", "node-3");
        assertThatThrownBy(() -> cluster.apply(
                        podYaml("some", podTerm("podAffinity", "{}", ", namespaceSelector: {matchLabels: {team: a}}"))))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("namespaceSelector");
    }

    @Test
    void podsThatWantToBeApartAre() {
        cluster.apply(podYaml("one", podTerm("podAntiAffinity", "{matchLabels: {app: web}}", "")));
        cluster.apply(podYaml("two", podTerm("podAntiAffinity", "{matchLabels: {app: web}}", "")));
        assertThat(List.of(nodeOf("one"), nodeOf("two"))).contains("node-3").doesNotHaveDuplicates();
        cluster.apply(podYaml("three", podTerm("podAntiAffinity", "{matchLabels: {app: web}}", "")));
        assertThat(why("three")).isEqualTo("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.");
        cluster.apply(podYaml("four", ""));
        assertThat(why("four"))
                .isEqualTo("0/3 nodes are available: 3 node(s) didn't satisfy existing pods anti-affinity rules.");
        cluster.apply(podYaml("other", "").replace("{app: web}", "{app: other}"));
        assertThat(nodeOf("other")).isNotEmpty();
        cluster.lab.store.delete(Kind.POD, Cluster.key("four"));
        cluster.lab.store.delete(Kind.POD, Cluster.key("one"));
        cluster.settle();
        assertThat(nodeOf("three")).as("it is still on its way out").isEmpty();
        cluster.buryAll();
        assertThat(nodeOf("three")).isNotEmpty();
    }

    private static String spread(int maxSkew, String key, String when, String more) {
        return "topologySpreadConstraints: [{maxSkew: " + maxSkew + ", topologyKey: " + key + ", whenUnsatisfiable: "
                + when + ", labelSelector: {matchLabels: {app: web}}" + more + "}], containers:";
    }

    @Test
    void spreadOverZonesCountsZonesNotNodes() {
        cluster.apply(deploymentYaml("web", 6, "1", "").replace("containers:", spread(1, "zone", "DoNotSchedule", "")));
        Map<String, Integer> counts = perNode("web");
        assertThat(counts.get("node-3")).isEqualTo(3);
        assertThat(counts.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(6);
    }

    @Test
    void aConstraintThatCannotHoldKeepsPodsWaiting() {
        taint("node-3", new Taint("gone", "", Taint.NO_SCHEDULE));
        cluster.apply(deploymentYaml("web", 3, "1", "").replace("containers:", spread(1, "zone", "DoNotSchedule", "")));
        assertThat(perNode("web").get("")).isEqualTo(2);
        assertThat(cluster.pods().stream()
                        .filter(pod -> pod.spec().nodeName().isEmpty())
                        .map(pod -> pod.status().reason()))
                .containsOnly(
                        "0/3 nodes are available: 1 node(s) had untolerated taint {gone: }, 2 node(s) didn't match pod"
                                + " topology spread constraints.");
        cluster.apply(deploymentYaml("web", 3, "2", "")
                .replace("containers:", spread(1, "zone", "DoNotSchedule", ", nodeTaintsPolicy: Honor")));
        cluster.converge("web");
        assertThat(perNode("web").keySet())
                .as("a node that it can't have doesn't count")
                .doesNotContain("", "node-3");
    }

    @Test
    void withoutTheLabelNobodyIsPlaced() {
        cluster.apply(podYaml("a", spread(1, "rack", "DoNotSchedule", "").replace("containers:", "")));
        assertThat(why("a"))
                .isEqualTo(
                        "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints (missing required"
                                + " label).");
        cluster.apply(podYaml("b", spread(1, "rack", "ScheduleAnyway", "").replace("containers:", "")));
        assertThat(nodeOf("b")).isNotEmpty();
    }

    @Test
    void tooFewDomainsCountAsOneThatIsEmpty() {
        cluster.apply(deploymentYaml("web", 4, "1", "")
                .replace("containers:", spread(1, "zone", "DoNotSchedule", ", minDomains: 3")));
        assertThat(perNode("web").get("")).as("one in each zone").isEqualTo(2);
    }

    // ---- taints that expel

    @Test
    void aTaintExpelsPodsWhenTheirPatienceEnds() {
        String here = "nodeName: node-1, ";
        cluster.apply(podYaml("plain", here));
        cluster.apply(podYaml("loyal", here + "tolerations: [{key: fire, operator: Exists}], "));
        cluster.apply(podYaml(
                "slow",
                here + "tolerations: [{key: fire, operator: Exists, effect: NoExecute, tolerationSeconds: 30}], "));
        cluster.apply(podYaml("elsewhere", "nodeName: node-2, "));
        cluster.startAll();
        cluster.lab.now = cluster.lab.now.plusSeconds(100);
        TaintEviction eviction = new TaintEviction();
        eviction.act(cluster.lab.store, cluster.lab.now);
        assertThat(leaving()).isEmpty();
        assertThat(eviction.due(cluster.lab.store.picture(), cluster.lab.now)).isEmpty();

        taint("node-1", new Taint("fire", "", Taint.NO_EXECUTE));
        eviction.act(cluster.lab.store, cluster.lab.now);
        assertThat(leaving()).containsExactly("plain");
        Instant due = cluster.lab.now.plusSeconds(30);
        assertThat(eviction.due(cluster.lab.store.picture(), cluster.lab.now)).contains(due);
        cluster.lab.now = due.minusMillis(1);
        eviction.act(cluster.lab.store, cluster.lab.now);
        assertThat(leaving()).containsExactly("plain");
        cluster.lab.now = due;
        eviction.act(cluster.lab.store, cluster.lab.now);
        assertThat(leaving()).containsExactly("plain", "slow");
        assertThat(eviction.due(cluster.lab.store.picture(), cluster.lab.now)).isEmpty();
    }

    /** Patience begins anew with each time that it is needed. */
    @Test
    void aTaintThatGoesIsForgotten() {
        cluster.apply(podYaml(
                "slow", "nodeName: node-1, tolerations: [{key: fire, operator: Exists, tolerationSeconds: 30}], "));
        cluster.startAll();
        TaintEviction eviction = new TaintEviction();
        Taint fire = new Taint("fire", "", Taint.NO_EXECUTE);
        taint("node-1", fire);
        eviction.act(cluster.lab.store, cluster.lab.now);
        cluster.lab.now = cluster.lab.now.plusSeconds(20);
        taint("node-1");
        eviction.act(cluster.lab.store, cluster.lab.now);
        taint("node-1", fire);
        cluster.lab.now = cluster.lab.now.plusSeconds(20);
        eviction.act(cluster.lab.store, cluster.lab.now);
        assertThat(leaving()).isEmpty();
        assertThat(eviction.due(cluster.lab.store.picture(), cluster.lab.now))
                .contains(cluster.lab.now.plusSeconds(30));
    }

    private List<String> leaving() {
        return cluster.pods().stream()
                .filter(pod -> pod.metadata().deleting())
                .map(pod -> pod.metadata().name())
                .sorted()
                .toList();
    }
}
