package dev.fairlead.agent;

import static dev.fairlead.agent.Chat.ask;
import static dev.fairlead.agent.PortNode.NODE4;
import static dev.fairlead.agent.PortNode.NODE6;
import static dev.fairlead.agent.PortNode.OUTSIDE4;
import static dev.fairlead.agent.PortNode.OUTSIDE6;
import static dev.fairlead.agent.PortNode.SECOND4;
import static dev.fairlead.agent.PortNode.ports;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Host ports come, stay and go with their pods, whatever happens to the agent, the table and the file between. */
@RealKernel
class HostPortLifeTest {
    @TempDir
    Path directory;

    private static ObjectNode checking(ObjectNode conf, JsonNode result) {
        conf.set("prevResult", result);
        return conf;
    }

    @Test
    void theyOutliveTheAgentAndATableThatWasFlushedMeanwhile(TestNamespaces namespaces) {
        try (PortNode it = new PortNode(namespaces, directory)) {
            Netns a = it.pod();
            it.startAgent();
            it.add("a", a, ports("tcp 8080 80"));
            it.serve("a", a, true, 80);
            String table = it.table();
            it.stopAgent();
            assertThat(ask(it.outside, true, NODE4, 8080)).as("without agent").isEqualTo("a " + OUTSIDE4);
            it.startAgent();
            assertThat(it.table()).isEqualTo(table);
            it.stopAgent();
            it.inNode.run("nft", "flush", "ruleset");
            it.inNode.run("sysctl", "-qw", "net.ipv4.conf.fl0.route_localnet=0");
            assertThat(ask(it.outside, true, NODE4, 8080)).isEqualTo("refused");
            assertThat(it.startAgent().found().findings()).isEmpty();
            assertThat(it.table()).isEqualTo(table);
            assertThat(ask(it.outside, true, NODE4, 8080)).isEqualTo("a " + OUTSIDE4);
            assertThat(ask(it.node, true, "127.0.0.1", 8080)).isEqualTo("a 10.244.1.1");
            it.del("a", a);
            assertThat(it.table()).isEmpty();
        }
    }

    @Test
    void whatOthersDoToTheTableIsMendedAndFoundByCheck(TestNamespaces namespaces) {
        try (PortNode it = new PortNode(namespaces, directory)) {
            Netns a = it.pod();
            NodeAgent agent = it.startAgent();
            ObjectNode conf = ports("tcp 8080 80");
            ObjectNode check = checking(ports("tcp 8080 80"), it.add("a", a, conf));
            assertThat(it.call("CHECK", "a", a, check).exitCode()).isZero();
            String table = it.table();
            for (String[] harm : new String[][] {
                {"nft", "delete", "element", "inet", "fairlead-nat", "ports", "{", "tcp", ".", "8080", "}"},
                {"nft", "flush", "chain", "inet", "fairlead-nat", "host-ports"},
                {"nft", "delete", "table", "inet", "fairlead-nat"},
                {"nft", "flush", "ruleset"}
            }) {
                it.inNode.run(harm);
                String said = it.refused("CHECK", "a", a, check).toString();
                if (!harm[1].equals("flush") || !harm[2].equals("ruleset")) { // the guard's table goes before ours
                    assertThat(said).as(String.join(" ", harm)).contains("inet fairlead-nat");
                }
                assertThat(agent.reconcile().toString()).contains("table inet fairlead-nat, so it was made anew");
                assertThat(it.table()).isEqualTo(table);
                // What else was flushed is not this test's matter.
                it.stopAgent();
                agent = it.startAgent();
                assertThat(it.call("CHECK", "a", a, check).exitCode()).isZero();
                assertThat(agent.reconcile().isClean()).isTrue();
            }
            it.inNode.run("sysctl", "-qw", "net.ipv4.conf.fl0.route_localnet=0");
            assertThat(agent.reconcile().toString()).contains("route_localnet of fl0");
            assertThat(it.localnet("fl0")).isEqualTo("1");
            it.inNode.run("nft", "delete", "element", "inet", "fairlead-nat", "ports", "{", "tcp", ".", "8080", "}");
            it.add("b", it.pod(), ports("tcp 8081 80"));
            assertThat(it.call("CHECK", "a", a, check).exitCode())
                    .as("an ADD mends too")
                    .isZero();
        }
    }

