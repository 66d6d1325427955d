package dev.fairlead.cli;

import static dev.fairlead.cli.TestLab.named;
import static dev.fairlead.cli.TestLab.stream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pods come and go while clients ask their Service without a pause, and no request fails. One client is {@code curl} in a
 * loop, whose prints are the evidence; the other is the lab's own, a hundred new connections a second.
 *
 * <pre>
 *   node-1                        node-2
 *   curl, load, web-…       ───   web-…, web-…        Service web 10.96.0.80:80
 * </pre>
 */
@HostUnchanged
@ParameterizedClass
@ValueSource(strings = {"inside", "process"})
class LabChangesTest {
    private static final String SERVICE_IP = "10.96.0.80";
    private static final Pattern FAILED = Pattern.compile(", (\\d+) failed");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String WEB = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 3
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web, version: "VERSION"}}
                spec:
                  containers:
                  - {name: http, image: fairlead/http, ports: [{containerPort: 8080}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              clusterIP: 10.96.0.80
              selector: {app: web}
              ports: [{port: 80, targetPort: 8080}]
            """;
    private static final String CLIENTS = """
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: curl}
            spec:
              nodeName: node-1
              terminationGracePeriodSeconds: 0
              containers:
              - name: curl
                image: host
                command: [bash, -c, 'while :; do curl -sS -m 3 http://10.96.0.80/hostname 2>&1 || echo FAILED; echo; done']
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: load}
            spec:
              nodeName: node-1
              containers:
              - {name: client, image: fairlead/client, args: ["--target=http://web:80", "--rate=100"]}
            """;

    @SuppressWarnings("NullAway.Init") // by JUnit
    private static TestLab lab;

    /** Where the agents run. */
    @Parameter
    @SuppressWarnings("NullAway.Init") // by JUnit
    private String agents;

    @BeforeParameterizedClassInvocation
    static void start(String agents) {
        Oracle.assumeInstalled("curl");
        lab = TestLab.up(WEB.replace("VERSION", "1") + CLIENTS, "--agents=" + agents);
    }

    @AfterParameterizedClassInvocation
    static void end() {
        if (lab != null) {
            lab.close();
        }
    }

    /** Who answered {@code curl} so far, whatever else it printed. */
    private static List<String> answers() {
        return lab.lab("logs", "curl").ok().lines().toList();
    }

    private static Set<String> names() {
        Set<String> names = new TreeSet<>();
        lab.podsOf("web").forEach(pod -> names.add(pod.path("name").asText()));
        return names;
    }

    private static Set<String> ips() {
        Set<String> ips = new TreeSet<>();
        lab.podsOf("web").forEach(pod -> ips.add(pod.path("ip").asText()));
        return ips;
    }

    /** Who has answered since the log had {@code from} lines. */
    private static List<String> answersAfter(int from) {
        List<String> all = answers();
        return all.subList(Math.min(from, all.size()), all.size());
    }

    /** Waits until each of these pods has answered {@code curl} after line {@code from} of its log. */
    private static void awaitAnswersOf(Set<String> pods, int from) {
        Poll.until(
                PATIENCE,
                () -> answersAfter(from).containsAll(pods),
                () -> "answers: " + new TreeSet<>(answersAfter(from)) + ", wanted " + pods);
    }

    /**
     * How many requests of the lab's own client failed so far. It starts together with the pods that it asks, so there may be
     * some from before the first of these was ready.
     */
    private static int failed() {
        String said = lab.lab("logs", "load").ok();
        Matcher matcher = FAILED.matcher(said);
        assertThat(matcher.find()).as(said).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private static Set<String> both(Set<String> some, Set<String> others) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(others);
        return all;
    }

    @Test
    void aRollingChangeFailsNoRequest() {
        Set<String> old = names();
        awaitAnswersOf(old, answers().size());
        int failedBefore = failed();
        int begin = answers().size();

        assertThat(lab.labWithInput(WEB.replace("VERSION", "2"), "apply", "-f", "-")
                        .ok())
                .contains("deployment.apps/web configured");
        lab.await(status -> stream(status.path("pods"))
                .noneMatch(pod -> old.contains(pod.path("name").asText())));
        lab.awaitSettled();

        assertThat(names()).hasSize(3).doesNotContainAnyElementsOf(old);
        int from = answers().size();
        awaitAnswersOf(names(), from);
        assertThat(answersAfter(from)).doesNotContainAnyElementsOf(old);
        assertThat(new TreeSet<>(answersAfter(begin))).as("what curl printed").isSubsetOf(both(old, names()));
        assertThat(failed()).as("requests of load that failed").isEqualTo(failedBefore);
        assertThat(lab.serviceIp("web")).isEqualTo(SERVICE_IP);
    }

    @Test
    void aDeletedPodIsReplacedUnderANewAddressAndTrafficGoesOn() {
        Set<String> old = names();
        Set<String> oldIps = ips();
        awaitAnswersOf(old, answers().size());
        int failedBefore = failed();
        int begin = answers().size();
        String victim = old.iterator().next();

        assertThat(lab.lab("delete", "pod", victim).ok()).isEqualTo("pod/" + victim + " deleted\n");
        lab.awaitSettled();

        Set<String> fresh = names();
        assertThat(fresh).hasSize(3).doesNotContain(victim);
        fresh.removeAll(old);
        assertThat(fresh).hasSize(1);
        JsonNode replacement = named(lab.status().path("pods"), fresh.iterator().next());
        assertThat(oldIps).doesNotContain(replacement.path("ip").asText());
        awaitAnswersOf(fresh, answers().size());
        assertThat(new TreeSet<>(answersAfter(begin))).as("what curl printed").isSubsetOf(both(old, fresh));
        assertThat(failed()).as("requests of load that failed").isEqualTo(failedBefore);
        assertThat(lab.serviceIp("web")).isEqualTo(SERVICE_IP);
    }
}
