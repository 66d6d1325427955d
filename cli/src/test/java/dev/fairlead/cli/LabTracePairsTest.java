package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cli.TracedLab.Wanted;
import dev.fairlead.packet.Protocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two hundred connections by lot, of pods, nodes and Services, both families and protocols: what was predicted happened. */
@HostUnchanged
class LabTracePairsTest {
    private static final int PAIRS = 200;
    private static final int AGAIN = 3;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String MORE = """
            apiVersion: v1
            kind: Pod
            metadata: {name: echo-1, labels: {app: echo}}
            spec: {nodeName: node-1, containers: [{name: main, image: fairlead/echo}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: echo-3, labels: {app: echo}}
            spec: {nodeName: node-3, containers: [{name: main, image: fairlead/echo}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: echo}
            spec:
              selector: {app: echo}
              ipFamilyPolicy: PreferDualStack
              ports: [{name: datagrams, port: 70, targetPort: 7, protocol: UDP}, {name: lines, port: 70, targetPort: 7}]
            ---
            """;

    /** To whom, and whether somebody listens there, by what the manifests say. */
    private record To(String name, Protocol protocol, boolean listens) {}

    private static TracedLab traced;
    private static TestLab lab;

    @BeforeAll
    static void up() {
        traced = TracedLab.up(MORE, 3);
        lab = traced.lab();
    }

    @AfterAll
    static void down() {
        traced.close();
    }

    @Test
    void predictionsOfManyPairs() {
        List<String> sources = List.of(
                "client", "near", "far", "idle", "echo-1", "echo-3", "node/node-1", "node/node-2", "node/node-3");
        List<To> targets = targets(lab.status());
        SplittableRandom random = new SplittableRandom(41);
        List<String> wrong = new ArrayList<>();
        int answered = 0;
        long start = System.nanoTime();
        for (int i = 1; i <= PAIRS; i++) {
            String from = sources.get(random.nextInt(sources.size()));
            To to = targets.get(random.nextInt(targets.size()));
            JsonNode trace = complete(new Wanted(from, to.name, to.protocol, 0, TIMEOUT));
            boolean here = trace.path("verdict").asText().startsWith("answered in ");
            answered += here ? 1 : 0;
            if (!trace.path("agree").asBoolean() || here != to.listens) {
                wrong.add(from + " → " + to + ":\n" + trace.path("text").asText());
            }
            if (i % 50 == 0) {
                System.out.printf(
                        Locale.ROOT,
                        "%d of %d traces, %d answered, %d wrong, %.1f ms each%n",
                        i,
                        PAIRS,
                        answered,
                        wrong.size(),
                        (System.nanoTime() - start) / 1e6 / i);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(answered).as("some of each kind").isBetween(PAIRS / 4, PAIRS - PAIRS / 8);
        traced.assertNothingIsArmed();
    }

    /** One that says that it has lost something is made again: the kernel doesn't keep all times while another tap of the host closes. */
    private static JsonNode complete(Wanted wanted) {
        JsonNode trace = traced.ask(wanted);
        for (int i = 0; i < AGAIN && trace.path("lostEvents").asLong() != 0; i++) {
            trace = traced.ask(wanted);
        }
        assertThat(trace.path("lostEvents").asLong())
                .as(trace.path("text").asText())
                .isZero();
        return trace;
    }

    private static List<To> targets(JsonNode status) {
        List<To> targets = new ArrayList<>();
        for (String service : List.of("near", "far", "all")) {
            targets.add(new To("svc/" + service, Protocol.TCP, true));
            targets.add(new To(address(status, "services", service, 80), Protocol.TCP, true));
        }
        for (String pod : List.of("near", "far")) {
            targets.add(new To("default/" + pod + ":80", Protocol.TCP, true));
            targets.add(new To(address(status, "pods", pod, 80), Protocol.TCP, true));
            targets.add(new To("default/" + pod + ":81", Protocol.TCP, false));
            targets.add(new To(address(status, "pods", pod, 9), Protocol.UDP, false));
        }
        targets.add(new To("default/idle", Protocol.ICMP, true));
        targets.add(new To("node/node-2", Protocol.ICMP, true));
        targets.add(new To(TracedLab.ipv6(TestLab.named(status.path("pods"), "far")), Protocol.ICMP, true));
        targets.add(new To("svc/echo", Protocol.ICMP, false));
        for (Protocol protocol : List.of(Protocol.TCP, Protocol.UDP)) {
            targets.add(new To("svc/echo:70", protocol, true));
            targets.add(new To(address(status, "services", "echo", 70), protocol, true));
            targets.add(new To("svc/echo:71", protocol, false));
            targets.add(new To(address(status, "pods", "echo-3", 7), protocol, true));
            targets.add(new To("default/idle:9", protocol, false));
            targets.add(new To("node/node-2:9", protocol, false));
            targets.add(new To("svc/none:80", protocol, false));
        }
        targets.add(new To("svc/kube-system/kube-dns:53", Protocol.UDP, true));
        return targets;
    }

    /** That of IPv6: names lead to IPv4. */
    private static String address(JsonNode status, String kind, String name, int port) {
        return "[" + TracedLab.ipv6(TestLab.named(status.path(kind), name)) + "]:" + port;
    }
}
