package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A node is switched off and on again, and the cluster does what clusters do.
 *
 * <pre>
 *   node-1: client, a web ──┐
 *                           ├ switch
 *   node-2: patient, a web ─┘    ← is switched off
 * </pre>
 */
@HostUnchanged
class LabNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CLUSTER = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {terminationGracePeriodSeconds: 1, containers: [{name: http, image: fairlead/http}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec: {nodeName: node-1, containers: [{name: main, image: host, command: [sleep, infinity]}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: patient}
            spec:
              nodeName: node-2
              tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute}]
              containers: [{name: main, image: fairlead/http}]
            """;

    private static JsonNode get(ApiCaller api, String path) {
        try {
            return api.get(path).json();
        } catch (IOException e) {
            throw new AssertionError(path, e);
        }
    }

    private static JsonNode ready(ApiCaller api) {
        for (JsonNode condition :
                get(api, "/api/v1/nodes/node-2").path("status").path("conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition;
            }
        }
        return MissingNode.getInstance();
    }

    private static List<String> taints(ApiCaller api) {
        List<String> taints = new ArrayList<>();
        get(api, "/api/v1/nodes/node-2")
                .path("spec")
                .path("taints")
                .forEach(taint -> taints.add(
                        taint.path("key").asText() + ":" + taint.path("effect").asText()));
        return taints;
    }

    /** Names of nodes that ready endpoints of the Service are on. */
    private static List<String> endpointNodes(ApiCaller api) {
        List<String> nodes = new ArrayList<>();
        for (JsonNode slice : get(api, "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices")
                .path("items")) {
            for (JsonNode endpoint : slice.path("endpoints")) {
                if (endpoint.path("conditions").path("ready").asBoolean()) {
                    nodes.add(endpoint.path("nodeName").asText());
                }
            }
        }
        return nodes;
    }

    private static JsonNode patient(ApiCaller api) {
        return get(api, "/api/v1/namespaces/default/pods/patient");
    }

    private static int terminating(ApiCaller api) {
        int count = 0;
        for (JsonNode pod : get(api, "/api/v1/namespaces/default/pods").path("items")) {
            count += pod.path("metadata").has("deletionTimestamp") ? 1 : 0;
        }
        return count;
    }

    @Test
    void aNodeGoesAndComesBack() throws Exception {
        try (TestLab lab = TestLab.up(CLUSTER, "--nodes", "2");
                ApiCaller api = ApiCaller.of(
                        Files.readString(Path.of(lab.lab("kubeconfig").ok().strip())))) {
            assertThat(endpointNodes(api)).containsExactlyInAnyOrder("node-1", "node-2");
            String renewed = leaseRenewed(api, "node-2");
            String others = leaseRenewed(api, "node-1");
            int restarts = restarts(api);
            long node = pidOf(lab.node("node-2").path("netns").asText());

            Instant stopped = Instant.now();
            assertThat(node(lab, "stop", "node-2").ok())
                    .isEqualTo(
                            "node node-2 is stopped; its Ready turns Unknown in 4 s, and its pods are deleted 5 s later\n");
            assertThat(Path.of("/proc/" + node))
                    .as("what held the node's namespaces")
                    .doesNotExist();
            assertThat(lab.exec("node/node-2", "true").refusal(1))
                    .isEqualTo("node node-2 is stopped; ./fairlead lab node start node-2 starts it");

            Poll.until(
                    PATIENCE,
                    () -> ready(api).path("status").asText().equals("Unknown"),
                    () -> ready(api).toString());
            assertThat(Duration.between(stopped, Instant.now())).isGreaterThan(Duration.ofSeconds(3));
            assertThat(ready(api).path("reason").asText()).isEqualTo("NodeStatusUnknown");
            assertThat(taints(api))
                    .containsExactlyInAnyOrder(
                            "node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute");
            // The pods' endpoints have left, and another pod has taken the place of the one that can't be asked.
            Poll.until(
                    PATIENCE,
                    () -> endpointNodes(api).equals(List.of("node-1", "node-1")),
                    () -> endpointNodes(api).toString());
            assertThat(terminating(api)).isEqualTo(1);
            assertThat(patient(api).path("metadata").has("deletionTimestamp")).isFalse();
            for (int i = 0; i < 4; i++) {
                assertThat(lab.get("client", "http://" + lab.serviceIp("web") + "/hostname"))
                        .startsWith("web-");
            }

            assertThat(node(lab, "start", "node-2").ok()).isEqualTo("node node-2 is started\n");
            Poll.until(
                    PATIENCE,
                    () -> ready(api).path("status").asText().equals("True"),
                    () -> ready(api).toString());
            assertThat(taints(api)).isEmpty();
            assertThat(leaseRenewed(api, "node-2")).isGreaterThan(renewed);
            Poll.until(
                    PATIENCE,
                    () -> terminating(api) == 0,
                    () -> lab.lab("status").out());
            lab.awaitSettled();
            assertThat(restarts(api))
                    .as("a node that was switched on has restarted it")
                    .isEqualTo(restarts + 1);
            assertThat(lab.get("client", "http://" + lab.podIp("patient") + "/hostname"))
                    .isEqualTo("patient");
            Poll.until(
                    PATIENCE,
                    () -> leaseRenewed(api, "node-1").compareTo(others) > 0,
                    () -> "a node that was on all the time renewed its Lease at " + others + " last");
            assertThat(node(lab, "start", "node-2").refusal(1)).isEqualTo("node node-2 is not stopped");
            assertThat(Ran.fairlead("lab", "node", "stop", "--name", lab.name()).refusal(2))
                    .startsWith("Missing required parameter: 'NODE'");
            assertThat(node(lab, "stop", "node-9").refusal(1))
                    .isEqualTo("there is no node 'node-9'; the nodes are node-1, node-2");
        }
    }

    private static Ran node(TestLab lab, String word, String node) {
        return Ran.fairlead("lab", "node", word, "--name", lab.name(), node);
    }

    private static long pidOf(String netns) {
        return Long.parseLong(netns.split("/", -1)[2]);
    }

    private static int restarts(ApiCaller api) {
        return patient(api)
                .path("status")
                .path("containerStatuses")
                .path(0)
                .path("restartCount")
                .asInt();
    }

    /** When a node's Lease was renewed, which it has as soon as the node is there; times in this form are in the order of texts. */
    private static String leaseRenewed(ApiCaller api, String node) {
        String time = get(api, "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/" + node)
                .path("spec")
                .path("renewTime")
                .asText();
        assertThat(time).as("Lease of " + node).isNotEmpty();
        return time;
    }
}
