package dev.fairlead.cli;

import static dev.fairlead.cli.TestLab.jsonWitness;
import static dev.fairlead.cli.TestLab.stream;
import static dev.fairlead.cli.TestLab.witness;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What {@code lab status --json} says of a lab, held against the kernel: {@code /proc} of the host, and {@code ip} inside the
 * namespaces that it names.
 *
 * <pre>
 *   node-1 ─────────────── node-2 ─────────────── node-3        (underlay 172.30.0.0/24)
 *   10.244.1.0/24          10.244.2.0/24          10.244.3.0/24
 *   client (http, shell)   web-…                  web-…, picky (by nodeSelector)
 *   web-…
 * </pre>
 */
@HostUnchanged
class LabStatusTest {
    private static final String MANIFEST = """
            apiVersion: v1
            kind: Pod
            metadata: {name: client, labels: {app: client}}
            spec:
              nodeName: node-1
              containers:
              - {name: http, image: fairlead/http, ports: [{containerPort: 8080}]}
              - name: shell
                image: host
                command: [sleep, "1000000"]
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: picky, namespace: shop}
            spec:
              nodeSelector: {kubernetes.io/hostname: node-3}
              containers: [{name: echo, image: fairlead/echo}]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 3
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers: [{name: http, image: fairlead/http, ports: [{containerPort: 8080}]}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              selector: {app: web}
              ports: [{name: http, port: 80, targetPort: 8080}, {name: alt, port: 81, targetPort: 8080}]
            """;

    private static TestLab lab;
    private static JsonNode status;

    @BeforeAll
    static void start() {
        lab = TestLab.up(MANIFEST, "--nodes", "3");
        status = lab.status();
    }

    @AfterAll
    static void end() {
        if (lab != null) {
            lab.close();
        }
    }

    private static JsonNode node(String name) {
        return TestLab.named(status.path("nodes"), name);
    }

    private static JsonNode pod(String name) {
        return TestLab.named(status.path("pods"), name);
    }

    @Test
    void hasTheFieldsThatWerePromised() {
        assertThat(status.path("name").asText()).isEqualTo(lab.name());
        assertThat(status.path("nodes")).hasSize(3).allSatisfy(node -> assertFields(node, "name ip podCIDR netns"));
        assertThat(status.path("pods"))
                .hasSize(6)
                .allSatisfy(pod -> assertFields(pod, "namespace name node ip pid netns containers"));
        assertThat(status.path("services"))
                .hasSize(2)
                .allSatisfy(service -> assertFields(service, "namespace name ip ports endpoints"));
    }

    private static void assertFields(JsonNode object, String names) {
        for (String name : names.split(" ", -1)) {
            assertThat(object.path(name).isMissingNode())
                    .as("%s of %s", name, object)
                    .isFalse();
            assertThat(object.path(name).isValueNode()
                            && object.path(name).asText().isEmpty())
                    .as("%s of %s is empty", name, object)
                    .isFalse();
        }
    }

    @Test
    void theProcessThatItNamesIsTheLabs() throws IOException {
        Path process = Path.of("/proc/" + status.path("pid").asLong());
        assertThat(Files.readString(process.resolve("cmdline"))).contains("java", lab.name());
        assertThat(statusLine(status.path("pid").asLong(), "NSpid")).endsWith("\t1");
    }

    @Test
    void aNodesAddressIsThatOfItsUplink() {
        Set<String> namespaces = new TreeSet<>();
        for (JsonNode node : status.path("nodes")) {
            JsonNode uplink = jsonWitness(node, "ip", "-j", "-4", "addr", "show", "uplink");
            assertThat(uplink.path(0).path("addr_info").path(0).path("local").asText())
                    .isEqualTo(node.path("ip").asText());
            namespaces.add(namespace(node.path("netns").asText()));
        }
        assertThat(namespaces).hasSize(3).doesNotContain(namespace("/proc/self/ns/net"));
    }

