package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Services that prefer endpoints nearby, told by kubectl and by who answers to {@code curl}.
 *
 * <pre>
 *   zone a                        zone b
 *   node-1: asker-1, web-1  ───   node-2: asker-2, web-2      Service web
 * </pre>
 */
@HostUnchanged
class LabZonesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PODS = """
            {apiVersion: v1, kind: Pod, metadata: {name: web-%1$d, labels: {app: web}}, spec: {nodeName: node-%1$d,
              containers: [{name: http, image: fairlead/http}]}}
            ---
            {apiVersion: v1, kind: Pod, metadata: {name: asker-%1$d}, spec: {nodeName: node-%1$d,
              containers: [{name: shell, image: host, command: [sleep, "1000000"]}]}}
            ---
            """;
    private static final String SERVICE =
            "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app:"
                    + " web}, ports: [{port: 80}]}}";

    @TempDir
    Path home;

    /** Who answers to many connections. */
    private static Set<String> answers(TestLab lab, String asker) {
        String address = lab.serviceIp("web");
        String many = "for i in $(seq 16); do curl -sS -m 3 http://" + address + "/hostname; echo; done";
        return new TreeSet<>(List.of(lab.in(asker, "bash", "-c", many).split("\\s+")));
    }

    private static void awaitAnswers(TestLab lab, String asker, String... wanted) {
        Poll.until(
                PATIENCE,
                () -> answers(lab, asker).equals(Set.of(wanted)),
                () -> asker + " hears " + answers(lab, asker));
    }

    private static JsonNode slice(Kubectl kubectl) {
        return kubectl.json("get", "endpointslices", "-l", "kubernetes.io/service-name=web")
                .path("items")
                .path(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"inside", "process"})
    void aServiceStaysInItsZone(String agents) {
        assumeTrue(!Kubectl.installed().isEmpty(), "no kubectl on this machine");
        Oracle.assumeInstalled("curl");
        try (TestLab lab = TestLab.up(PODS.formatted(1) + PODS.formatted(2) + SERVICE, "--agents=" + agents)) {
            Kubectl kubectl = Kubectl.of(Kubectl.installed().getFirst(), lab, home);
            awaitAnswers(lab, "asker-1", "web-1", "web-2");
            kubectl.run("label", "node", "node-1", "topology.kubernetes.io/zone=a")
                    .ok();
            kubectl.run("label", "node", "node-2", "topology.kubernetes.io/zone=b")
                    .ok();
            Poll.until(
                    PATIENCE,
                    () -> slice(kubectl)
                            .path("endpoints")
                            .path(1)
                            .path("zone")
                            .asText()
                            .equals("b"),
                    () -> slice(kubectl).toPrettyString());
            assertThat(slice(kubectl).path("endpoints").path(0).has("hints")).isFalse();
            assertThat(slice(kubectl).path("endpoints").path(0).path("nodeName").asText())
                    .isEqualTo("node-1");
            awaitAnswers(lab, "asker-1", "web-1", "web-2");

            kubectl.run("patch", "service", "web", "-p", "{\"spec\":{\"trafficDistribution\":\"PreferClose\"}}")
                    .ok();
            awaitAnswers(lab, "asker-1", "web-1");
            awaitAnswers(lab, "asker-2", "web-2");
            assertThat(slice(kubectl).path("endpoints").path(0).path("hints").toString())
                    .isEqualTo("{\"forZones\":[{\"name\":\"a\"}]}");

            kubectl.run("label", "node", "node-2", "topology.kubernetes.io/zone=c", "--overwrite")
                    .ok();
            awaitAnswers(lab, "asker-2", "web-2");
            kubectl.run("delete", "pod", "web-2", "--grace-period=0", "--force").ok();
            awaitAnswers(lab, "asker-2", "web-1");
            assertThat(kubectl.run("patch", "service", "web", "-p", "{\"spec\":{\"trafficDistribution\":\"Near\"}}")
                            .err())
                    .contains("spec.trafficDistribution: Unsupported value: \"Near\"");
            kubectl.run("patch", "service", "web", "-p", "{\"spec\":{\"trafficDistribution\":null}}")
                    .ok();
            kubectl.withInput(PODS.formatted(2), List.of("apply", "-f", "-")).ok();
            awaitAnswers(lab, "asker-1", "web-1", "web-2");

            kubectl.run("annotate", "service", "web", "service.kubernetes.io/topology-mode=Auto")
                    .ok();
            awaitAnswers(lab, "asker-1", "web-1");
            awaitAnswers(lab, "asker-2", "web-2");
        }
    }

    /** Each address that a Service has is an object, and goes with it. */
    @Test
    void addressesOfServicesAreObjects() {
        assumeTrue(!Kubectl.installed().isEmpty(), "no kubectl on this machine");
        try (TestLab lab = TestLab.up("", "--ip-family=dual")) {
            Kubectl kubectl = Kubectl.of(Kubectl.installed().getFirst(), lab, home);
            String dual = SERVICE.replace("selector:", "ipFamilyPolicy: RequireDualStack, selector:");
            kubectl.withInput(dual, List.of("create", "-f", "-")).ok();
            JsonNode ips = kubectl.json("get", "service", "web").path("spec").path("clusterIPs");
            List<String> lines = kubectl.run("get", "ipaddresses").lines();
            assertThat(lines.getFirst()).matches("NAME +PARENTREF +AGE");
            assertThat(lines.stream().filter(line -> line.contains(" services/default/web ")))
                    .hasSize(2);
            for (JsonNode ip : ips) {
                JsonNode address = kubectl.json("get", "ipaddress", ip.asText());
                assertThat(address.path("spec").path("parentRef").toString())
                        .isEqualTo("{\"name\":\"web\",\"namespace\":\"default\",\"resource\":\"services\"}");
            }
            // a finalizer that nobody works through would hold it, and its addresses with it
            kubectl.run("delete", "service", "web", "--cascade=foreground", "--timeout=20s")
                    .ok();
            assertThat(kubectl.run("get", "ipaddresses", "-o", "name").ok())
                    .doesNotContain(ips.get(0).asText());
            lab.labWithInput(SERVICE, "apply", "-f", "-").ok();
            assertThat(kubectl.run("get", "ipaddresses").ok()).contains("services/default/web");
            lab.lab("delete", "service", "web").ok();
            assertThat(kubectl.run("get", "ipaddresses").out()).doesNotContain("services/default/web");
        }
    }
}
