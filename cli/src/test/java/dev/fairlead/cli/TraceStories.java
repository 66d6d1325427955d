package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RunningProgram;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a trace shows of each kind of way, and that it is what was predicted, however nodes are watched. */
abstract class TraceStories extends DropStories {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** @param options of {@code lab up} */
    TraceStories(String... options) {
        super(options);
    }

    // ---- ways

    @Test
    void aServiceWithAnEndpointOnAnotherNode() {
        JsonNode trace = traced().trace("client", "svc/far");
        TracedLab.assertAgrees(trace);
        assertThat(trace.path("verdict").asText()).startsWith("answered in ");
        assertThat(TracedLab.way(trace.path("request")))
                .isEqualTo("left client/eth0, entered node-1, dnat node-1, routed node-1/uplink, left node-1/uplink,"
                        + " entered node-2/uplink, routed node-2/fl0, bridged node-2, delivered far/eth0");
        assertThat(TracedLab.way(trace.path("reply")))
                .isEqualTo(
                        "left far/eth0, entered node-2, routed node-2/uplink, left node-2/uplink,"
                                + " entered node-1/uplink, routed node-1/fl0, undnat node-1, bridged node-1, delivered client/eth0");
    }

    @Test
    void aServiceWithAnEndpointOnTheSameNode() {
        JsonNode trace = traced().trace("client", "svc/near:http");
        TracedLab.assertAgrees(trace);
        assertThat(TracedLab.way(trace.path("request")))
                .isEqualTo("left client/eth0, entered node-1, dnat node-1, bridged node-1, delivered near/eth0");
        assertThat(TracedLab.way(trace.path("reply")))
                .isEqualTo("left near/eth0, entered node-1, undnat node-1, bridged node-1, delivered client/eth0");
    }

    @Test
    void aPodThatReachesItselfThroughAService() {
        JsonNode trace = traced().trace("near", "svc/near");
        TracedLab.assertAgrees(trace);
        assertThat(TracedLab.way(trace.path("request")))
                .isEqualTo(
                        "left near/eth0, entered node-1, dnat node-1, snat node-1, bridged node-1, delivered near/eth0");
        assertThat(TracedLab.way(trace.path("reply")))
                .isEqualTo(
                        "left near/eth0, entered node-1, unsnat node-1, undnat node-1, bridged node-1, delivered near/eth0");
    }

    @Test
    void aPodOnTheSameNodeAndOneOnAnother() {
        JsonNode near = traced().trace("default/client", "default/near:80");
        TracedLab.assertAgrees(near);
        assertThat(TracedLab.way(near.path("request")))
                .isEqualTo("left client/eth0, entered node-1, bridged node-1, delivered near/eth0");
        JsonNode far = traced().trace("pod/client", "pod/far:80");
        TracedLab.assertAgrees(far);
        assertThat(TracedLab.way(far.path("request")))
                .isEqualTo("left client/eth0, entered node-1, routed node-1/uplink, left node-1/uplink,"
                        + " entered node-2/uplink, routed node-2/fl0, bridged node-2, delivered far/eth0");
    }

    @Test
    void ofTheOtherFamily() {
        JsonNode trace = traced().trace("client", "[" + TracedLab.ipv6(lab().service("all")) + "]:80");
        TracedLab.assertAgrees(trace);
        assertThat(trace.path("verdict").asText()).startsWith("answered in ");
        assertThat(trace.path("request").path(0).path("before").path("source").asText())
                .startsWith("[fd");
        TracedLab.assertAgrees(traced().trace("near", "[" + TracedLab.ipv6(lab().service("near")) + "]:80"));
    }

    @Test
    void whileAnotherTraceWaitsForItsAnswer() {
        String nobody = lab().podIp("far").replaceAll("\\d+$", "250");
        try (RunningProgram waiting =
                TestLab.fairleadBeside("trace", "client", nobody + ":80", "--timeout", "8", "--name", lab().name())) {
            Poll.until(
                    PATIENCE,
                    () -> TestLab.witness(lab().node("node-1"), "nft", "list", "tables")
                            .contains("fairlead-trace"),
                    () -> "nothing is armed; " + waiting.lines());
            JsonNode trace = traced().trace("client", "svc/far");
            TracedLab.assertAgrees(trace);
            assertThat(trace.path("verdict").asText()).startsWith("answered in ");
            assertThat(waiting.await("BACK", PATIENCE)).startsWith("BACK");
        }
    }

