package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cli.TracedLab.Wanted;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RunningProgram;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a trace shows of an echo request and its reply, and that it is what was predicted, however nodes are watched. */
abstract class EchoStories extends InTracedLab {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** @param options of {@code lab up} */
    EchoStories(String... options) {
        super(options);
    }

    private JsonNode ping(String from, String to) {
        return ping(from, to, Duration.ofSeconds(2));
    }

    private JsonNode ping(String from, String to, Duration timeout) {
        return traced().ask(Wanted.echo(from, to, 0, timeout));
    }

    private static String verdict(JsonNode trace) {
        return trace.path("verdict").asText();
    }

    @Test
    void anEchoRequestToAPod() {
        JsonNode near = ping("client", "default/near");
        TracedLab.assertAgrees(near);
        assertThat(verdict(near)).startsWith("answered in ");
        assertThat(TracedLab.way(near.path("request")))
                .isEqualTo("left client/eth0, entered node-1, bridged node-1, delivered near/eth0");
        assertThat(TracedLab.way(near.path("reply")))
                .isEqualTo("left near/eth0, entered node-1, bridged node-1, delivered client/eth0");
        for (String to : List.of(lab().podIp("far"), TracedLab.ipv6(lab().pod("far")))) {
            JsonNode far = ping("client", to);
            TracedLab.assertAgrees(far);
            assertThat(verdict(far)).startsWith("answered in ");
            assertThat(TracedLab.way(far.path("request")))
                    .isEqualTo("left client/eth0, entered node-1, routed node-1/uplink, left node-1/uplink,"
                            + " entered node-2/uplink, routed node-2/fl0, bridged node-2, delivered far/eth0");
            assertThat(TracedLab.way(far.path("reply")))
                    .isEqualTo("left far/eth0, entered node-2, routed node-2/uplink, left node-2/uplink,"
                            + " entered node-1/uplink, routed node-1/fl0, bridged node-1, delivered client/eth0");
            JsonNode flow = far.path("flow");
            assertThat(flow.path("protocol").asText()).isEqualTo(to.contains(":") ? "icmpv6" : "icmp");
            assertThat(flow.path("destination").asText()).isEqualTo(to);
            assertThat(flow.path("id").asInt()).isPositive();
        }
        JsonNode itself = ping("client", "pod/client");
        TracedLab.assertAgrees(itself);
        assertThat(TracedLab.way(itself.path("request"))).isEqualTo("delivered client/lo");
    }

    @Test
    void anEchoRequestToANodeAndFromOne() {
        for (String[] pair : new String[][] {
            {"client", "node/node-1"},
            {"client", "node/node-2"},
            {"client", TracedLab.ipv6(lab().node("node-2"))},
            {"node/node-1", "default/near"},
            {"node/node-2", "default/near"},
            {"node/node-1", TracedLab.ipv6(lab().pod("far"))},
            {"node/node-1", "node/node-2"},
            {"node/node-1", "node/node-1"}
        }) {
            JsonNode trace = ping(pair[0], pair[1]);
            TracedLab.assertAgrees(trace);
            assertThat(verdict(trace)).as(pair[0] + " → " + pair[1]).startsWith("answered in ");
        }
    }

    /** A ClusterIP answers at its ports alone: the node refuses, as {@code ping} is told too. */
    @Test
    void anEchoRequestToAService() {
        for (String to : List.of("svc/far", TracedLab.ipv6(lab().service("far")))) {
            JsonNode trace = ping("client", to);
            TracedLab.assertAgrees(trace);
            assertThat(verdict(trace)).startsWith("refused by node-1 after ");
            assertThat(TracedLab.way(trace.path("request")))
                    .isEqualTo("left client/eth0, entered node-1, dropped node-1");
            assertThat(TracedLab.way(trace.path("reply")))
                    .isEqualTo("routed node-1/fl0, bridged node-1, delivered client/eth0");
            assertThat(trace.path("predicted").path("reason").asText())
                    .contains("which answers at its ports alone, and a ping has none; it has 80/tcp");
        }
        Oracle.assumeInstalled("ping");
        assertThat(lab().exec("client", "ping", "-c", "1", "-W", "5", lab().serviceIp("far"))
                        .out())
                .contains("Destination Port Unreachable");
        TracedLab.assertAgrees(ping("node/node-1", "svc/far"));
        TracedLab.assertAgrees(ping("far", "svc/none"));
    }

    @Test
    void anEchoRequestToAnAddressThatNobodyHas() {
        JsonNode far = ping("client", "10.244.2.99", Duration.ofSeconds(10));
        TracedLab.assertAgrees(far);
        assertThat(verdict(far))
                .isEqualTo("not reached: no route to host: nobody answers for 10.244.2.99 on node-2's fl0;"
                        + " ICMP host unreachable from "
                        + lab().node("node-2").path("ip").asText());
        JsonNode near = ping("client", "10.244.1.99", Duration.ofSeconds(10));
        TracedLab.assertAgrees(near);
        assertThat(verdict(near)).contains("no packet left: nobody answers for 10.244.1.99");
        TracedLab.assertAgrees(ping("client", "10.96.77.77", Duration.ofMillis(300)));
        TracedLab.assertAgrees(ping("client", "192.0.2.1"));
    }

