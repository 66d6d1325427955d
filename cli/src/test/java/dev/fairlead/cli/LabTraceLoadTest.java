package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cli.TracedLab.Wanted;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.testkit.Poll;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Traces beside as many other connections as the machine makes: of other pods to the same Service and to the same pod, on the
 * same nodes. A trace is complete or says that it has lost something.
 *
 * <pre>
 *   node-1: client, load-1 … load-3 ── uplink ──┐ switch
 *   node-2: far, load-4 ────────────── uplink ──┘
 * </pre>
 */
@HostUnchanged
class LabTraceLoadTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofSeconds(8);
    private static final int TRACES = 60;
    private static final int LOADS = 4;
    /** More than any machine makes: each of them asks one after the other. */
    private static final int WANTED_A_SECOND = 10_000;

    private static final Pattern ANSWERED = Pattern.compile(", ([0-9]+) answered ");

    private static TracedLab traced;
    private static TestLab lab;

    @BeforeAll
    static void up() {
        traced = TracedLab.up("", 2);
        lab = traced.lab();
    }

    @AfterAll
    static void down() {
        traced.close();
    }

    private static String loads() {
        StringBuilder manifest = new StringBuilder();
        for (int i = 1; i <= LOADS; i++) {
            manifest.append("""
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: load-%d}
                    spec:
                      nodeName: node-%d
                      terminationGracePeriodSeconds: 1
                      containers:
                        - name: client
                          image: fairlead/client
                          args: [--target=http://far:80, --rate=%d]
                    ---
                    """.formatted(i, i < LOADS ? 1 : 2, WANTED_A_SECOND));
        }
        return manifest.toString();
    }

    /** By all of them until now. */
    private static long answered() {
        long answered = 0;
        for (int i = 1; i <= LOADS; i++) {
            JsonNode logs = LabCaller.ask(
                    new LabName(lab.name()), LabCaller.request("logs").put("name", "load-" + i));
            Matcher matcher = ANSWERED.matcher(logs.path("text").asText());
            answered += matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
        }
        return answered;
    }

    @Test
    void tracesUnderLoad() {
        String manifest = loads();
        lab.labWithInput(manifest, "apply", "-f", "-").ok();
        try {
            Poll.until(PATIENCE, () -> answered() > 100, () -> lab.lab("status").out());
            long before = answered();
            long start = System.nanoTime();
            List<JsonNode> traces = traces(start + LONGEST.toNanos());
            double seconds = (System.nanoTime() - start) / 1e9;
            long others = answered() - before;
            long lost = traces.stream()
                    .filter(trace -> trace.path("lostEvents").asLong() > 0)
                    .count();
            System.out.printf(
                    Locale.ROOT,
                    "%d traces in %.1f s beside %.0f other connections a second; %d said that they lost something%n",
                    traces.size(),
                    seconds,
                    others / seconds,
                    lost);
            assertThat(others).as("other connections").isGreaterThan(100);
            assertThat(traces).as("traces in %s", LONGEST).hasSizeGreaterThan(3);
            assertThat(traces).allSatisfy(LabTraceLoadTest::isCompleteOrSaysSo);
            assertThat(lost).as("said that they lost something").isLessThan(traces.size());
        } finally {
            lab.labWithInput(manifest, "delete", "-f", "-").ok();
        }
        TracedLab.assertAgrees(traced.trace("client", "svc/far"));
        traced.assertNothingIsArmed();
    }

    /** @param end by {@link System#nanoTime} */
    private static List<JsonNode> traces(long end) {
        List<JsonNode> traces = new ArrayList<>();
        while (traces.size() < TRACES && System.nanoTime() - end < 0) {
            String to = traces.size() % 2 == 0 ? "svc/far" : "default/far:80";
            traces.add(traced.ask(Wanted.tcp("client", to, TIMEOUT)));
        }
        return traces;
    }

    private static void isCompleteOrSaysSo(JsonNode trace) {
        boolean lost = trace.path("lostEvents").asLong() > 0;
        boolean complete = trace.path("agree").asBoolean()
                && trace.path("verdict").asText().startsWith("answered in ");
        assertThat(lost || complete).as(trace.path("text").asText()).isTrue();
        String says = lost ? "lost: the kernel dropped them" : "no event lost";
        assertThat(trace.path("text").asText()).contains(says);
    }
}
