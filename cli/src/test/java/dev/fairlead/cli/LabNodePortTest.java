package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Poll;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Node ports as kubectl's users meet them: it opens one, and curl asks at every node, from nodes and a pod, by both families.
 *
 * <pre>
 *   node-1: asker                 node-2: web
 *   NodePort Service web, port 80 → 8080 of pod web
 * </pre>
 */
@HostUnchanged
class LabNodePortTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CLUSTER = """
            apiVersion: v1
            kind: Pod
            metadata: {name: asker}
            spec: {nodeName: node-1, containers: [{name: shell, image: host, command: [sleep, "1000000"]}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app: web}}
            spec: {nodeName: node-2, containers: [{name: http, image: fairlead/http, ports: [{containerPort: 8080}]}]}
            """;

    @TempDir
    static Path home;

    private static TestLab lab;
    private static Kubectl kubectl;

    @BeforeAll
    static void up() {
        List<String> all = Kubectl.installed();
        assumeTrue(!all.isEmpty(), "no kubectl on this machine");
        lab = TestLab.up(CLUSTER, "--nodes", "2", "--ip-family", "dual");
        kubectl = Kubectl.of(all.getFirst(), lab, home);
    }

    @AfterAll
    static void down() {
        if (lab != null) {
            lab.close();
        }
    }

    private static List<String> nodeIps(JsonNode status) {
        return TestLab.stream(status.path("nodes"))
                .flatMap(node -> TestLab.stream(node.path("ips")))
                .map(JsonNode::asText)
                .toList();
    }

    /** From a pod and from each node itself, to each address of each node. */
    private static List<String> answers(int port) {
        JsonNode status = lab.status();
        String script = "for at in \"$@\"; do echo \"$at $(curl -s -m 2 http://$at:" + port + "/hostname)\"; done";
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        nodeIps(status).forEach(ip -> command.add(ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip));
        return Stream.concat(
                        Stream.of(TestLab.named(status.path("pods"), "asker")), TestLab.stream(status.path("nodes")))
                .flatMap(from ->
                        TestLab.witness(from, command.toArray(String[]::new)).lines())
                .toList();
    }

    @Test
    void kubectlOpensAPortAtEveryNode() {
        assertThat(nodeIps(lab.status())).hasSize(4);
        kubectl.run("expose", "pod", "web", "--port=80", "--target-port=8080", "--type=NodePort")
                .ok();
        patch("{\"spec\":{\"ipFamilyPolicy\":\"PreferDualStack\"}}");
        assertThat(kubectl.run("get", "service", "web").ok()).contains("NodePort", " 80:30086/TCP ");
        Poll.until(
                PATIENCE,
                () -> lab.lab("status").ok().contains("80:30086/TCP"),
                () -> lab.lab("status").ok());
        awaitAnswers(30086, "web");

        patch("{\"spec\":{\"ports\":[{\"port\":80,\"nodePort\":30001}]}}");
        awaitAnswers(30001, "web");
        awaitAnswers(30086, "");

        patch("{\"spec\":{\"type\":\"ClusterIP\"}}");
        awaitAnswers(30001, "");
        assertThat(lab.get("asker", "http://" + lab.serviceIp("web") + "/hostname"))
                .isEqualTo("web");
    }

    private static void patch(String change) {
        kubectl.run("patch", "service", "web", "-p", change).ok();
    }

    private static void awaitAnswers(int port, String wanted) {
        Poll.until(
                PATIENCE,
                () -> answers(port).stream().allMatch(answer -> answer.endsWith(" " + wanted)),
                () -> port + " answers not '" + wanted + "' but " + answers(port));
    }
}
