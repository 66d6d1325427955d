package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Poll;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where pods go, asked for with the real kubectl and told by it. Skipped where none is installed.
 *
 * <pre>
 *   zone a: node-1, node-2      zone b: node-3
 * </pre>
 */
@HostUnchanged
class LabPlacementTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

    @TempDir
    static Path home;

    private static TestLab lab;
    private static Kubectl kubectl;

    @BeforeAll
    static void start() {
        List<String> all = Kubectl.installed();
        assumeTrue(!all.isEmpty(), "no kubectl on this machine");
        lab = TestLab.up("", "--nodes=3");
        kubectl = Kubectl.of(all.getFirst(), lab, home);
        kubectl.run("label", "node", "node-1", "node-2", "topology.kubernetes.io/zone=a")
                .ok();
        kubectl.run("label", "node", "node-3", "topology.kubernetes.io/zone=b").ok();
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            lab.close();
        }
    }

    @AfterEach
    void clear() {
        kubectl.run("delete", "deployments,pods", "--all", "--grace-period=0", "--force", "--wait=true");
    }

    private static void apply(String manifest) {
        kubectl.withInput(manifest, List.of("apply", "-f", "-")).ok();
    }

    private static String pod(String name, String spec) {
        return "{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", labels: {app: " + name + "}}, spec: {" + spec
                + "terminationGracePeriodSeconds: 0, containers: [{name: c, image: fairlead/http}]}}";
    }

    private static String web(int replicas, String spec) {
        return "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: " + replicas
                + ", selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {" + spec
                + "terminationGracePeriodSeconds: 0, containers: [{name: c, image: fairlead/http}]}}}}";
    }

    /** The nodes of those pods that have one and aren't on their way out. */
    private static List<String> nodes(String selector) {
        List<String> nodes = new ArrayList<>();
        for (JsonNode pod : kubectl.json("get", "pods", "-l", selector).path("items")) {
            if (!pod.path("metadata").has("deletionTimestamp")
                    && pod.path("spec").has("nodeName")) {
                nodes.add(pod.path("spec").path("nodeName").asText());
            }
        }
        return nodes.stream().sorted().toList();
    }

    private static void awaitNodes(String selector, String... wanted) {
        Poll.until(
                PATIENCE,
                () -> nodes(selector).equals(List.of(wanted)),
                () -> kubectl.run("get", "pods", "-o", "wide").out());
    }

    private static void awaitEvent(String pod, String text) {
        Poll.until(
                PATIENCE,
                () -> kubectl.run("describe", "pod", pod)
                        .ok()
                        .replaceAll("\\s+", " ")
                        .contains(text),
                () -> kubectl.run("describe", "pod", pod).out());
    }

    @Test
    void aTaintKeepsPodsAwayUntilItIsGone() {
        kubectl.run("taint", "node", "--all", "team=red:NoSchedule").ok();
        apply(pod("plain", ""));
        apply(pod("guest", "tolerations: [{key: team, value: red, effect: NoSchedule}], "));
        kubectl.run("wait", "--for=condition=Ready", "pod/guest", "--timeout=30s")
                .ok();
        kubectl.run("wait", "--for=condition=PodScheduled=False", "pod/plain", "--timeout=30s")
                .ok();
        awaitEvent("plain", "0/3 nodes are available: 3 node(s) had untolerated taint {team: red}.");
        assertThat(kubectl.run("get", "pod", "plain").ok()).contains("Pending");
        assertThat(kubectl.json("get", "pod", "plain").path("status").path("conditions"))
                .anySatisfy(condition -> {
                    assertThat(condition.path("type").asText()).isEqualTo("PodScheduled");
                    assertThat(condition.path("reason").asText()).isEqualTo("Unschedulable");
                });
        assertThat(kubectl.run("get", "events", "--field-selector", "reason=FailedScheduling")
                        .ok())
                .contains("pod/plain");
        kubectl.run("taint", "node", "node-2", "team-").ok();
        kubectl.run("wait", "--for=condition=Ready", "pod/plain", "--timeout=30s")
                .ok();
        assertThat(nodes("app=plain")).containsExactly("node-2");
        kubectl.run("taint", "node", "node-1", "node-3", "team-").ok();
        String wrong = "{\"spec\":{\"taints\":[{\"key\":\"a\",\"effect\":\"Never\"}]}}";
        assertThat(kubectl.run("patch", "node", "node-1", "--type=merge", "-p", wrong)
                        .err())
                .contains("spec.taints[0].effect: Unsupported value: \"Never\": supported values: \"NoExecute\",");
    }

    @Test
    void aTaintExpelsPods() {
        apply(web(3, ""));
        awaitNodes("app=web", "node-1", "node-2", "node-3");
        apply(
                pod(
                        "slow",
                        "nodeName: node-3, tolerations: [{key: fire, operator: Exists, effect: NoExecute, tolerationSeconds: 3}], "));
        apply(pod("loyal", "nodeName: node-3, tolerations: [{key: fire, operator: Exists}], "));
        kubectl.run("wait", "--for=condition=Ready", "pod", "--all", "--timeout=30s")
                .ok();
        kubectl.run("taint", "node", "node-3", "fire=yes:NoExecute").ok();
        try {
            Poll.until(
                    PATIENCE,
                    () -> nodes("app=web").size() == 3 && !nodes("app=web").contains("node-3"),
                    () -> kubectl.run("get", "pods", "-o", "wide").out());
            kubectl.run("wait", "--for=delete", "pod/slow", "--timeout=30s").ok();
            assertThat(nodes("app=loyal")).containsExactly("node-3");
        } finally {
            kubectl.run("taint", "node", "node-3", "fire-").ok();
        }
    }

    @Test
    void affinityAndSpread() {
        apply(pod(
                "zone-b",
                "affinity: {nodeAffinity: {" + REQUIRED + ": {nodeSelectorTerms: [{matchExpressions: [{key:"
                        + " topology.kubernetes.io/zone, operator: NotIn, values: [a]}]}]}}}, "));
        awaitNodes("app=zone-b", "node-3");
        String with = "topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: zone-b}}";
        apply(pod("near", "affinity: {podAffinity: {" + REQUIRED + ": [{" + with + "}]}}, "));
        awaitNodes("app=near", "node-3");
        String apart = "topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}";
        apply(web(4, "affinity: {podAntiAffinity: {" + REQUIRED + ": [{" + apart + "}]}}, "));
        awaitNodes("app=web", "node-1", "node-2", "node-3");
        String waiting = kubectl.run("get", "pods", "-l", "app=web", "--field-selector", "spec.nodeName=", "-o", "name")
                .ok()
                .strip()
                .replace("pod/", "");
        awaitEvent(waiting, "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.");
        kubectl.run("delete", "deployment", "web", "--wait").ok();
        Poll.until( // also those on their way out, which new ones keep away from
                PATIENCE,
                () -> kubectl.json("get", "pods", "-l", "app=web").path("items").isEmpty(),
                () -> "pods of web are left");
        apply(web(
                4,
                "topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable:"
                        + " DoNotSchedule, labelSelector: {matchLabels: {app: web}}}], "));
        awaitNodes("app=web", "node-1", "node-2", "node-3", "node-3");
    }

    @Test
    void cordonAndDrain() {
        apply(web(3, ""));
        awaitNodes("app=web", "node-1", "node-2", "node-3");
        assertThat(kubectl.run("cordon", "node-2").ok()).contains("node/node-2 cordoned");
        apply(pod("late", "nodeSelector: {kubernetes.io/hostname: node-2}, "));
        awaitEvent(
                "late",
                "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match Pod's node"
                        + " affinity/selector.");
        assertThat(kubectl.run("drain", "node-2", "--timeout=30s").ok()).contains("node/node-2 drained");
        Poll.until(
                PATIENCE,
                () -> nodes("app=web").size() == 3 && !nodes("app=web").contains("node-2"),
                () -> kubectl.run("get", "pods", "-o", "wide").out());
        kubectl.run("uncordon", "node-2").ok();
        kubectl.run("wait", "--for=condition=Ready", "pod/late", "--timeout=30s")
                .ok();
    }
}
