package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.TraceQuestion;
import dev.fairlead.lab.door.LabCaller;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.packet.Protocol;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RunningProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A lab in which connections are traced.
 *
 * <pre>
 *   node-1: client, near ── fl0 ── uplink ──┐
 *                                           ├ switch
 *   node-2: far, idle ──── fl0 ── uplink ───┘
 *
 *   Service near → near, far → far, all → near and far, none → nobody; node ports: gate 30080 → near and far,
 *   shut 30077 → nobody
 * </pre>
 */
record TracedLab(TestLab lab) implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int COLUMNS = 200;
    private static final String CLUSTER = pod("client", "node-1", "image: host, command: [sleep, infinity]")
            + pod("near", "node-1", "image: fairlead/http")
            + pod("far", "node-2", "image: fairlead/http")
            + pod("idle", "node-2", "image: host, command: [sleep, infinity]")
            + service("near", "{app: near}")
            + service("far", "{app: far}")
            + service("all", "{web: 'yes'}")
            + service("none", "{app: nobody}")
            + service("gate", "{web: 'yes'}", ", nodePort: 30080")
            + service("shut", "{app: nobody}", ", nodePort: 30077");

    private static String pod(String name, String node, String container) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, labels: {app: %s, web: '%s'}}
                spec: {nodeName: %s, containers: [{name: main, %s}]}
                ---
                """.formatted(name, name, container.contains("http") ? "yes" : "no", node, container);
    }

    private static String service(String name, String selector) {
        return service(name, selector, "");
    }

    /** @param nodePort {@code , nodePort: 30080}, or nothing */
    private static String service(String name, String selector, String nodePort) {
        return """
                apiVersion: v1
                kind: Service
                metadata: {name: %s}
                spec: {type: %s, selector: %s, ports: [{name: http, port: 80%s}], ipFamilyPolicy: PreferDualStack}
                ---
                """.formatted(name, nodePort.isEmpty() ? "ClusterIP" : "NodePort", selector, nodePort);
    }

    /** @param options of {@code lab up} beside its nodes and families */
    static TracedLab up(String... options) {
        return up("", 2, options);
    }

    /** With more objects, and so many nodes. @param options as above */
    static TracedLab up(String more, int nodes, String... options) {
        List<String> all = new ArrayList<>(List.of("--nodes", Integer.toString(nodes), "--ip-family", "dual"));
        all.addAll(List.of(options));
        return new TracedLab(TestLab.up(CLUSTER + more, all.toArray(String[]::new)));
    }

    /** No rule, no tap: by the kernel's own lists, in every namespace that there is. */
    void assertNothingIsArmed() {
        JsonNode status = lab.status();
        for (JsonNode node : status.path("nodes")) {
            if (isGone(node)) {
                continue; // it is stopped, and its namespace is gone with all that was in it
            }
            assertThat(TestLab.witness(node, "nft", "list", "tables")).doesNotContain("fairlead-trace");
            assertThat(packetSockets(node)).isEmpty();
        }
        for (JsonNode pod : status.path("pods")) {
            assertThat(isGone(pod) ? List.of() : packetSockets(pod)).isEmpty();
        }
    }

    private static boolean isGone(JsonNode where) {
        return !Files.exists(Path.of(where.path("netns").asText()));
    }

    private static List<String> packetSockets(JsonNode where) {
        return TestLab.witness(where, "cat", "/proc/net/packet").lines().skip(1).toList();
    }

    Ran run(String command, String from, String to, String... options) {
        List<String> all = new ArrayList<>(List.of(command, from, to, "--name", lab.name()));
        all.addAll(List.of(options));
        return Ran.fairlead(all.toArray(String[]::new));
    }

    JsonNode trace(String from, String to, String... options) {
        List<String> all = new ArrayList<>(List.of("--json"));
        all.addAll(List.of(options));
        return TestLab.json(run("trace", from, to, all.toArray(String[]::new)).out(), "fairlead trace");
    }

    /** As {@code trace --json}, asked of the lab itself, which doesn't take the start of a JVM; {@code text} is what it prints. */
    JsonNode ask(Wanted wanted) {
        TraceQuestion.Wish wish = new TraceQuestion.Wish(
                wanted.from, wanted.to, wanted.protocol, wanted.timeout, wanted.size, COLUMNS, false, false, false);
        return LabCaller.ask(new LabName(lab.name()), TraceQuestion.of("trace", wish));
    }

    /** What is traced. @param size of a datagram or an echo request; 0 for a line of text, and for TCP */
    record Wanted(String from, String to, Protocol protocol, int size, Duration timeout) {
        static Wanted echo(String from, String to, int size, Duration timeout) {
            return new Wanted(from, to, Protocol.ICMP, size, timeout);
        }

        static Wanted tcp(String from, String to, Duration timeout) {
            return new Wanted(from, to, Protocol.TCP, 0, timeout);
        }

        static Wanted udp(String from, String to, int size, Duration timeout) {
            return new Wanted(from, to, Protocol.UDP, size, timeout);
        }
    }

    /** {@code left client/eth0, entered node-1, …}: what happened where, without the names of veths. */
    static String way(JsonNode hops) {
        List<String> words = new ArrayList<>();
        for (JsonNode hop : hops) {
            String netns = hop.path("netns").asText();
            String device = hop.path("device").asText();
            words.add(hop.path("event").asText() + " "
                    + (netns.isEmpty() ? hop.path("node").asText() : netns.substring(netns.indexOf('/') + 1))
                    + (device.isEmpty() || device.startsWith("veth") ? "" : "/" + device));
        }
        return String.join(", ", words);
    }

    static void assertAgrees(JsonNode trace) {
        assertThat(trace.path("agree").asBoolean()).as(trace.toPrettyString()).isTrue();
        assertThat(trace.path("lostEvents").asInt()).isZero();
    }

    static String ipv6(JsonNode object) {
        for (JsonNode ip : object.path("ips")) {
            if (ip.asText().indexOf(':') >= 0) {
                return ip.asText();
            }
        }
        throw new AssertionError("no IPv6 address: " + object);
    }

    /** The port at the end of {@code 10.0.0.1:80}. */
    static String port(String ipPort) {
        return ipPort.substring(ipPort.lastIndexOf(':') + 1);
    }

    /** Text without what breaks it into lines. */
    static String flat(String text) {
        return text.replaceAll("\\s+", " ");
    }

    /** Has {@code client} load Service {@code far} until a trace that waits for that has told its whole way. */
    void connectUntilTold(RunningProgram live) {
        Poll.until(
                PATIENCE,
                () -> {
                    lab.get("client", "http://" + lab.serviceIp("far") + "/hostname");
                    return live.find("BACK").isPresent();
                },
                () -> live.lines().toString());
        String unused = live.await("delivered: the client sees", PATIENCE);
    }

    @Override
    public void close() {
        lab.close();
    }
}