    @Test
    void whoIsMeantByAnEchoRequest() {
        for (String to : List.of("default/far:80", "svc/far:http", "node/node-1:7", "10.244.1.2:80", "[fd00::1]:80")) {
            assertThat(traced().run("trace", "client", to, "--proto", "icmp").refusal(1))
                    .contains("an echo request goes to no port: say ")
                    .contains(" without :" + TracedLab.port(to) + ", or --proto tcp or udp");
        }
        assertThat(traced().run("trace", "client", "nowhere", "--proto", "icmp").refusal(1))
                .contains("say NAMESPACE/POD, node/NAME, svc/NAME or ADDRESS");
    }

    /** The prediction alone, of which no kernel hears. */
    @Test
    void anEchoRequestThatIsOnlyExplained() {
        Set<String> before = entries();
        String text = traced().run("explain", "client", "default/far", "--proto", "icmp", "--explain")
                .ok();
        assertThat(TracedLab.flat(text))
                .contains("ICMP echo, predicted, nothing was sent")
                .contains("THERE " + lab().podIp("client") + " → " + lab().podIp("far") + " ")
                .contains("delivered: the kernel answers an echo request itself, no program has to listen")
                .contains("a reply goes to the socket that waits for its identifier");
        assertThat(before).containsAll(entries());
    }

    /** The identifiers of all echo requests that node-1 knows of. */
    private Set<String> entries() {
        return TestLab.witness(lab().node("node-1"), "conntrack", "-L", "-p", "icmp")
                .lines()
                .map(line -> line.replaceFirst(".* type=8 code=0 (id=\\d+) .*", "$1"))
                .filter(line -> line.startsWith("id="))
                .collect(Collectors.toSet());
    }

    /** Somebody else's table gives the request another source and identifier, and conntrack on that node knows both. */
    @Test
    void anEchoRequestThatIsMasqueraded() {
        JsonNode node = lab().node("node-1");
        String uplink = node.path("ip").asText();
        TestLab.witness(
                node,
                "nft",
                "add table ip site; add chain ip site out { type nat hook postrouting priority 90 ; };"
                        + " add rule ip site out ip protocol icmp oifname uplink masquerade fully-random");
        try {
            JsonNode trace = ping("client", "default/far");
            assertThat(verdict(trace)).as(trace.toPrettyString()).startsWith("answered in ");
            assertThat(trace.path("agree").asBoolean())
                    .as("no plan knows of it")
                    .isFalse();
            assertThat(TracedLab.way(trace.path("request")))
                    .startsWith("left client/eth0, entered node-1, ")
                    .contains("routed node-1/uplink, snat node-1, left node-1/uplink, entered node-2/uplink")
                    .endsWith("delivered far/eth0");
            assertThat(TracedLab.way(trace.path("reply")))
                    .contains("entered node-1/uplink, unsnat node-1, routed node-1/fl0")
                    .endsWith("delivered client/eth0");
            JsonNode snat = TestLab.stream(trace.path("request"))
                    .filter(hop -> hop.path("event").asText().equals("snat"))
                    .findFirst()
                    .orElseThrow();
            int asked = snat.path("before").path("id").asInt();
            int masked = snat.path("after").path("id").asInt();
            assertThat(asked).isNotEqualTo(masked);
            assertThat(snat.path("after").path("source").asText()).isEqualTo(uplink);
            String entry = TestLab.witness(node, "conntrack", "-L", "-p", "icmp", "--src", lab().podIp("client"));
            assertThat(entry)
                    .contains("dst=" + lab().podIp("far") + " type=8 code=0 id=" + asked + " ")
                    .contains("src=" + lab().podIp("far") + " dst=" + uplink + " type=0 code=0 id=" + masked + " ");
            assertThat(snat.path("details").toString())
                    .contains("conntrack remembers  " + lab().podIp("client") + " → " + lab().podIp("far")
                            + " type 8 code 0 id " + asked + " | " + lab().podIp("far") + " → " + uplink
                            + " type 0 code 0 id " + masked);
        } finally {
            TestLab.witness(node, "nft", "delete", "table", "ip", "site");
        }
    }

    /** The next of a {@code ping} that runs, whose requests have one identifier; it isn't stopped by that. */
    @Test
    void thePingOfSomebodyElse() {
        Oracle.assumeInstalled("ping");
        for (String to : List.of(lab().podIp("far"), TracedLab.ipv6(lab().pod("far")))) {
            try (RunningProgram ping = TestLab.beside(lab().pod("client"), "ping", "-i", "0.2", to)) {
                ping.await("icmp_seq=1 ", PATIENCE);
                JsonNode trace = traced().trace("client", to, "--proto", "icmp", "--live");
                TracedLab.assertAgrees(trace);
                assertThat(verdict(trace)).startsWith("answered in ");
                int seen = ping.lines().size();
                Poll.until(
                        PATIENCE,
                        () -> ping.lines().size() > seen + 2,
                        () -> ping.lines().toString());
            }
        }
        assertThat(traced().run("trace", "idle", "default/far", "--proto", "icmp", "--live", "--timeout", "0.2")
                        .refusal(1))
                .contains(
                        "nobody sent an echo request from pod/default/idle to pod/default/far (" + lab().podIp("far"));
    }
}