    @Test
    void fromANode() {
        TracedLab.assertAgrees(traced().trace("node/node-2", "svc/near"));
        TracedLab.assertAgrees(traced().trace("node/node-1", "default/near:80"));
        JsonNode toNode = traced().trace("client", "node/node-2:7");
        TracedLab.assertAgrees(toNode);
        assertThat(toNode.path("verdict").asText()).startsWith("refused by node-2: nothing listens on ");
    }

    @Test
    void aNodePortOfAnotherNode() {
        for (int i = 0; i < 4; i++) { // of two endpoints one is back where the packet came from
            JsonNode trace = traced().trace("client", "node/node-2:30080");
            TracedLab.assertAgrees(trace);
            assertThat(trace.path("verdict").asText()).startsWith("answered in ");
            assertThat(TracedLab.way(trace.path("request")))
                    .startsWith("left client/eth0, entered node-1, routed node-1/uplink, left node-1/uplink,"
                            + " entered node-2/uplink, dnat node-2, routed node-2/")
                    .contains(", snat node-2, ");
            assertThat(TracedLab.way(trace.path("reply"))).contains("unsnat node-2", "undnat node-2");
        }
        JsonNode toItself = traced().trace("near", "node/node-2:30080");
        TracedLab.assertAgrees(toItself);
        TracedLab.assertAgrees(traced().trace("node/node-1", "node/node-2:30080"));
        TracedLab.assertAgrees(traced().trace("client", "[" + TracedLab.ipv6(lab().node("node-2")) + "]:30080"));
    }

    @Test
    void aNodePortOfTheOwnNode() {
        JsonNode trace = traced().trace("client", "node/node-1:30080");
        TracedLab.assertAgrees(trace);
        assertThat(TracedLab.way(trace.path("request"))).doesNotContain("snat");
        TracedLab.assertAgrees(traced().trace("node/node-1", "node/node-1:30080"));
        TracedLab.assertAgrees(traced().trace("client", "[" + TracedLab.ipv6(lab().node("node-1")) + "]:30080"));
    }

    @Test
    void aNodePortWithoutEndpoints() {
        for (String node : List.of("node/node-1", "node/node-2")) {
            JsonNode trace = traced().trace("client", node + ":30077");
            TracedLab.assertAgrees(trace);
            assertThat(trace.path("verdict").asText()).startsWith("refused by " + node.substring(5));
        }
    }

    @Test
    void datagrams() {
        JsonNode trace = traced().trace("client", "svc/kube-system/kube-dns:53", "--proto", "udp");
        TracedLab.assertAgrees(trace);
        assertThat(trace.path("verdict").asText()).startsWith("answered in ");
        JsonNode refused = traced().trace("client", "default/far:9", "--proto", "udp");
        TracedLab.assertAgrees(refused);
        assertThat(refused.path("verdict").asText())
                .startsWith("refused by default/far on node-2: nothing listens on ");
    }

    // ---- failures

    @Test
    void aPortThatNobodyListensOn() {
        Ran ran = traced().run("trace", "client", "default/far:81");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(TracedLab.flat(ran.out()))
                .contains("refused by default/far on node-2: nothing listens on " + lab().podIp("far") + ":81");
    }

    @Test
    void aServiceWithoutEndpoints() {
        JsonNode trace = traced().trace("client", "svc/none");
        TracedLab.assertAgrees(trace);
        assertThat(TracedLab.way(trace.path("request"))).isEqualTo("left client/eth0, entered node-1, dropped node-1");
        assertThat(trace.path("verdict").asText()).startsWith("refused by node-1");
        assertThat(TracedLab.flat(traced().run("trace", "client", "svc/none").out()))
                .contains("no endpoints");
    }

    @Test
    void addressesThatNobodyHas() {
        TracedLab.assertAgrees(traced().trace("client", "10.96.77.77:80", "--timeout", "0.3"));
        TracedLab.assertAgrees(traced().trace("client", "10.244.1.99:80", "--timeout", "5"));
        TracedLab.assertAgrees(traced().trace("client", "10.244.2.99:80", "--timeout", "5"));
        TracedLab.assertAgrees(traced().trace("client", "192.0.2.1:80", "--timeout", "0.3"));
    }

    /** What is to come later than anybody waited for is no difference. */
    @Test
    void anErrorThatIsNotWaitedFor() {
        JsonNode trace = traced().trace("client", "10.244.2.98:80", "--timeout", "0.3");
        TracedLab.assertAgrees(trace);
        assertThat(trace.path("reply")).isEmpty();
        assertThat(trace.path("notes").toString())
                .contains(
                        "an ICMP error is to come back after 3 s, and this trace waited 300 ms; --timeout 5 is enough");
    }

