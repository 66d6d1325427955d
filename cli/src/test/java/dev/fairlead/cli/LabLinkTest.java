package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A node's link is made worse, and pods, {@code ping}, {@code ip} and {@code nft} see it; then it is as before.
 *
 * <pre>
 *   node-1: client ── uplink ──┐
 *                              ├ switch
 *   node-2: web ───── uplink ──┘    ← this link
 * </pre>
 */
@HostUnchanged
class LabLinkTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Pattern LOSS = Pattern.compile("([0-9.]+)% packet loss");
    private static final String USUAL = "node-2: up, mtu 1500, as every link is made\n";
    private static final String CLUSTER = """
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec: {nodeName: node-1, containers: [{name: main, image: host, command: [sleep, infinity]}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app: web}}
            spec: {nodeName: node-2, containers: [{name: main, image: fairlead/http}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            """;

    private static TestLab lab;
    private static String web;

    @BeforeAll
    static void up() {
        lab = TestLab.up(CLUSTER, "--nodes", "2", "--ip-family", "dual");
        web = lab.podIp("web");
    }

    @AfterAll
    static void down() {
        lab.close();
    }

    @AfterEach
    void clear() {
        assertThat(link("node-2", "--clear").ok()).isEqualTo(USUAL);
        awaitAnswer();
        assertThat(lab.get("client", "http://" + lab.serviceIp("web") + "/hostname"))
                .isEqualTo("web");
        assertThat(ruleset()).doesNotContain("lab-link-fault");
        assertThat(lab.lab("status").ok()).doesNotContain("link of");
    }

    private static Ran link(String node, String... options) {
        List<String> arguments = new ArrayList<>(List.of(node));
        arguments.addAll(List.of(options));
        return lab.lab("link", arguments.toArray(String[]::new));
    }

    private static JsonNode json(String node) {
        try {
            return JSON.readTree(link(node, "--json").ok());
        } catch (IOException e) {
            throw new AssertionError("no JSON", e);
        }
    }

    /** From the client to web; {@code ping} ends with 1 where nothing was answered. */
    private static Ran ping(String... options) {
        List<String> command = new ArrayList<>(List.of("ping", "-n", "-q", "-W", "1"));
        command.addAll(List.of(options));
        command.add(web);
        return lab.exec("client", command.toArray(String[]::new));
    }

    private static double loss(Ran ping) {
        Matcher matcher = LOSS.matcher(ping.out());
        assertThat(matcher.find()).as(ping.toString()).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    private static void awaitAnswer() {
        Ran[] last = {ping("-c", "1")};
        Poll.until(
                PATIENCE,
                () -> {
                    last[0] = ping("-c", "1");
                    return last[0].exitCode() == 0;
                },
                () -> last[0].toString());
    }

    private static String ruleset() {
        return TestLab.witness(lab.node("node-2"), "nft", "list", "ruleset");
    }

    private static JsonNode uplink() {
        return TestLab.jsonWitness(lab.node("node-2"), "ip", "-j", "link", "show", "dev", "uplink")
                .path(0);
    }

    private static List<String> routes() {
        JsonNode routes = TestLab.jsonWitness(lab.node("node-2"), "ip", "-j", "route");
        return StreamSupport.stream(routes.spliterator(), false)
                .map(route -> route.path("dst").asText() + " via "
                        + route.path("gateway").asText())
                .sorted()
                .toList();
    }

    @Test
    void aCableThatIsOut() throws IOException {
        assertThat(link("node-2").ok()).isEqualTo(USUAL);
        awaitAnswer();
        List<String> routes = routes();
        assertThat(link("node-2", "--down").ok()).isEqualTo("node-2: down, mtu 1500\n");
        assertThat(ping("-c", "3", "-i", "0.2").exitCode()).isEqualTo(1);
        assertThat(lab.exec("client", "curl", "-sS", "-m", "1", "http://" + web + "/")
                        .exitCode())
                .isNotZero();
        assertThat(uplink().path("operstate").asText()).isIn("DOWN", "LOWERLAYERDOWN");
        assertThat(uplink().path("flags").toString()).contains("NO-CARRIER");
        assertThat(routes()).as("nothing but the cable has changed").isEqualTo(routes);
        assertThat(json("node-2").path("up").asBoolean()).isFalse();
        assertThat(json("node-1").path("up").asBoolean()).isTrue();
        assertThat(lab.lab("status").ok()).contains("link of node-2: down, set by lab link\n");
        assertThat(lab.node("node-2").path("linkFaults").path(0).asText()).isEqualTo("down");
        // Kubelets and agents of a lab don't speak over its network.
        try (ApiCaller api =
                ApiCaller.of(Files.readString(Path.of(lab.lab("kubeconfig").ok().strip())))) {
            assertThat(api.get("/api/v1/nodes/node-2").json().toString())
                    .containsPattern("\"type\":\"Ready\"")
                    .doesNotContain("Unknown");
        } catch (Exception e) {
            throw new AssertionError("the API must be reached as before", e);
        }
        assertThat(link("node-2", "--up").ok()).isEqualTo(USUAL);
        awaitAnswer();
    }

    @Test
    void aCableThatLosesAll() {
        awaitAnswer();
        assertThat(link("node-2", "--loss", "100").ok())
                .matches("node-2: up, mtu 1500, loss 100 % each way by (nftables|netem)\n");
        assertThat(loss(ping("-c", "5", "-i", "0.2"))).isEqualTo(100);
        assertThat(lab.lab("status").ok()).contains("link of node-2: loss 100 % each way by ");
    }

    /** Each of the two directions lets half of them through, so a quarter is answered. */
    @Test
    void aCableThatLosesHalf() {
        awaitAnswer();
        link("node-2", "--loss", "50").ok();
        assertThat(loss(ping("-c", "200", "-i", "0.02"))).isBetween(55.0, 95.0);
        assertThat(json("node-2").path("lossPercent").asDouble()).isEqualTo(50);
        if (json("node-2").path("lossBy").asText().equals("nftables")) {
            assertThat(ruleset())
                    .contains("table netdev lab-link-fault {")
                    .contains("a fault that `fairlead lab link` has set")
                    .contains("hook ingress device \"uplink\"", "hook egress device \"uplink\"")
                    .containsPattern("numgen random mod 10000 < 5000 counter packets [0-9]+ bytes [0-9]+ drop");
            // Where a person has found it and taken it away, that is what is said.
            TestLab.witness(lab.node("node-2"), "nft", "delete", "table", "netdev", "lab-link-fault");
            assertThat(link("node-2").ok()).isEqualTo(USUAL);
        } else {
            assertThat(TestLab.witness(lab.node("node-2"), "tc", "qdisc", "show", "dev", "uplink"))
                    .contains("netem", "loss 50%");
        }
        assertThat(link("node-2", "--loss", "0.25").ok()).contains("loss 0.25 % each way");
        assertThat(link("node-2", "--loss", "0").ok()).isEqualTo(USUAL);
    }

    /** 28 bytes are the headers of IPv4 and ICMP. The client's side is told; what goes towards the node only vanishes. */
    @Test
    void aCableThatIsNarrow() {
        awaitAnswer();
        assertThat(ping("-c", "1", "-M", "do", "-s", "1400").exitCode()).isZero();
        assertThat(link("node-2", "--mtu", "1300").ok()).isEqualTo("node-2: up, mtu 1300\n");
        assertThat(uplink().path("mtu").asInt()).isEqualTo(1300);
        assertThat(ping("-c", "1", "-M", "do", "-s", "1400").exitCode()).isEqualTo(1);
        assertThat(ping("-c", "1", "-M", "do", "-s", "1272").exitCode()).isZero();
        // A pod that starts now has what the agent gives every pod: it doesn't measure links.
        assertThat(TestLab.jsonWitness(lab.node("node-2"), "ip", "-j", "link", "show", "dev", "fl0")
                        .path(0)
                        .path("mtu")
                        .asInt())
                .isEqualTo(1500);
    }

    @Test
    void aCableThatIsSlow() {
        Ran slow = link("node-2", "--delay", "100");
        if (slow.exitCode() != 0) {
            assertThat(slow.refusal(1))
                    .startsWith("this kernel has no netem, which is what delays packets, so the link stays as it was: ")
                    .contains("modprobe sch_netem");
            assertThat(link("node-2", "--delay", "100", "--mtu", "1400").exitCode())
                    .isEqualTo(1);
            assertThat(link("node-2").ok()).as("nothing is half done").isEqualTo(USUAL);
            return;
        }
        assertThat(slow.ok()).isEqualTo("node-2: up, mtu 1500, delay 100 ms each way\n");
        Matcher times = Pattern.compile("min/avg/max/mdev = ([0-9.]+)/")
                .matcher(ping("-c", "3").ok());
        assertThat(times.find()).isTrue();
        assertThat(Double.parseDouble(times.group(1))).isBetween(199.0, 1000.0);
    }

    @Test
    void severalAtOnceAndWhatTheAgentKeepsBesides() {
        assertThat(link("node-2", "--loss", "30", "--mtu", "1400", "--down").ok())
                .matches("node-2: down, mtu 1400, loss 30 % each way by (nftables|netem)\n");
        // The agent changes its own tables meanwhile, and leaves this alone.
        lab.labWithInput(CLUSTER.replace("port: 80", "port: 81"), "apply", "-f", "-")
                .ok();
        assertThat(link("node-2").ok()).startsWith("node-2: down, mtu 1400, loss 30 % each way by ");
        lab.labWithInput(CLUSTER, "apply", "-f", "-").ok();
        assertThat(link("node-2", "--clear", "--mtu", "1450").ok()).isEqualTo("node-2: up, mtu 1450\n");
    }

    @Test
    void aNodeThatWasSwitchedOffHasANewCable() {
        link("node-2", "--loss", "100", "--down").ok();
        Ran.fairlead("lab", "node", "stop", "--name", lab.name(), "node-2").ok();
        assertThat(link("node-2").refusal(1))
                .isEqualTo("node node-2 is stopped; ./fairlead lab node start node-2 starts it");
        Ran.fairlead("lab", "node", "start", "--name", lab.name(), "node-2").ok();
        assertThat(link("node-2").ok()).isEqualTo(USUAL);
        // The pod is started again there, perhaps with another address.
        Poll.until(
                PATIENCE,
                () -> {
                    web = lab.podIp("web");
                    return ping("-c", "1").exitCode() == 0;
                },
                () -> lab.lab("status").out());
    }

    @Test
    void wrongInputIsOneSentence() {
        assertThat(link("node-9", "--down").refusal(1)).isEqualTo("there is no node node-9; lab status lists them");
        assertThat(link("node-2", "--mtu", "10").refusal(2))
                .isEqualTo("an MTU of 10 bytes is none that a link can have; from 68 to 65535 it can;"
                        + " see `fairlead lab link --help`");
        assertThat(link("node-2", "--mtu", "1000").refusal(1))
                .isEqualTo("node-2 has IPv6 addresses, which the kernel takes away with an MTU of 1000 bytes;"
                        + " use 1280 or more, or a lab without IPv6");
        assertThat(link("node-2", "--loss", "120").refusal(2))
                .isEqualTo("a loss of 120.0 % can't be; it is from 0 to 100; see `fairlead lab link --help`");
        assertThat(link("node-2", "--loss", "NaN").refusal(2)).contains("it is from 0 to 100");
        assertThat(link("node-2", "--delay", "-1").refusal(2)).contains("from 0 to 60000 ms it can");
        assertThat(link("node-2", "--up", "--down").refusal(2)).contains("contradict each other");
        assertThat(link("node-2", "--loss", "much").refusal(2)).contains("--loss");
        assertThat(lab.lab("link").refusal(2)).contains("NODE");
        assertThat(link("node-2").ok()).isEqualTo(USUAL);
    }
}
