package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real kubectl drives a lab, and the lab's own status, the pods' answers and kubectl itself are the witnesses. Skipped
 * where no kubectl is installed.
 *
 * <pre>
 *   kubectl ── TLS, 127.0.0.1 ── the lab's API ── node-1, node-2
 * </pre>
 */
class LabKubectlTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CLIENT = """
            apiVersion: v1
            kind: Pod
            metadata: {name: asker}
            spec:
              containers: [{name: shell, image: host, command: [sleep, "1000000"]}]
            """;

    @TempDir
    static Path home;

    private static TestLab lab;
    private static String kubeconfig = "";
    private static String kubectl = "";

    @BeforeAll
    static void start() {
        List<String> all = Kubectl.installed();
        assumeTrue(!all.isEmpty(), "no kubectl on this machine");
        kubectl = all.getFirst();
        lab = TestLab.up(CLIENT);
        kubeconfig = lab.lab("kubeconfig").ok().strip();
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            lab.close();
            assertThat(Path.of(kubeconfig)).doesNotExist();
        }
    }

    private static Ran run(String program, String stdin, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        return Ran.program(Map.of("KUBECONFIG", kubeconfig, "HOME", home.toString()), stdin, command);
    }

    private static Ran kubectl(String... arguments) {
        return run(kubectl, "", arguments);
    }

    private static Ran apply(String manifest) {
        return run(kubectl, manifest, "apply", "-f", "-");
    }

    private static JsonNode json(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-o", "json"));
        try {
            return JSON.readTree(kubectl(all.toArray(String[]::new)).ok());
        } catch (JsonProcessingException e) {
            throw new AssertionError(String.join(" ", all) + " printed no JSON", e);
        }
    }

    private static String web(String name, int replicas) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %1$s}
                spec:
                  replicas: %2$d
                  selector: {matchLabels: {app: %1$s}}
                  template:
                    metadata: {labels: {app: %1$s}}
                    spec:
                      containers: [{name: http, image: fairlead/http, ports: [{containerPort: 8080}]}]
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: %1$s}
                spec:
                  selector: {app: %1$s}
                  ports: [{port: 80, targetPort: 8080}]
                """.formatted(name, replicas);
    }

    private static List<String> podsOf(String name) {
        return kubectl("get", "pods", "-l", "app=" + name, "-o", "name", "--field-selector", "status.phase=Running")
                .lines();
    }

    /** What kubectl remembers of its last apply is kept by a change of ours, so that its next one finds what was removed. */
    @Test
    void labApplyKeepsWhatKubectlRemembers() {
        apply(web("remembered", 1)).ok();
        String before = lastApplied("remembered");
        assertThat(before).contains("\"replicas\":1");
        lab.labWithInput(web("remembered", 2), "apply", "-f", "-").ok();
        assertThat(json("get", "deployment", "remembered").at("/spec/replicas").asInt())
                .isEqualTo(2);
        assertThat(lastApplied("remembered")).isEqualTo(before);
        kubectl("delete", "deployment,service", "remembered").ok();
    }

    private static String lastApplied(String deployment) {
        return json("get", "deployment", deployment)
                .path("metadata")
                .path("annotations")
                .path("kubectl.kubernetes.io/last-applied-configuration")
                .asText();
    }

    @Test
    void nodesAreListedByEveryVersion() {
        for (String program : Kubectl.installed()) {
            assertThat(run(program, "", "get", "nodes", "-o", "wide").lines())
                    .as(program)
                    .hasSize(3)
                    .anySatisfy(line -> assertThat(line).matches("node-1 +Ready .* 172\\.30\\.0\\.2 .*"));
            assertThat(run(program, "", "get", "pods", "-A").ok()).contains("asker", "1/1", "Running");
            assertThat(run(program, "", "describe", "pod", "asker").ok())
                    .contains("IP:", "Ready  ", "ContainersReady", "sleep");
        }
    }

    /** From the first apply to the last delete, as people do it. */
    @Test
    void aDeploymentLives() {
        assertThat(apply(web("life", 2)).ok()).contains("deployment.apps/life created", "service/life created");
        assertThat(kubectl("rollout", "status", "deployment/life", "--timeout=30s")
                        .ok())
                .contains("successfully rolled out");
        assertThat(apply(web("life", 2)).ok()).contains("deployment.apps/life unchanged", "service/life unchanged");
        assertThat(apply(web("life", 3)).ok()).contains("deployment.apps/life configured", "service/life unchanged");
        kubectl("rollout", "status", "deployment/life", "--timeout=30s").ok();
        assertThat(podsOf("life")).hasSize(3);
        kubectl("wait", "--for=condition=Available", "deployment/life", "--timeout=30s")
                .ok();
        kubectl("wait", "--for=condition=Ready", "pod", "-l", "app=life", "--timeout=30s")
                .ok();

        String ip =
                json("get", "service", "life").path("spec").path("clusterIP").asText();
        assertThat(lab.serviceIp("life")).isEqualTo(ip);
        awaitAnswer(ip, "life-");
        assertThat(json("get", "endpoints", "life").path("subsets").path(0).path("addresses"))
                .hasSize(3);
        assertThat(json("get", "endpointslices", "-l", "kubernetes.io/service-name=life")
                        .path("items")
                        .path(0)
                        .path("endpoints"))
                .hasSize(3);
        assertThat(kubectl("describe", "service", "life").ok()).contains(":8080");

        kubectl("scale", "deployment/life", "--replicas=1").ok();
        Poll.until(
                PATIENCE, () -> podsOf("life").size() == 1, () -> podsOf("life").toString());
        kubectl("rollout", "status", "deployment/life", "--timeout=30s").ok();

        String before = podsOf("life").getFirst();
        kubectl("rollout", "restart", "deployment/life").ok();
        kubectl("rollout", "status", "deployment/life", "--timeout=30s").ok();
        Poll.until(
                PATIENCE,
                () -> podsOf("life").size() == 1 && !podsOf("life").contains(before),
                () -> podsOf("life").toString());
        assertThat(kubectl("get", "replicasets", "-l", "app=life", "-o", "name").lines())
                .hasSize(2);

        assertThat(run(kubectl, web("life", 1), "delete", "-f", "-", "--timeout=60s")
                        .ok())
                .contains("deployment.apps \"life\"", "service \"life\"");
        Poll.until(
                PATIENCE,
                () -> json("get", "pods,replicasets,endpoints,endpointslices", "-A")
                        .path("items")
                        .findValuesAsText("name")
                        .stream()
                        .noneMatch(name -> name.startsWith("life")),
                () -> kubectl("get", "all", "-A").ok());
    }

    @Test
    void aDeletedPodIsReplacedAndAWatcherSeesIt() throws IOException, InterruptedException {
        apply(web("again", 1)).ok();
        kubectl("rollout", "status", "deployment/again", "--timeout=30s").ok();
        String old = podsOf("again").getFirst();
        try (Started watch = Started.program(
                home,
                Map.of("KUBECONFIG", kubeconfig, "HOME", home.toString()),
                List.of(kubectl, "get", "pods", "-w", "-o", "name", "-l", "app=again"))) {
            assertThat(watch.line()).isEqualTo(old);
            assertThat(kubectl("delete", old, "--timeout=60s").ok()).contains("deleted");
            assertThat(kubectl("get", old).err()).contains("NotFound");
            String line = watch.line();
            while (line.equals(old)) {
                line = watch.line();
            }
            assertThat(line).startsWith("pod/again-");
        }
        kubectl("rollout", "status", "deployment/again", "--timeout=30s").ok();
        assertThat(podsOf("again")).hasSize(1).doesNotContain(old);
        kubectl("delete", "deployment,service", "again").ok();
    }

    /** The nodes hear of what kubectl changed by themselves, soon. @param begin of who answers */
    private static void awaitAnswer(String ip, String begin) {
        String[] ask = {"curl", "-sS", "-m", "3", "http://" + ip + "/hostname"};
        Poll.until(
                PATIENCE,
                () -> lab.exec("asker", ask).out().startsWith(begin),
                () -> lab.exec("asker", ask).toString());
    }

    @Test
    void labelsAndPatchesReachTheNetwork() {
        apply(web("patched", 1)).ok();
        kubectl("rollout", "status", "deployment/patched", "--timeout=30s").ok();
        String pod = podsOf("patched").getFirst();
        String ip =
                json("get", "service", "patched").path("spec").path("clusterIP").asText();
        awaitAnswer(ip, pod.substring("pod/".length()));

        kubectl("label", "pod", pod.substring("pod/".length()), "colour=red").ok();
        kubectl("patch", "service", "patched", "-p", "{\"spec\":{\"selector\":{\"colour\":\"red\"}}}")
                .ok();
        assertThat(json("get", "service", "patched")
                        .path("spec")
                        .path("selector")
                        .path("colour")
                        .asText())
                .isEqualTo("red");
        kubectl("label", "pod", pod.substring("pod/".length()), "colour-").ok();
        Poll.until(
                PATIENCE,
                () -> lab.exec("asker", "curl", "-sS", "-m", "3", "http://" + ip + "/hostname")
                                .exitCode()
                        == 7,
                () -> kubectl("get", "endpoints", "patched", "-o", "yaml").ok());
        kubectl("delete", "deployment,service", "patched").ok();
    }

    @Test
    void whatTheLabCanNotRunIsRefusedBeforeAnythingIsStored() {
        assertThat(run(kubectl, "", "run", "wrong", "--image=nginx").err())
                .contains("spec.containers[0].image", "'nginx' is not an image of the lab");
        assertThat(apply(CLIENT.replace("asker", "wrong").replace("sleep", "no-such-program"))
                        .err())
                .contains("spec.containers[0].command[0]", "'no-such-program' is no program of this machine");
        assertThat(apply(web("wrong", 1)
                                .replace("metadata: {labels: {app: wrong}}", "metadata: {labels: {app: other}}"))
                        .err())
                .contains("spec.template.metadata.labels", "selector");
        kubectl("delete", "service", "wrong").ok();
        assertThat(kubectl("set", "image", "pod/asker", "shell=host:2").err()).contains("Forbidden");
        assertThat(kubectl("delete", "node", "node-1").err()).contains("lives as long as the lab");
        assertThat(kubectl("get", "pods", "wrong").err()).contains("NotFound");
    }

    @Test
    void aNamespaceGoesWithWhatIsInIt() {
        kubectl("create", "namespace", "shop").ok();
        run(kubectl, web("sold", 1), "apply", "-n", "shop", "-f", "-").ok();
        kubectl("rollout", "status", "deployment/sold", "-n", "shop", "--timeout=30s")
                .ok();
        kubectl("create", "configmap", "prices", "-n", "shop", "--from-literal=tea=3")
                .ok();
        kubectl("delete", "namespace", "shop", "--timeout=60s").ok();
        assertThat(kubectl("get", "namespace", "shop").err()).contains("NotFound");
        assertThat(kubectl("get", "pods,services,configmaps", "-n", "shop").err())
                .contains("No resources found");
    }

    @Test
    void bothWaysOfChangingMeet() {
        lab.labWithInput(web("both", 1), "apply", "-f", "-").ok();
        assertThat(lab.labWithInput(web("both", 1), "apply", "-f", "-").ok())
                .contains("deployment.apps/both unchanged", "service/both unchanged");
        kubectl("rollout", "status", "deployment/both", "--timeout=30s").ok();
        kubectl("scale", "deployment/both", "--replicas=2").ok();
        kubectl("rollout", "status", "deployment/both", "--timeout=30s").ok();
        assertThat(kubectl("get", "replicasets", "-l", "app=both", "-o", "name").lines())
                .as("a change of the number makes no new version")
                .hasSize(1);
        assertThat(lab.labWithInput(web("both", 1), "delete", "-f", "-").ok()).contains("deployment.apps/both deleted");
        assertThat(kubectl("get", "deployment", "both").err()).contains("NotFound");
    }

    @Test
    void aPodEndsByForceAtOnce() {
        run(
                        kubectl,
                        CLIENT.replace("asker", "stubborn")
                                .replace("[sleep, \"1000000\"]", "[sh, -c, \"trap '' TERM; sleep 1000000\"]"),
                        "apply",
                        "-f",
                        "-")
                .ok();
        kubectl("wait", "--for=condition=Ready", "pod/stubborn", "--timeout=30s")
                .ok();
        long pause = lab.pod("stubborn").path("pid").asLong();
        kubectl("delete", "pod", "stubborn", "--grace-period=0", "--force").ok();
        assertThat(kubectl("get", "pod", "stubborn").err()).contains("NotFound");
        Poll.until(
                PATIENCE, () -> !Files.exists(Path.of("/proc/" + pause)), () -> "process " + pause + " is still there");
    }

    @Test
    void logsAreWhatAContainerPrinted() {
        apply(CLIENT.replace("asker", "talker")
                        .replace("[sleep, \"1000000\"]", "[sh, -c, \"echo hello; sleep 1000000\"]"))
                .ok();
        kubectl("wait", "--for=condition=Ready", "pod/talker", "--timeout=30s").ok();
        Poll.until(
                PATIENCE,
                () -> kubectl("logs", "talker").ok().equals("hello\n"),
                () -> kubectl("logs", "talker").ok());
        kubectl("delete", "pod", "talker", "--grace-period=1").ok();
    }

    @Test
    void aStrangerIsNotLetIn() {
        String stolen = kubeconfigWith("token: ", "token: 0");
        assertThat(Ran.program(
                                Map.of("KUBECONFIG", stolen, "HOME", home.toString()),
                                "",
                                List.of(kubectl, "get", "pods"))
                        .exitCode())
                .isNotZero();
    }

    private static String kubeconfigWith(String from, String to) {
        try {
            String text = Files.readString(Path.of(kubeconfig));
            assertThat(Files.getPosixFilePermissions(Path.of(kubeconfig))).hasSize(2);
            return Files.writeString(home.resolve("stolen"), text.replace(from, to))
                    .toString();
        } catch (IOException e) {
            throw new AssertionError("copying the kubeconfig", e);
        }
    }

    /** Whoever comes second finds what the first made, or tries again: both are told the truth, and the object is whole. */
    @Test
    void twoKubectlsApplyAtOnce() throws Exception {
        String manifest =
                "{kind: ConfigMap, apiVersion: v1, metadata: {name: contested}, data: {owner: %s, %s: 'yes'}}";
        for (int round = 0; round < 4; round++) {
            List<Thread> writers = new ArrayList<>();
            List<Ran> answers = java.util.Collections.synchronizedList(new ArrayList<>());
            for (String writer : List.of("a", "b")) {
                writers.add(Thread.ofPlatform().start(() -> answers.add(apply(manifest.formatted(writer, writer)))));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            // kubectl itself doesn't try a create again that came second.
            assertThat(answers).allMatch(ran -> ran.exitCode() == 0 || ran.err().contains("already exists"));
            assertThat(json("get", "configmap", "contested")
                            .path("data")
                            .path("owner")
                            .asText())
                    .isIn("a", "b");
        }
        apply(manifest.formatted("a", "a")).ok();
        assertThat(json("get", "configmap", "contested")
                        .path("data")
                        .path("owner")
                        .asText())
                .isEqualTo("a");
        kubectl("delete", "configmap", "contested").ok();
    }
}
