package dev.fairlead.lab.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.model.ContainerPort;
import dev.fairlead.lab.model.Deployment;
import dev.fairlead.lab.model.DeploymentSpec.Strategy;
import dev.fairlead.lab.model.EnvVar;
import dev.fairlead.lab.model.Finding;
import dev.fairlead.lab.model.IntOrPercent;
import dev.fairlead.lab.model.LabObject;
import dev.fairlead.lab.model.Manifest;
import dev.fairlead.lab.model.Pod;
import dev.fairlead.lab.model.PodSpec.RestartPolicy;
import dev.fairlead.lab.model.PodStatus;
import dev.fairlead.lab.model.Probe;
import dev.fairlead.lab.model.Service;
import dev.fairlead.lab.model.ServicePort;
import dev.fairlead.lab.model.ServicePort.TargetPort;
import dev.fairlead.lab.model.ServiceSpec.FamilyPolicy;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Manifests as people write them, in {@code good/}. */
class GoodManifestTest {

    static Manifest read(String file) throws IOException {
        try (InputStream in = GoodManifestTest.class.getResourceAsStream("good/" + file)) {
            return ManifestReader.read(file, Objects.requireNonNull(in));
        }
    }

    @Test
    void guestbook() throws IOException {
        Manifest manifest = read("guestbook.yaml");
        assertThat(manifest.objects())
                .extracting(LabObject::title)
                .containsExactly(
                        "Deployment default/redis-leader",
                        "Service default/redis-leader",
                        "Deployment default/frontend",
                        "Service default/frontend");
        assertThat(manifest.notes()).isEmpty();
        Deployment frontend = (Deployment) manifest.objects().get(2);
        assertThat(frontend.spec().replicas()).isEqualTo(3);
        assertThat(frontend.spec().selector()).hasToString("app=guestbook,tier=frontend");
        assertThat(frontend.spec().strategy())
                .isEqualTo(new Strategy.RollingUpdate(new IntOrPercent(25, true), new IntOrPercent(25, true)));
        assertThat(Workload.of(frontend.spec().template().spec().containers().getFirst()))
                .isEqualTo(new Workload.Http(80));
        assertThat(frontend.spec()
                        .template()
                        .spec()
                        .original()
                        .at("/containers/0/resources/requests/cpu")
                        .asText())
                .isEqualTo("100m");
        Service leader = (Service) manifest.objects().get(1);
        assertThat(leader.spec().ports())
                .containsExactly(new ServicePort("", Protocol.TCP, 6379, new TargetPort.Number(6379), 0));
        assertThat(leader.spec().selector()).containsEntry("role", "leader").hasSize(3);
        assertThat(leader.spec().clusterIps()).isEmpty();
        assertThat(leader.spec().headless()).isFalse();
    }

    @Test
    void severalAndNamedPorts() throws IOException {
        Manifest manifest = read("ports.yaml");
        Pod pod = (Pod) manifest.objects().get(0);
        assertThat(pod.title()).isEqualTo("Pod kube-system/dns");
        assertThat(pod.spec().containers().getFirst().ports())
                .containsExactly(
                        new ContainerPort("dns", 53, Protocol.UDP), new ContainerPort("dns-tcp", 53, Protocol.TCP));
        Service service = (Service) manifest.objects().get(1);
        assertThat(service.spec().clusterIps()).containsExactly(Ip.of("10.96.0.10"));
        assertThat(service.metadata().annotations()).containsEntry("prometheus.io/port", "9153");
        assertThat(service.spec().ports())
                .containsExactly(
                        new ServicePort("dns", Protocol.UDP, 53, new TargetPort.Name("dns"), 0),
                        new ServicePort("dns-tcp", Protocol.TCP, 53, new TargetPort.Name("dns-tcp"), 0));
    }

    @Test
    void twoContainers() throws IOException {
        Manifest manifest = read("two-containers.yaml");
        Pod pod = (Pod) manifest.objects().getFirst();
        assertThat(pod.status()).isEqualTo(PodStatus.NEW);
        assertThat(pod.metadata().labels())
                .containsExactly(
                        Map.entry("app", "pair"),
                        Map.entry("version", "1.10"),
                        Map.entry("since", "2024-01-01"),
                        Map.entry("empty", ""));
        assertThat(pod.metadata().annotations()).containsEntry("note", "two lines\nof text\n");
        assertThat(pod.spec().nodeName()).isEqualTo("node-2");
        assertThat(pod.spec().hostname()).isEqualTo("twin");
        assertThat(pod.spec().terminationGracePeriodSeconds()).isEqualTo(5);
        assertThat(pod.spec().restartPolicy()).isEqualTo(RestartPolicy.ON_FAILURE);
        assertThat(pod.spec().containers().get(1).env()).contains(new EnvVar("NOTHING", ""));
        assertThat(manifest.notes()).isEmpty();
        assertThat(pod.spec().containers().getFirst().probes())
                .containsOnlyKeys(Probe.Purpose.READINESS)
                .containsValue(new Probe(
                        new Probe.Check.Http("", "8080", "/hostname", Map.of()),
                        Duration.ZERO,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(1),
                        1,
                        3));
    }