    @Test
    void aNodesPodCidrIsThatOfItsBridge() {
        for (JsonNode node : status.path("nodes")) {
            Prefix cidr = Prefix.of(node.path("podCIDR").asText());
            List<String> onBridges = new ArrayList<>();
            for (JsonNode link : jsonWitness(node, "ip", "-j", "-4", "addr", "show", "type", "bridge")) {
                link.path("addr_info")
                        .forEach(address ->
                                onBridges.add(address.path("local").asText() + "/" + address.path("prefixlen")));
            }
            assertThat(onBridges)
                    .as("addresses of bridges on %s", node)
                    .singleElement()
                    .satisfies(text -> {
                        assertThat(Prefix.of(text).network()).isEqualTo(cidr);
                    });
        }
    }

    @Test
    void everyNodeRoutesToTheOthersAndNowhereElse() {
        for (JsonNode node : status.path("nodes")) {
            JsonNode routes = jsonWitness(node, "ip", "-j", "-4", "route");
            for (JsonNode other : status.path("nodes")) {
                Optional<String> gateway = stream(routes)
                        .filter(route -> route.path("dst")
                                .asText()
                                .equals(other.path("podCIDR").asText()))
                        .map(route -> route.path("gateway").asText("its own"))
                        .findFirst();
                String wanted = other == node ? "its own" : other.path("ip").asText();
                assertThat(gateway).as("%s to %s", node, other).contains(wanted);
            }
            assertThat(stream(routes).map(route -> route.path("dst").asText())).doesNotContain("default");
        }
    }

    /** A device with a peer shows its index; what isn't a veth, a bridge or loopback could lead out. */
    @Test
    void noNodeHasALinkToTheHost() {
        Set<Integer> hostLinks = new TreeSet<>();
        for (JsonNode link : jsonOfHost("ip", "-j", "-d", "link")) {
            if (link.path("linkinfo").path("info_kind").asText().equals("veth")) {
                hostLinks.add(link.path("ifindex").asInt());
            }
        }
        assertThat(hostLinks).as("veth devices of the host").isEmpty();
        for (JsonNode node : status.path("nodes")) {
            for (JsonNode link : jsonWitness(node, "ip", "-j", "-d", "link")) {
                assertThat(link.path("linkinfo").path("info_kind").asText("loopback"))
                        .as("%s", link)
                        .isIn("loopback", "veth", "bridge");
            }
        }
    }

    private static JsonNode jsonOfHost(String... command) {
        return TestLab.json(Ran.program(Map.of(), "", List.of(command)).ok(), command);
    }

    @Test
    void aPodsPidIsItsPauseWhichIsProcessOneInside() throws IOException {
        for (JsonNode pod : status.path("pods")) {
            long pid = pod.path("pid").asLong();
            assertThat(statusLine(pid, "Name")).isEqualTo("pause");
            assertThat(statusLine(pid, "NSpid"))
                    .as("NSpid of %s", pod)
                    .startsWith(pid + "\t")
                    .endsWith("\t1");
            assertThat(namespace("/proc/" + pid + "/ns/net"))
                    .isEqualTo(namespace(pod.path("netns").asText()));
        }
    }

    @Test
    void aPodsAddressIsThatOfItsInterfaceAndFromItsNodesCidr() {
        Set<String> addresses = new TreeSet<>();
        for (JsonNode pod : status.path("pods")) {
            String ip = pod.path("ip").asText();
            JsonNode eth0 =
                    jsonWitness(pod, "ip", "-j", "-4", "addr", "show", "eth0").path(0);
            assertThat(stream(eth0.path("addr_info"))
                            .map(address -> address.path("local").asText()))
                    .containsExactly(ip);
            assertThat(eth0.path("flags")).anyMatch(flag -> flag.asText().equals("LOWER_UP"));
            Prefix cidr =
                    Prefix.of(node(pod.path("node").asText()).path("podCIDR").asText());
            assertThat(cidr.contains(Ip.of(ip))).as("%s in %s", ip, cidr).isTrue();
            addresses.add(ip);
        }
        assertThat(addresses).as("addresses, all different").hasSize(6);
    }