    @Test
    void aRuleOfSomebodyElsesTable() {
        JsonNode node = lab().node("node-2");
        TestLab.witness(
                node,
                "nft",
                "add table ip site; add chain ip site away { type filter hook forward priority 0 ; };"
                        + " add rule ip site away tcp dport 80 counter drop");
        try {
            Ran ran = traced().run("trace", "client", "default/far:80", "--timeout", "0.3");
            assertThat(ran.exitCode()).isEqualTo(1);
            assertThat(TracedLab.flat(ran.out()))
                    .contains("prediction differs from hop 7 there on")
                    .contains("dropped by table ip site, chain away: tcp dport 80 counter")
                    .contains("not Fairlead's")
                    .contains("≠ predicted:");
        } finally {
            TestLab.witness(node, "nft", "delete", "table", "ip", "site");
        }
        TracedLab.assertAgrees(traced().trace("client", "default/far:80"));
    }

    @Test
    void whoIsMeant() {
        JsonNode ofContainer = traced().trace("default/client/main", "svc/near");
        assertThat(ofContainer.path("from").asText()).isEqualTo("pod/default/client");
        assertThat(ofContainer.path("agree").asBoolean()).isTrue();
        assertThat(traced().run("trace", "pod/default/client/nobody", "svc/near")
                        .refusal(1))
                .contains("pod default/client has no container 'nobody'; it has main");
        assertThat(traced().run("trace", "nobody", "svc/all").refusal(1)).contains("there is no pod default/nobody");
        assertThat(traced().run("trace", "client", "svc/nothing").refusal(1))
                .contains("there is no Service default/nothing");
        assertThat(traced().run("trace", "client", "pod/idle").refusal(1))
                .contains("to which port of pod default/idle?");
        assertThat(traced().run("trace", "client", "nowhere:80").refusal(1))
                .contains("'nowhere' is no name of a Service or pod");
        assertThat(traced().run("trace", "client", "svc/all", "--proto", "sctp").refusal(2))
                .contains("--proto 'sctp' is not tcp, udp or icmp");
        TracedLab.assertAgrees(traced().trace("client", "far.default.svc.cluster.local:80"));
        TracedLab.assertAgrees(traced().trace("client", "far.default"));
        TracedLab.assertAgrees(traced().trace(lab().podIp("client"), "default/far:80"));
    }

    // ---- the prediction alone

    @Test
    void explainTouchesNothing() {
        Set<String> before = connections();
        Ran ran = traced().run("explain", "client", "svc/all");
        assertThat(ran.ok()).contains("predicted, nothing was sent").contains("could go to one other endpoint as well");
        assertThat(TestLab.json(
                                traced().run("explain", "client", "svc/all", "--json")
                                        .ok(),
                                "explain")
                        .path("outcome")
                        .asText())
                .isEqualTo("delivered");
        assertThat(traced().run("explain", "client", "svc/all", "--explain").ok())
                .contains("· ");
        assertThat(before).as("entries of earlier tests may end meanwhile").containsAll(connections());
        traced().trace("client", "svc/all");
        assertThat(connections()).as("a trace is noticed").anyMatch(entry -> !before.contains(entry));
    }

    /** What tells apart the connections that node-1 knows of. */
    private Set<String> connections() {
        return TestLab.witness(lab().node("node-1"), "conntrack", "-L", "-o", "id")
                .lines()
                .map(line -> line.replaceFirst(".* (id=\\d+)\\s*$", "$1"))
                .collect(Collectors.toSet());
    }

    /** Pods and Services by lot, of both families and protocols: what was predicted happened. */
    @Test
    void predictionsOfManyPairs() {
        SplittableRandom random = new SplittableRandom(5);
        List<String> sources = List.of("client", "near", "far", "idle", "node/node-1", "node/node-2");
        List<String> targets = List.of(
                "svc/near",
                "svc/far",
                "svc/all",
                "svc/none",
                "default/near:80",
                "default/far:80",
                "default/idle:9",
                "svc/all:81");
        for (int i = 0; i < 25; i++) {
            String from = sources.get(random.nextInt(sources.size()));
            String to = targets.get(random.nextInt(targets.size()));
            JsonNode trace = traced().trace(from, to, "--timeout", "0.3");
            assertThat(trace.path("agree").asBoolean())
                    .as("%s → %s: %s", from, to, trace.toPrettyString())
                    .isTrue();
        }
    }
}