    @Test
    void hostCommandWithVariables() throws IOException {
        Pod pod = (Pod) read("two-containers.yaml").objects().getFirst();
        assertThat(Workload.of(pod.spec().containers().get(0))).isEqualTo(new Workload.Http(8080));
        Workload.HostCommand shell =
                (Workload.HostCommand) Workload.of(pod.spec().containers().get(1));
        assertThat(shell.argv())
                .containsExactly("/bin/sh", "-c", "echo hello Ada $(GREETING) $(UNKNOWN); exec sleep infinity");
        assertThat(shell.env())
                .containsExactly(
                        Map.entry("NAME", "Ada"), Map.entry("GREETING", "hello Ada"), Map.entry("NOTHING", ""));
        assertThat(shell.workingDir()).isEqualTo("/tmp");
    }

    @Test
    void clients() throws IOException {
        Pod pod = (Pod) read("clients.yaml").objects().getFirst();
        assertThat(pod.spec().placement().selector()).containsEntry("disk", "ssd");
        assertThat(pod.spec().containers().stream().map(Workload::of))
                .containsExactly(
                        new Workload.Client(
                                new Workload.Target("web.shop", 8080, "/echo?x=1"), Workload.Mode.HTTP, 2.5),
                        new Workload.Client(new Workload.Target("10.96.0.10", 53, "/"), Workload.Mode.UDP, 10),
                        new Workload.Client(new Workload.Target("fd00:96::1", 80, "/"), Workload.Mode.HTTP, 10),
                        new Workload.Client(new Workload.Target("web", 80, "/"), Workload.Mode.HTTP, 10),
                        new Workload.Echo(7));
        assertThat(new Workload.Target("fd00:96::1", 80, "/")).hasToString("[fd00:96::1]:80");
    }

    @Test
    void aListInJsonWithTabs() throws IOException {
        Manifest manifest = read("list.json");
        Deployment web = (Deployment) manifest.objects().get(1);
        assertThat(web.spec().strategy()).isEqualTo(new Strategy.Recreate());
        assertThat(web.spec().replicas()).isEqualTo(1);
        assertThat(web.spec().selector()).hasToString("app=web,tier notin (back)");
        assertThat(manifest.notes())
                .extracting(Finding::toString)
                .containsExactly(
                        "list.json: Service default/web: spec.sessionAffinity: has no effect; each connection chooses its"
                                + " endpoint",
                        "list.json: Deployment default/web: spec.template.spec.containers[0].ports: only 8080 is listened"
                                + " on; fairlead/http has one port, and 9090 refuses connections");
    }

    @Test
    void flowStyleThatBeginsLikeJson() throws IOException {
        Service db = (Service) read("flow.yaml").objects().getFirst();
        assertThat(db.spec().headless()).isTrue();
        assertThat(db.spec().ports()).isEmpty();
    }

    @Test
    void dualStack() throws IOException {
        Service web = (Service) read("dual-stack.yaml").objects().getFirst();
        assertThat(web.spec().ipFamilyPolicy()).isEqualTo(FamilyPolicy.REQUIRE_DUAL_STACK);
        assertThat(web.spec().ipFamilies()).isEqualTo(List.of(Family.IPV6, Family.IPV4));
        assertThat(web.spec().publishNotReadyAddresses()).isTrue();
    }

    @Test
    void anchorsMergesAndHexadecimal() throws IOException {
        Deployment web = (Deployment) read("anchors.yaml").objects().getFirst();
        assertThat(web.spec().template().labels())
                .containsOnly(Map.entry("app", "web"), Map.entry("track", "stable"), Map.entry("extra", "yes"));
        assertThat(Workload.of(web.spec().template().spec().containers().getFirst()))
                .isEqualTo(new Workload.Http(80));
        assertThat(web.spec().paused()).isTrue();
        assertThat(web.spec().minReadySeconds()).isEqualTo(2);
        assertThat(web.spec().revisionHistoryLimit()).isEqualTo(3);
        assertThat(web.spec().strategy())
                .isEqualTo(new Strategy.RollingUpdate(new IntOrPercent(1, false), new IntOrPercent(0, true)));
    }
}