    @Test
    void aContainersProcessSharesThePodsNamespaces() throws IOException {
        JsonNode client = pod("client");
        assertThat(stream(client.path("containers"))
                        .map(c ->
                                c.path("name").asText() + " " + c.path("image").asText()))
                .containsExactly("http fairlead/http", "shell host");
        long shell = client.path("containers").path(1).path("pid").asLong();
        assertThat(Files.readString(Path.of("/proc/" + shell + "/cmdline"))).endsWith("sleep\0" + "1000000\0");
        for (String kind : List.of("net", "ipc", "uts", "pid", "mnt")) {
            String pause = namespace("/proc/" + client.path("pid").asLong() + "/ns/" + kind);
            assertThat(namespace("/proc/" + shell + "/ns/" + kind)).isEqualTo(pause);
            assertThat(pause)
                    .isNotEqualTo(namespace("/proc/" + pod("picky").path("pid").asLong() + "/ns/" + kind));
        }
    }

    @Test
    void nodeNameAndNodeSelectorAreObeyedAndTheRestIsSpread() {
        assertThat(pod("client").path("node").asText()).isEqualTo("node-1");
        assertThat(pod("picky").path("node").asText()).isEqualTo("node-3");
        assertThat(pod("picky").path("namespace").asText()).isEqualTo("shop");
        assertThat(lab.podsOf("web"))
                .extracting(pod -> pod.path("node").asText())
                .containsExactlyInAnyOrder("node-1", "node-2", "node-3");
    }

    /** The rules that the status stands for are read by {@code nft} on every node. */
    @Test
    void aServicesEndpointsAreItsPodsAndInEveryNodesRules() {
        JsonNode web = TestLab.named(status.path("services"), "web");
        assertThat(stream(web.path("ports"))
                        .map(port ->
                                port.path("port") + "/" + port.path("protocol").asText() + " "
                                        + port.path("targetPort").asText()))
                .containsExactly("80/TCP 8080", "81/TCP 8080");
        List<String> pods = new ArrayList<>();
        lab.podsOf("web").forEach(pod -> pods.add(pod.path("ip").asText() + ":8080"));
        for (String port : List.of("http", "alt")) {
            assertThat(stream(web.path("endpoints"))
                            .filter(endpoint ->
                                    endpoint.path("portName").asText().equals(port))
                            .map(endpoint -> endpoint.path("ip").asText() + ":" + endpoint.path("port")))
                    .containsExactlyInAnyOrderElementsOf(pods);
        }
        for (JsonNode node : status.path("nodes")) {
            String rules = witness(node, "nft", "list", "ruleset");
            assertThat(rules)
                    .contains(
                            web.path("ip").asText() + " . tcp . 80",
                            web.path("ip").asText() + " . tcp . 81");
            pods.forEach(endpoint -> assertThat(rules).contains(endpoint.replace(":", " . ")));
        }
    }

    @Test
    void theTablesNameAllOfIt() {
        String text = lab.lab("status").ok();
        for (String list : List.of("nodes", "pods", "services")) {
            for (JsonNode entry : status.path(list)) {
                assertThat(text)
                        .contains(entry.path("name").asText(), entry.path("ip").asText());
            }
        }
        assertThat(text).doesNotContain("\u001b");
    }

    private static String namespace(String path) {
        try {
            return Files.readSymbolicLink(Path.of(path)).toString();
        } catch (IOException e) {
            throw new AssertionError(path + " can't be read", e);
        }
    }

    private static String statusLine(long pid, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith(name + ":\t")) {
                return line.substring(name.length() + 2);
            }
        }
        throw new AssertionError("no " + name + " in the status of " + pid);
    }

    /** A program can have ended before anybody could ask which number it has. */
    @Test
    void podsWhoseProgramsEndAtOnceHaveSucceeded() {
        StringBuilder manifest = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            manifest.append("{kind: Pod, apiVersion: v1, metadata: {name: once-" + i + "}, spec: {restartPolicy: Never,"
                    + " containers: [{name: main, image: host, command: ['true']}]}}\n---\n");
        }
        try (TestLab lab = TestLab.up(manifest.toString())) {
            Poll.until(
                    Duration.ofSeconds(10),
                    () -> lab.lab("status")
                                    .ok()
                                    .lines()
                                    .filter(line -> line.contains("default/once-") && line.contains(" Succeeded "))
                                    .count()
                            == 12,
                    () -> lab.lab("status").ok());
        }
    }
}
