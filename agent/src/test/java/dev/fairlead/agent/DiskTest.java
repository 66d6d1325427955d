package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent whose state directory has no room or is read-only: a file system of 64 kB in a mount namespace of the agent's
 * process. What a disk refuses are new pods, with a sentence; pods can go, which may be what makes room.
 *
 * <pre>
 *   pods: eth0 ── fl0 (10.244.1.1/24) :node, state on a tmpfs
 * </pre>
 */
@RealKernel
class DiskTest {
    private static final String CIDR = "10.244.1.0/24";

    /** Makes lines of the journal long, so that few fill a block. */
    private static final String LONG = "x".repeat(90);

    @TempDir
    Path directory;

    @BeforeAll
    static void built() {
        Shim.assumeBuilt();
    }

    @BeforeEach
    void makeDirectory() throws IOException {
        Files.createDirectory(directory.resolve("state"));
    }

    private String state() {
        return directory.resolve("state").toString();
    }

    private AgentProcess start(Netns node, String prepare) {
        return AgentProcess.startOnDisk(node, directory, "mount -t tmpfs -o size=64k state " + state() + prepare, CIDR);
    }

    private void fill(AgentProcess agent) {
        assertThat(inside(agent, "dd", "if=/dev/zero", "of=" + state() + "/fill", "bs=1k")
                        .exitCode())
                .as("no space left for dd")
                .isNotZero();
    }

    private void makeRoom(AgentProcess agent) {
        assertThat(inside(agent, "rm", state() + "/fill").exitCode()).isZero();
    }

    private static Oracle.Outcome inside(AgentProcess agent, String... command) {
        String[] whole = new String[command.length + 4];
        System.arraycopy(new String[] {"nsenter", "-t", String.valueOf(agent.pid()), "-m"}, 0, whole, 0, 4);
        System.arraycopy(command, 0, whole, 4, command.length);
        return Oracle.here().attempt(whole);
    }

    private Shim.Ended call(String verb, String container, Netns pod) {
        return Shim.call(directory.resolve("cni.sock"), verb, container, pod);
    }

    private String add(String container, Netns pod) {
        Shim.Ended added = call("ADD", container, pod);
        assertThat(added.exitCode()).as(added.out()).isZero();
        return json(added).at("/ips/0/address").asText();
    }

    private static JsonNode json(Shim.Ended ended) {
        return CniJson.read(ended.out().getBytes(StandardCharsets.UTF_8));
    }

    private void assertRefused(Netns node, Netns pod, String why) {
        int ports = Oracle.in(node).ip("link", "show", "master", "fl0").size();
        String rules = elements(node);
        JsonNode error = json(call("ADD", LONG + "refused", pod));
        assertThat(error.path("code").asInt()).isEqualTo(5);
        assertThat(error.path("msg").asText()).contains("a lease must be on disk before it is used");
        assertThat(error.path("details").asText()).contains(why).contains("make room or repair the disk");
        assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).hasSize(ports);
        assertThat(elements(node)).isEqualTo(rules);
        assertThat(Oracle.in(pod).ip("link")).as("only lo").hasSize(1);
        JsonNode status = json(call("STATUS", "", pod));
        assertThat(status.path("code").asInt()).isEqualTo(50);
        assertThat(status.path("details").asText()).contains(why);
        assertThat(call("DEL", LONG + "refused", pod).exitCode()).isZero();
    }

    private static String elements(Netns node) {
        StringBuilder elements = new StringBuilder();
        for (JsonNode object :
                Oracle.in(node).nft("list", "table", "bridge", "fairlead-guard").get("nftables")) {
            elements.append(object.path("set").path("elem"));
        }
        return elements.toString();
    }

    @Test
    void aFullDiskRefusesPodsLetsThemGoAndRecovers(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        Netns b = namespaces.create();
        try (AgentProcess agent = start(node, "")) {
            assertThat(agent.serves()).isTrue();
            assertThat(add("a", a)).isEqualTo("10.244.1.2/24");
            assertThat(add("b", b)).isEqualTo("10.244.1.3/24");
            fill(agent);
            // What fits into the file's last block still goes: the disk is full where a whole block is missing.
            int given = 0;
            while (call("ADD", LONG + given, namespaces.create()).exitCode() == 0) {
                given++;
            }
            for (int i = 0; i <= given; i++) {
                assertThat(call("DEL", LONG + i, a).exitCode())
                        .as("DEL on a full disk")
                        .isZero();
            }
            assertRefused(node, namespaces.create(), "No space left on device");
            assertThat(call("DEL", "a", a).exitCode()).as("DEL on a full disk").isZero();
            assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).hasSize(1);
            makeRoom(agent);
            assertThat(call("STATUS", "", a).exitCode()).isZero();
            assertThat(add("c", a)).startsWith("10.244.1.").isNotEqualTo("10.244.1.3/24");
            String journal = inside(agent, "cat", state() + "/leases.journal").output();
            assertThat(journal).contains(" lease fairlead b eth0 ").contains(" lease fairlead c eth0 ");
            assertThat(agent.ask("reconcile", "found ")).isEqualTo("found leases and links agree");
        }
    }

    @Test
    void anAgentStartsOnAFullDiskWithWhatIsThere(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        Path kept = directory.resolve("kept.journal");
        try (AgentProcess agent = start(node, "")) {
            assertThat(agent.serves()).isTrue();
            assertThat(add("a", a)).isEqualTo("10.244.1.2/24");
            assertThat(inside(agent, "cp", state() + "/leases.journal", kept.toString())
                            .exitCode())
                    .isZero();
        }
        String full = " && cp " + kept + " " + state() + "/leases.journal && { dd if=/dev/zero bs=1k of=" + state()
                + "/fill 2>&1 || true; }";
        try (AgentProcess agent = start(node, full)) {
            assertThat(agent.serves()).as("%s", agent.lines()).isTrue();
            assertThat(agent.lines().toString()).contains("could not be written anew and is used as it is");
            assertThat(agent.ask("reconcile", "found ")).isEqualTo("found leases and links agree");
            int given = 0;
            while (call("ADD", LONG + given, namespaces.create()).exitCode() == 0) {
                given++;
            }
            assertRefused(node, namespaces.create(), "No space left on device");
            assertThat(call("DEL", "a", a).exitCode()).isZero();
            makeRoom(agent);
            assertThat(add("b", a)).startsWith("10.244.1.");
        }
    }

    @Test
    void aReadOnlyDirectoryIsRefusedAtTheStartAndNothingIsMade(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        try (AgentProcess agent = start(node, " && mount -o remount,bind,ro " + state())) {
            assertThat(agent.serves()).isFalse();
            assertThat(agent.lines().toString())
                    .contains("could not open the leases in " + state())
                    .contains("Read-only file system")
                    .contains("make room there or make it writable, or give another directory by --state-dir");
        }
        assertThat(Oracle.in(node).ip("link")).as("only lo").hasSize(1);
        assertThat(Oracle.in(node).run("nft", "list", "tables")).isEmpty();
    }
}
