package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Leases and links agree again whatever died when; {@code ip -j} judges. An agent is cut off by an error that no code of the
 * agent catches, thrown after a step, so that nothing that would follow is done. {@link KillTest} does it by SIGKILL.
 *
 * <pre>
 *   pod: eth0 ── fl0 (10.244.1.1) :node
 * </pre>
 */
@RealKernel
class TruthTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final byte[] CONF = """
            {"cniVersion": "1.1.0", "name": "fairlead", "type": "fairlead-cni"}""".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private AgentConfig config(Netns node) {
        return AgentConfig.of("node-1", node, List.of(Prefix.of("10.244.1.0/29")))
                .withSocket(directory.resolve("cni.sock"))
                .withStateDirectory(directory.resolve("state"));
    }

    private PluginOutput call(String verb, String container, Netns pod) {
        try (UnixSocket socket =
                UnixSocket.connect(directory.resolve("cni.sock").toString())) {
            send(socket, verb, container, pod);
            return ShimFrames.readAnswer(socket.input());
        }
    }

    private static void send(UnixSocket socket, String verb, String container, Netns pod) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_COMMAND", verb);
        environment.put("CNI_CONTAINERID", container);
        environment.put("CNI_IFNAME", "eth0");
        environment.put("CNI_NETNS", "/var/run/netns/" + container);
        environment.put("CNI_PATH", "/opt/cni/bin");
        socket.send(ShimFrames.encode(new ShimRequest(environment, CONF)), pod.fd());
    }

    private String add(String container, Netns pod) {
        PluginOutput output = call("ADD", container, pod);
        assertThat(output.exitCode()).as(output.stdoutText()).isZero();
        return CniJson.read(output.stdout()).at("/ips/0/address").asText();
    }

    private void del(String container, Netns pod) {
        PluginOutput output = call("DEL", container, pod);
        assertThat(output.exitCode()).as(output.stdoutText()).isZero();
    }

    private static JsonNode ports(Netns node) {
        return Oracle.in(node).ip("link", "show", "master", "fl0");
    }

    /** All five addresses of the pool can be given: none is held by somebody who is not there. */
    private void assertNothingIsHeld(Netns node, Netns pod, TestNamespaces namespaces) {
        assertThat(ports(node)).as("ports").isEmpty();
        assertThat(Oracle.in(pod).ip("link")).as("only lo").hasSize(1);
        for (int i = 0; i < 5; i++) {
            add("all-" + i, namespaces.create());
        }
        assertThat(call("STATUS", "", pod).exitCode())
                .as("the pool is exhausted")
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            // DelegatedTruthTest has the first four; the others aren't met by a first ADD of nothing but a network
            names = {"DELEGATED", "ADOPTED", "ADDRESSED", "GIVEN_BACK", "CLEARED", "FEATURE_STARTED", "FEATURE_ENDED"})
    void anAgentThatIsKilledAtAnyStepLeaksNothing(Step last, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        boolean inDel = last.compareTo(Step.UNWIRED) >= 0;
        try (NodeAgent agent = NodeAgent.start(config(node), (step, attachment) -> {
            if (step == last) {
                throw new Killed();
            }
        })) {
            PluginOutput added = call("ADD", "c", pod);
            assertThat(added.exitCode() == 0).isEqualTo(inDel || last.compareTo(Step.DELIVERED) >= 0);
            if (inDel) {
                assertThat(call("DEL", "c", pod).exitCode()).isEqualTo(1);
            }
            assertThat(agent.found().isClean()).isTrue();
        }
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            boolean cutOff = List.of(
                            Step.LEASED,
                            Step.GUARDED,
                            Step.VETH_MADE,
                            Step.NODE_WIRED,
                            Step.LEASE_ON_DISK,
                            Step.UNWIRED,
                            Step.FEATURES_ENDED,
                            Step.UNGUARDED)
                    .contains(last);
            assertThat(agent.found().isClean()).as(agent.found().toString()).isEqualTo(!cutOff);
            assertThat(agent.reconcile().isClean()).isTrue();
            if (last == Step.PARSED || cutOff || last == Step.RELEASED) {
                assertThat(ports(node)).isEmpty();
            }
            del("c", pod); // without trying again, as most runtimes do: KillTest has the others
            del("c", pod);
            assertNothingIsHeld(node, pod, namespaces);
        }
    }

    @Test
    void anAddWhoseCallerIsKilledIsUndone(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            try (UnixSocket socket =
                    UnixSocket.connect(directory.resolve("cni.sock").toString())) {
                send(socket, "ADD", "c", pod);
            } // gone before the answer
            Poll.until(
                    SOON,
                    () -> agent.cniLog().stream().anyMatch(line -> line.contains("release")),
                    () -> agent.cniLog().toString());
            assertThat(agent.reconcile().isClean()).isTrue();
            assertNothingIsHeld(node, pod, namespaces);
        }
    }

    @Test
    void leasesOfPodsThatAreGoneAreGivenBack(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns stays = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(add("stays", stays)).isEqualTo("10.244.1.2/29");
            Netns dies = Netns.create();
            assertThat(add("dies", dies)).isEqualTo("10.244.1.3/29");
            dies.close();
            Poll.until(SOON, () -> ports(node).size() == 1, () -> ports(node).toString());
            Reconciliation found = agent.reconcile();
            assertThat(found.toString())
                    .isEqualTo("[10.244.1.3] of fairlead/dies/eth0 were given back, because its interface is gone");
            assertThat(agent.reconcile().isClean()).isTrue();
            assertThat(Oracle.in(stays).run("ping", "-c1", "-W2", "10.244.1.1")).contains("1 received");
        }
    }

    @Test
    void afterARestartOfTheMachineAllAddressesAreFree(TestNamespaces namespaces) {
        try (Netns before = Netns.create();
                NodeAgent agent = NodeAgent.start(config(before))) {
            for (int i = 0; i < 5; i++) {
                add("old-" + i, namespaces.create());
            }
            assertThat(agent.found().isClean()).isTrue();
        }
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(agent.found().findings()).hasSize(5);
            assertNothingIsHeld(node, pod, namespaces);
        }
    }

    @Test
    void aDamagedJournalIsPutAsideAndMadeAgainFromTheLinks(TestNamespaces namespaces) throws Exception {
        Netns node = namespaces.create();
        Netns a = namespaces.create();
        Netns b = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            add("a", a);
            add("b", b);
            assertThat(agent.found().isClean()).isTrue();
        }
        Path journal = directory.resolve("state/leases.journal");
        byte[] garbage = "no line of a journal\nnor this one\n".getBytes(StandardCharsets.UTF_8);
        Files.write(journal, garbage, StandardOpenOption.TRUNCATE_EXISTING);
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            assertThat(agent.found().findings()).hasSize(3);
            assertThat(agent.found().toString())
                    .contains("is damaged and was put aside as leases.journal.damaged-")
                    .contains("fairlead/a/eth0 had no lease and got one of [10.244.1.2] again")
                    .contains("fairlead/b/eth0 had no lease and got one of [10.244.1.3] again");
            for (int i = 0; i < 3; i++) {
                assertThat(add("new-" + i, namespaces.create())).isEqualTo("10.244.1." + (4 + i) + "/29");
            }
            assertThat(call("ADD", "more", namespaces.create()).exitCode())
                    .as("no address is given twice")
                    .isEqualTo(1);
            assertThat(call("ADD", "a", a).exitCode())
                    .as("an answered ADD is refused")
                    .isEqualTo(1);
            del("a", a);
            assertThat(add("more", namespaces.create())).isEqualTo("10.244.1.2/29");
        }
        try (var files = Files.list(directory.resolve("state"))) {
            Path aside = files.filter(file -> file.toString().contains(".damaged-"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Files.readAllBytes(aside)).isEqualTo(garbage);
        }
    }

    @Test
    void someoneElsesVethIsLeftAlone(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Oracle oracle = Oracle.in(node);
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            var _ = oracle.run("ip", "link", "add", "veth0123456789", "type", "veth", "peer", "name", "other");
            var _ = oracle.run("ip", "link", "set", "veth0123456789", "alias", "x/y/eth0 0a:58:0a:f4:01:07 10.244.1.7");
            assertThat(agent.reconcile().isClean()).isTrue();
            assertThat(oracle.ip("link", "show", "veth0123456789")).hasSize(1);
        }
    }

    @Test
    void theLogOfCallsTellsEveryStepAndTheTrace(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = NodeAgent.start(config(node))) {
            add("c", pod);
            Poll.until( // a call is noted when its caller has the answer
                    SOON, () -> agent.cniLog().size() == 1, () -> agent.cniLog().toString());
            del("c", pod);
            Poll.until(
                    SOON, () -> agent.cniLog().size() == 2, () -> agent.cniLog().toString());
            String[] add = agent.cniLog().get(0).split("\t", -1);
            assertThat(add[1]).isEqualTo("ADD");
            assertThat(add[2]).isEqualTo("fairlead/c/eth0");
            assertThat(add[3]).isEqualTo("ok");
            assertThat(add[5])
                    .matches(
                            "parse [0-9.]+, lease [0-9.]+, node [0-9.]+, disk [0-9.]+, pod [0-9.]+, features [0-9.]+, answer [0-9.]+, confirm [0-9.]+");
            assertThat(agent.cniLog().get(1).split("\t", -1)[5])
                    .matches("parse [0-9.]+, unwire [0-9.]+, features-end [0-9.]+, release [0-9.]+");
            assertThat(CniCaller.log(directory.resolve("cni.sock"))).isEqualTo(agent.cniLog());
        }
    }
}
