package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.cli.TestNode.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code fairlead agent} as a runtime without Kubernetes meets it: a process in a machine of the test, whose installed
 * program and configuration are used as libcni uses them. {@code ip -j} judges.
 *
 * <pre>
 *   pod: eth0 ── fl0 :machine of the test (user, mount and network namespace; no way out)
 * </pre>
 */
class AgentCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    @TempDir
    Path directory;

    private TestNode node;

    @BeforeEach
    void start() throws Exception {
        node = TestNode.start();
    }

    @AfterEach
    void end() {
        node.close();
    }

    private static List<String> jvm() {
        return List.of(
                System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dfairlead.home=" + Started.HOME,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.fairlead.cli.Main");
    }

    private String[] agent(String... arguments) {
        List<String> command = new ArrayList<>(jvm());
        command.add("agent");
        for (String flag : List.of("cni-bin-dir", "cni-conf-dir", "state-dir")) {
            command.addAll(List.of("--" + flag, directory.resolve(flag).toString()));
        }
        command.addAll(List.of("--socket", directory.resolve("cni.sock").toString()));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    private Started serving(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("--pod-cidr", "10.9.0.0/24", "--pod-cidr", "fd00:9::/64", "--node-name", "one"));
        arguments.addAll(List.of(more));
        Started agent = node.begin(agent(arguments.toArray(String[]::new)));
        String line = agent.line();
        while (!line.startsWith("agent of node one serves at ")) {
            line = agent.line();
        }
        return agent;
    }

    private Path conflist() {
        return directory.resolve("cni-conf-dir/10-fairlead.conflist");
    }

    /** As libcni from 1.2 on: the newest of the offered versions, and the list's name, in front of the plugin's own object. */
    private Ended call(String verb, String container, Path pod) throws Exception {
        JsonNode list = JSON.readTree(Files.readAllBytes(conflist()));
        return call(verb, container, pod, list);
    }

    private Ended call(String verb, String container, Path pod, JsonNode list) throws Exception {
        ObjectNode conf = (ObjectNode) list.get("plugins").get(0).deepCopy();
        conf.put("cniVersion", list.at("/cniVersions/1").asText())
                .put("name", list.get("name").asText());
        Path program = directory.resolve("cni-bin-dir").resolve(conf.get("type").asText());
        Map<String, String> environment = Map.of(
                "CNI_COMMAND",
                verb,
                "CNI_CONTAINERID",
                container,
                "CNI_NETNS",
                pod.toString(),
                "CNI_IFNAME",
                "eth0",
                "CNI_PATH",
                String.valueOf(program.getParent()),
                "TRACEPARENT",
                "00-" + TRACE + "-b7ad6b7169203331-01");
        return node.run(environment, JSON.writeValueAsBytes(conf), program.toString());
    }

    private static String stop(Started agent) throws Exception {
        Started.signal("TERM", agent.pid());
        assertThat(agent.exitCode()).as(agent.err()).isZero();
        return String.join("\n", agent.lines());
    }

    @Test
    void aPodOutlivesTheAgentAndLeavingLeavesNothing() throws Exception {
        Path pod = node.pod();
        JsonNode list;
        try (Started agent = serving()) {
            list = JSON.readTree(Files.readAllBytes(conflist()));
            assertThat(list.get("cniVersion").asText()).isEqualTo("1.0.0");
            assertThat(list.get("cniVersions").toString()).isEqualTo("[\"1.0.0\",\"1.1.0\"]");
            assertThat(list.at("/plugins/0/socket").asText())
                    .isEqualTo(directory.resolve("cni.sock").toString());
            assertThat(list.at("/plugins/0/capabilities/portMappings").asBoolean())
                    .isTrue();
            assertThat(node.run("nft", "list", "table", "inet", "fairlead-nat").out())
                    .as("masquerade is the default")
                    .contains("elements = { 10.9.0.0/24 }");
            assertThat(call("STATUS", "", pod).exitCode()).isZero();
            JsonNode result = call("ADD", "c1", pod).json();
            assertThat(result.at("/ips/0/address").asText()).isEqualTo("10.9.0.2/24");
            assertThat(result.at("/ips/1/address").asText()).isEqualTo("fd00:9::2/64");

            Ended second = node.run(agent("--pod-cidr", "10.10.0.0/24"));
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.err()).contains("an agent already serves there (process " + agent.pid() + ")");
            assertThat(stop(agent)).contains("pods keep their network");
        }
        JsonNode eth0 = node.ipIn(pod, "address", "show", "dev", "eth0").get(0);
        assertThat(eth0.get("operstate").asText()).isEqualTo("UP");
        assertThat(conflist()).exists();
        assertThat(JSON.readTree(call("STATUS", "", pod).out()).get("code").asInt())
                .isEqualTo(50);
        assertThat(JSON.readTree(call("ADD", "c2", pod).out()).get("code").asInt())
                .isEqualTo(11);

        Ended early = node.run(agent("--leave"));
        assertThat(early.exitCode()).isEqualTo(1);
        assertThat(early.out()).contains("removed the configuration").contains("1 pod hangs on fl0 (fairlead/c1/eth0)");
        assertThat(conflist()).doesNotExist();
        assertThat(node.ip("link", "show", "master", "fl0")).hasSize(1);

        try (Started agent = serving()) {
            Ended leave = node.run(agent("--leave"));
            assertThat(leave.out()).contains("the agent still serves (process " + agent.pid() + ")");
            assertThat(call("DEL", "c1", pod, list).exitCode()).isZero();
            stop(agent);
        }
        Ended leave = node.run(agent("--leave"));
        assertThat(leave.exitCode()).as(leave.out() + leave.err()).isZero();
        assertThat(node.ip("link")).as("only lo").hasSize(1);
        assertThat(node.run("nft", "list", "tables").out()).doesNotContain("fairlead");
        try (var files = Files.walk(directory)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
        assertThat(directory.resolve("state-dir")).doesNotExist();
    }

    @Test
    void aKilledAgentComesBackToItsPodsAndTellsItsLog() throws Exception {
        Path pod = node.pod();
        Ended nobody = node.run(fairlead("cni", "log"));
        assertThat(nobody.err()).contains("no agent tells what it did");
        try (Started agent = serving()) {
            call("ADD", "c1", pod).json();
            Started.signal("KILL", agent.pid());
            assertThat(agent.exitCode()).isEqualTo(137);
        }
        try (Started agent = serving()) {
            Ended log = node.run(fairlead("cni", "log"));
            assertThat(log.out()).isEqualTo("no ADD or DEL yet\n");
            assertThat(call("ADD", "c2", node.pod()).json().at("/ips/0/address").asText())
                    .isEqualTo("10.9.0.3/24");
            assertThat(call("DEL", "c1", pod).exitCode()).isZero();
            // A call is noted when its caller has gone.
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            do {
                log = node.run(fairlead("cni", "log"));
            } while (!log.out().contains("DEL ") && System.nanoTime() - end < 0);
            assertThat(log.out().lines().toList().get(0))
                    .matches("TIME +CALL +ATTACHMENT +OUTCOME +MS +STEPS IN MS +TRACE");
            assertThat(log.out())
                    .containsPattern("ADD +fairlead/c2/eth0 +ok +[0-9.]+ +parse .*, answer [0-9.]+.* " + TRACE);
            assertThat(log.out()).containsPattern("DEL +fairlead/c1/eth0 +ok");
            stop(agent);
        }
    }

    private String[] fairlead(String... arguments) {
        List<String> command = new ArrayList<>(jvm());
        command.addAll(List.of(arguments));
        command.addAll(List.of("--socket", directory.resolve("cni.sock").toString()));
        return command.toArray(String[]::new);
    }

    @Test
    void nothingIsInstalledBeforeAnAgentServes() throws Exception {
        Ended install = node.run(agent("--install"));
        assertThat(install.exitCode()).isEqualTo(1);
        assertThat(install.err()).contains("nothing was installed").contains("no agent serves at");
        assertThat(conflist()).doesNotExist();
        try (Started agent = serving()) {
            Files.delete(conflist());
            assertThat(node.run(agent("--install")).exitCode()).isZero();
            assertThat(conflist()).exists();
            try (var files = Files.list(directory.resolve("cni-conf-dir"))) {
                assertThat(files).containsExactly(conflist());
            }
            assertThat(directory.resolve("cni-bin-dir/fairlead-cni")).isExecutable();
            stop(agent);
        }
    }

    @Test
    void aWrongCallChangesNothing() throws Exception {
        assertRefused(2, "--pod-cidr is missing");
        assertRefused(2, "overlap", "--pod-cidr", "10.9.0.0/16", "--pod-cidr", "10.9.4.0/24");
        assertRefused(2, "did you mean 10.9.0.0/24", "--pod-cidr", "10.9.0.7/24");
        assertRefused(2, "is not a prefix", "--pod-cidr", "10.9.0.0");
        assertRefused(1, "has no address to lease", "--pod-cidr", "10.9.0.1/32");
        assertRefused(2, "contradict", "--pod-cidr", "10.9.0.0/24", "--masquerade", "--no-masquerade");
        assertRefused(2, "--mtu 1000 is not from 1280", "--pod-cidr", "fd00:9::/64", "--mtu", "1000");
        Files.deleteIfExists(directory.resolve("cni-conf-dir"));
        Files.createFile(directory.resolve("cni-conf-dir"));
        assertRefused(1, "give another by --cni-conf-dir", "--pod-cidr", "10.9.0.0/24");
        Files.delete(directory.resolve("cni-conf-dir"));
        Ended weak = node.run(concat(
                new String[] {"setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"},
                agent("--pod-cidr", "10.9.0.0/24")));
        assertThat(weak.err()).contains("CAP_NET_ADMIN");
        assertThat(weak.exitCode()).isEqualTo(2);
        assertThat(node.ip("link")).hasSize(1);
    }

    private static String[] concat(String[] one, String[] two) {
        List<String> all = new ArrayList<>(List.of(one));
        all.addAll(List.of(two));
        return all.toArray(String[]::new);
    }

    private void assertRefused(int exitCode, String sentence, String... arguments) throws Exception {
        Ended ended = node.run(agent(arguments));
        assertThat(ended.err()).contains(sentence).hasLineCount(1);
        assertThat(ended.exitCode()).isEqualTo(exitCode);
        assertThat(node.ip("link")).as("only lo").hasSize(1);
        assertThat(conflist()).doesNotExist();
    }
}