    @Test
    void aPortHasOneHolder(TestNamespaces namespaces) {
        try (PortNode it = new PortNode(namespaces, directory)) {
            Netns a = it.pod();
            Netns b = it.pod();
            it.startAgent();
            it.add("a", a, ports("tcp 8080 80", "tcp 81 80 " + NODE4, "tcp 82 80 0.0.0.0"));
            it.serve("a", a, true, 80);
            JsonNode error = it.refused("ADD", "b", b, ports("tcp 8080 90"));
            assertThat(error.path("code").asInt()).isEqualTo(101);
            assertThat(error.path("msg").asText())
                    .isEqualTo("the host port tcp 0.0.0.0:8080 is taken by fairlead/a/eth0, which has"
                            + " tcp 0.0.0.0:8080 to 10.244.1.2:80");
            assertThat(it.refused("ADD", "b", b, ports("tcp 8080 90 " + NODE4))
                            .path("code")
                            .asInt())
                    .isEqualTo(101);
            assertThat(it.refused("ADD", "b", b, ports("tcp 81 90"))
                            .path("code")
                            .asInt())
                    .isEqualTo(101);
            assertThat(it.refused("ADD", "b", b, ports("tcp 90 1", "tcp 90 2"))
                            .path("msg")
                            .asText())
                    .contains("fairlead/b/eth0");
            assertThat(it.refused("ADD", "b", b, ports("tcp 90 1 ::1"))
                            .path("code")
                            .asInt())
                    .isEqualTo(7);
            assertThat(namesOf(b)).as("a refused ADD leaves nothing").doesNotContain("eth0");
            it.add("b", b, ports("udp 8080 90", "tcp 81 90 " + SECOND4, "tcp 82 90 ::"));
            it.serve("b", b, true, 90);
            assertThat(ask(it.outside, true, NODE4, 8080)).isEqualTo("a " + OUTSIDE4);
            assertThat(ask(it.outside, true, NODE4, 82)).isEqualTo("a " + OUTSIDE4);
            assertThat(ask(it.outside, true, NODE6, 82)).isEqualTo("b " + OUTSIDE6);
            assertThat(it.delWithoutNamespace("a").exitCode()).isZero();
            Netns c = it.pod();
            it.add("c", c, ports("tcp 8080 80"));
            it.serve("c", c, true, 80);
            assertThat(ask(it.outside, true, NODE4, 8080)).isEqualTo("c " + OUTSIDE4);
            assertThat(it.delWithoutNamespace("a").exitCode())
                    .as("again and late")
                    .isZero();
            assertThat(ask(it.outside, true, NODE4, 8080)).isEqualTo("c " + OUTSIDE4);
        }
    }

    private static String namesOf(Netns pod) {
        return dev.fairlead.testkit.Oracle.in(pod).run("ip", "-br", "link");
    }

    @Test
    void aPodThatDiesLosesItsPorts(TestNamespaces namespaces) {
        try (PortNode it = new PortNode(namespaces, directory)) {
            NodeAgent agent = it.startAgent();
            Netns dies = Netns.create();
            it.add("dies", dies, ports("tcp 8080 80"));
            dies.close();
            Poll.until(
                    Duration.ofSeconds(20),
                    () -> it.inNode.ip("link", "show", "master", "fl0").isEmpty(),
                    () -> it.inNode.run("ip", "link"));
            assertThat(agent.reconcile().findings()).hasSize(1);
            assertThat(it.table()).isEmpty();
            Netns gone = Netns.create();
            it.add("gone", gone, ports("tcp 8080 80"));
            it.stopAgent();
            gone.close();
            Poll.until(
                    Duration.ofSeconds(20),
                    () -> it.inNode.ip("link", "show", "master", "fl0").isEmpty(),
                    () -> it.inNode.run("ip", "link"));
            assertThat(it.startAgent().found().toString())
                    .contains("host ports of fairlead/gone/eth0 were taken back, because the pod is gone");
            assertThat(it.table()).isEmpty();
        }
    }

    @Test
    void aDamagedFileIsPutAsideAndMadeAgainFromTheKernel(TestNamespaces namespaces) throws IOException {
        try (PortNode it = new PortNode(namespaces, directory)) {
            Netns a = it.pod();
            it.startAgent();
            it.add("a", a, ports("tcp 8080 80", "udp 53 5353 " + NODE4, "sctp 7 9 " + NODE6));
            it.serve("a", a, true, 80);
            String table = it.table();
            it.stopAgent();
            Path file = it.state().resolve("nat.book");
            byte[] good = Files.readAllBytes(file);
            Files.writeString(file, "nothing of ours\n");
            assertThat(it.startAgent().found().toString())
                    .contains("nat.book is damaged and was put aside as nat.book.damaged-")
                    .contains("host ports of fairlead/a/eth0 were found in the kernel: [");
            assertThat(it.table()).isEqualTo(table);
            assertThat(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                            .lines()
                            .count())
                    .isEqualTo(new String(good, StandardCharsets.UTF_8).lines().count());
            assertThat(ask(it.outside, true, NODE4, 8080)).isEqualTo("a " + OUTSIDE4);
            it.refused("ADD", "b", it.pod(), ports("tcp 8080 80"));
            it.del("a", a);
            assertThat(it.table()).isEmpty();
        }
    }

    @Test
    void aDiskThatTakesNothingRefusesPortsAndLeavesNothing(TestNamespaces namespaces) throws IOException {
        try (PortNode it = new PortNode(namespaces, directory)) {
            it.startAgent();
            Files.createDirectory(it.state().resolve("nat.book.new")); // where the new file would be written
            Netns a = it.pod();
            JsonNode error = it.refused("ADD", "a", a, ports("tcp 8080 80"));
            assertThat(error.path("msg").asText()).contains("must be on disk before they are used");
            assertThat(it.table()).isEmpty();
            assertThat(namesOf(a)).doesNotContain("eth0");
            it.add("a", a, PortNode.conf());
        }
    }

    @Test
    void theAgentTakesAllOfItAway(TestNamespaces namespaces) {
        try (PortNode it = new PortNode(namespaces, directory).masquerading(true)) {
            String before = it.inNode.run("nft", "list", "ruleset");
            NodeAgent agent = it.startAgent();
            Netns a = it.pod();
            it.add("a", a, ports("tcp 8080 80"));
            it.del("a", a);
            assertThat(it.table()).as("masquerade stays").contains("out of the pod network");
            agent.clean();
            assertThat(it.inNode.run("nft", "list", "ruleset")).isEqualTo(before);
        }
    }
}
