package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Poll;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code kubectl rollout} shows and does, and deletions that wait. Skipped where no kubectl is installed. */
@HostUnchanged
class LabRolloutTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path home;

    private static TestLab lab;
    private static Kubectl kubectl;

    @BeforeAll
    static void start() {
        List<String> all = Kubectl.installed();
        assumeTrue(!all.isEmpty(), "no kubectl on this machine");
        lab = TestLab.up("");
        kubectl = Kubectl.of(all.getFirst(), lab, home);
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            lab.close();
        }
    }

    @AfterEach
    void clear() {
        kubectl.run("delete", "deployments,replicasets,pods", "--all", "--grace-period=0", "--force");
    }

    /** @param more of the Deployment's spec */
    private static String web(String version, String more, String command) {
        return "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, " + more
                + "selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}, annotations: {version: '"
                + version + "'}}, spec: {terminationGracePeriodSeconds: 3, containers: [{name: c, image: host, command:"
                + " [bash, -c, '" + command + "']}]}}}}";
    }

    private static final String SLEEPS = "exec sleep 1000000";

    private static void apply(String manifest) {
        kubectl.withInput(manifest, List.of("apply", "-f", "-")).ok();
    }

    private static void complete() {
        assertThat(kubectl.run("rollout", "status", "deployment/web", "--timeout=60s")
                        .ok())
                .contains("successfully rolled out");
    }

    private static String version() {
        return kubectl.run(
                        "get",
                        "deployment",
                        "web",
                        "-o",
                        "jsonpath={.spec.template.metadata.annotations.version} {.metadata.annotations"
                                + ".deployment\\.kubernetes\\.io/revision}")
                .ok();
    }

    /** The numbers in what {@code rollout history} prints. */
    private static List<String> history() {
        return kubectl.run("rollout", "history", "deployment/web").lines().stream()
                .filter(line -> !line.isEmpty() && Character.isDigit(line.charAt(0)))
                .map(line -> line.replaceAll("\\s+", " ").strip())
                .toList();
    }

    private static JsonNode condition(String type) {
        for (JsonNode one :
                kubectl.json("get", "deployment", "web").path("status").path("conditions")) {
            if (one.path("type").asText().equals(type)) {
                return one;
            }
        }
        throw new AssertionError("no condition " + type);
    }

    @Test
    void thereIsAWayBack() {
        apply(web("1", "revisionHistoryLimit: 2, ", SLEEPS));
        complete();
        assertThat(version()).isEqualTo("1 1");
        kubectl.run("annotate", "deployment/web", "kubernetes.io/change-cause=the first")
                .ok();
        Poll.until(
                PATIENCE,
                () -> history().equals(List.of("1 the first")),
                () -> history().toString());
        apply(web("2", "revisionHistoryLimit: 2, ", SLEEPS));
        complete();
        kubectl.run("annotate", "--overwrite", "deployment/web", "kubernetes.io/change-cause=the second")
                .ok();
        Poll.until(
                PATIENCE,
                () -> history().equals(List.of("1 the first", "2 the second")),
                () -> history().toString());
        assertThat(kubectl.run("rollout", "history", "deployment/web", "--revision=1")
                        .ok())
                .contains("version: 1");

        assertThat(kubectl.run("rollout", "undo", "deployment/web").ok()).contains("rolled back");
        complete();
        assertThat(version()).isEqualTo("1 3");
        Poll.until(
                PATIENCE,
                () -> history().equals(List.of("2 the second", "3 the first")),
                () -> history().toString());
        assertThat(kubectl.run("rollout", "undo", "deployment/web", "--to-revision=2")
                        .ok())
                .contains("rolled back");
        complete();
        assertThat(version()).isEqualTo("2 4");
        assertThat(kubectl.run("rollout", "undo", "deployment/web", "--to-revision=77")
                        .err())
                .contains("unable to find specified revision 77 in history");
        for (String next : List.of("5", "6", "7")) {
            apply(web(next, "revisionHistoryLimit: 2, ", SLEEPS));
            complete();
        }
        Poll.until(PATIENCE, () -> history().size() == 3, () -> history().toString());
        assertThat(version()).isEqualTo("7 7");
    }

    @Test
    void aRolloutThatHangsSaysSo() {
        apply(web("1", "progressDeadlineSeconds: 60, ", SLEEPS));
        complete();
        assertThat(condition("Progressing").path("reason").asText()).isEqualTo("NewReplicaSetAvailable");
        // Never ready; pods that crash are ready for a moment, and that may be enough for the rollout to be over.
        apply(web("2", "progressDeadlineSeconds: 3, ", SLEEPS)
                .replace("image: host", "readinessProbe: {exec: {command: [\"false\"]}}, image: host"));
        assertThat(kubectl.run("rollout", "status", "deployment/web", "--timeout=60s")
                        .err())
                .contains("error: deployment \"web\" exceeded its progress deadline");
        JsonNode progressing = condition("Progressing");
        assertThat(progressing.path("status").asText()).isEqualTo("False");
        assertThat(progressing.path("reason").asText()).isEqualTo("ProgressDeadlineExceeded");
        assertThat(progressing.path("message").asText())
                .matches("ReplicaSet \"web-[a-z0-9]+\" has timed out progressing.");
        kubectl.run("patch", "deployment", "web", "-p", "{\"spec\":{\"progressDeadlineSeconds\":60}}")
                .ok();
        kubectl.run("rollout", "undo", "deployment/web").ok();
        complete();
        Poll.until(
                PATIENCE,
                () -> condition("Progressing").path("status").asText().equals("True"),
                () -> condition("Progressing").toString());
    }

    @Test
    void aPausedRolloutWaits() {
        apply(web("1", "", SLEEPS));
        complete();
        kubectl.run("rollout", "pause", "deployment/web").ok();
        Poll.until(
                PATIENCE,
                () -> condition("Progressing").path("reason").asText().equals("DeploymentPaused"),
                () -> condition("Progressing").toString());
        kubectl.run(
                        "patch",
                        "deployment",
                        "web",
                        "-p",
                        "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{" + "\"version\":\"2\"}}}}}")
                .ok();
        kubectl.run("scale", "deployment/web", "--replicas=3").ok();
        kubectl.run("wait", "--for=jsonpath={.status.readyReplicas}=3", "deployment/web", "--timeout=30s")
                .ok();
        assertThat(kubectl.json("get", "replicasets").path("items")).hasSize(1);
        assertThat(history()).hasSize(1);
        kubectl.run("rollout", "resume", "deployment/web").ok();
        complete();
        assertThat(version()).isEqualTo("2 2");
        assertThat(kubectl.json("get", "replicasets").path("items")).hasSize(2);
    }

    // ---- deletions

    @Test
    void inTheForegroundDependentsGoFirst() {
        apply(web("1", "", "trap : TERM; while :; do sleep 1; done"));
        complete();
        kubectl.run("delete", "deployment", "web", "--cascade=foreground", "--wait=false")
                .ok();
        JsonNode deployment = kubectl.json("get", "deployment", "web").path("metadata");
        assertThat(deployment.path("finalizers").toString()).isEqualTo("[\"foregroundDeletion\"]");
        assertThat(deployment.has("deletionTimestamp")).isTrue();
        Poll.until(
                PATIENCE,
                () -> {
                    List<String> there =
                            kubectl.run("get", "deployments,replicasets,pods", "-o", "name").lines().stream()
                                    .map(line -> line.substring(0, line.indexOf('/')))
                                    .distinct()
                                    .toList();
                    assertThat(there)
                            .as("pods go before their ReplicaSet, and that before its Deployment")
                            .isIn(
                                    List.of("deployment.apps", "replicaset.apps", "pod"),
                                    List.of("deployment.apps", "replicaset.apps"),
                                    List.of("deployment.apps"),
                                    List.of());
                    return there.isEmpty();
                },
                () -> kubectl.run("get", "all").out());
    }

    @Test
    void orphansStay() {
        apply(web("1", "", SLEEPS));
        complete();
        kubectl.run("delete", "deployment", "web", "--cascade=orphan").ok();
        assertThat(kubectl.run("get", "deployments", "-o", "name").lines()).isEmpty();
        JsonNode sets = kubectl.json("get", "replicasets").path("items");
        assertThat(sets).hasSize(1);
        assertThat(sets.path(0).path("metadata").has("ownerReferences")).isFalse();
        assertThat(kubectl.json("get", "pods").path("items")).hasSize(2);
        apply(web("1", "", SLEEPS));
        complete();
        kubectl.run("delete", "replicaset", "--all", "--cascade=orphan", "--timeout=20s")
                .ok();
    }

    /** What owns nothing needn't wait for anything. */
    @Test
    void anythingMayBeDeletedInTheForeground() {
        kubectl.run("create", "configmap", "settings", "--from-literal=a=b").ok();
        kubectl.run("delete", "configmap", "settings", "--cascade=foreground", "--timeout=20s")
                .ok();
        kubectl.run("create", "namespace", "shop").ok();
        kubectl.run("delete", "namespace", "shop", "--cascade=foreground", "--timeout=20s")
                .ok();
        kubectl.run("run", "one", "--image=fairlead/http", "--restart=Never").ok();
        kubectl.run("wait", "--for=condition=Ready", "pod/one", "--timeout=30s").ok();
        kubectl.run("delete", "pod", "one", "--cascade=foreground", "--timeout=40s")
                .ok();
        assertThat(kubectl.run("delete", "node", "node-1", "--cascade=foreground")
                        .err())
                .contains("a node of the lab lives as long as the lab");
        assertThat(kubectl.run("get", "node", "node-1").ok()).contains("Ready");
    }
}
