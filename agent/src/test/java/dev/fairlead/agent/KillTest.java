package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL of an agent's process at every point of its start and of every kind of call, one after the other: the points are
 * those that a run without a kill passes, so that a new one is met without a word here. Calls go through the program that
 * runtimes execute. After the next start the runtime's retry succeeds and its DEL leaves nothing: {@code ip -j},
 * {@code nft -j} and the directories judge.
 *
 * <pre>
 *   pod: eth0 ── fl0 (10.244.1.1/29) :node
 * </pre>
 */
@RealKernel
class KillTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String CIDR = "10.244.1.0/29";
    private static final String CIDR6 = "fd00:10:244:1::/64";

    @TempDir
    Path temporary;

    /** What the machine of one run has. */
    private record Scene(Path directory, Netns node, Netns pod, List<Netns> others) {
        Path socket() {
            return directory.resolve("cni.sock");
        }

        AgentConfig config() {
            return AgentConfig.of("node-1", node, List.of(Prefix.of(CIDR), Prefix.of(CIDR6)))
                    .withSocket(socket())
                    .withStateDirectory(directory.resolve("state"));
        }

        Shim.Ended call(String verb) {
            return Shim.call(Shim.conf(socket()), verb, "c", pod);
        }

        CniInstall install() {
            return new CniInstall(Shim.PROGRAM, directory.resolve("bin"), directory.resolve("conf"), socket());
        }
    }

    /** What happens while an agent serves that dies in between. */
    private interface Calls {
        /** Before the agent that dies is started. */
        default void prepare(Scene scene) {}

        void make(Scene scene, AgentProcess agent);

        /** What the runtime does when an agent is back; leaves no pod. */
        default void goOn(Scene scene) {
            retryAdd(scene);
            assertDeleted(scene);
        }
    }

    @BeforeAll
    static void built() {
        Shim.assumeBuilt();
    }

    @Test
    void atEveryPointOfStartAddAndDel(TestNamespaces namespaces) throws IOException {
        killAtEveryPoint("start, ADD, DEL", namespaces, "made", new Calls() {
            @Override
            public void make(Scene scene, AgentProcess agent) {
                if (scene.call("ADD").exitCode() == 0 && confirmed(agent)) {
                    var _ = scene.call("DEL");
                }
            }

            @Override
            public void goOn(Scene scene) {
                Shim.Ended retry = scene.call("ADD");
                if (retry.exitCode() != 0) { // the first was answered, so there is nothing to try again
                    assertThat(retry.out()).contains("already has an interface eth0");
                }
                assertDeleted(scene);
                retryAdd(scene);
                assertDeleted(scene);
            }
        });
    }

    @Test
    void atEveryPointOfAnAddThatIsMadeAgain(TestNamespaces namespaces) throws IOException {
        killAtEveryPoint("ADD again", namespaces, "CLEARED", new Calls() {
            @Override
            public void prepare(Scene scene) {
                try (NodeAgent agent = NodeAgent.start(scene.config(), (step, owner) -> {
                    if (step == Step.FEATURES_STARTED) {
                        throw new Cut();
                    }
                })) {
                    assertThat(scene.call("ADD").exitCode()).as("cut off").isEqualTo(1);
                    assertThat(agent.found().isClean()).isTrue();
                }
            }

            @Override
            public void make(Scene scene, AgentProcess agent) {
                if (scene.call("ADD").exitCode() == 0) {
                    var _ = confirmed(agent);
                }
            }

            @Override
            public void goOn(Scene scene) {
                var _ = scene.call("ADD"); // refused when it had been answered
                assertDeleted(scene);
            }
        });
    }

    @Test
    void atEveryPointOfAnAddThatFails(TestNamespaces namespaces) throws IOException {
        killAtEveryPoint("ADD that fails", namespaces, "UNGUARDED", new Calls() {
            @Override
            public void make(Scene scene, AgentProcess agent) {
                Oracle.in(scene.pod()).run("ip", "link", "add", "eth0", "type", "bridge");
                assertThat(scene.call("ADD").exitCode()).as("eth0 is taken").isEqualTo(1);
            }

            @Override
            public void goOn(Scene scene) {
                Oracle.in(scene.pod()).run("ip", "link", "delete", "eth0");
                retryAdd(scene);
                assertDeleted(scene);
            }
        });
    }

    @Test
    void atEveryPointOfAnAddWhoseCallerIsGone(TestNamespaces namespaces) throws IOException {
        killAtEveryPoint("ADD whose caller is gone", namespaces, "UNWIRED", new Calls() {
            @Override
            public void make(Scene scene, AgentProcess agent) {
                try (UnixSocket socket = UnixSocket.connect(scene.socket().toString())) {
                    Map<String, String> environment = new LinkedHashMap<>();
                    environment.put("CNI_COMMAND", "ADD");
                    environment.put("CNI_CONTAINERID", "c");
                    environment.put("CNI_IFNAME", "eth0");
                    environment.put("CNI_NETNS", "/var/run/netns/c");
                    environment.put("CNI_PATH", "/opt/cni/bin");
                    byte[] conf = Shim.conf(scene.socket()).getBytes(StandardCharsets.UTF_8);
                    socket.send(
                            ShimFrames.encode(new ShimRequest(environment, conf)),
                            scene.pod().fd());
                }
                var _ = await(agent, "RELEASED");
            }
        });
    }

    /** The interface is made and removed by {@code ip}, as by the plugin that comes first in the list. */
    @Test
    void atEveryPointOfACallInSomebodyElsesChain(TestNamespaces namespaces) throws IOException {
        killAtEveryPoint("chained ADD, DEL", namespaces, "PARSED", new Calls() {
            private Shim.Ended call(Scene scene, String verb) {
                String conf = Shim.conf(scene.socket());
                String theirs = ",\"prevResult\":{\"cniVersion\":\"1.1.0\",\"interfaces\":[{\"name\":\"theirs0\"},"
                        + "{\"name\":\"eth0\",\"sandbox\":\"/var/run/netns/c\"}],"
                        + "\"ips\":[{\"address\":\"10.88.0.5/16\",\"interface\":1}]}}";
                return Shim.call(conf.substring(0, conf.length() - 1) + theirs, verb, "c", scene.pod());
            }

            @Override
            public void prepare(Scene scene) {
                Oracle pod = Oracle.in(scene.pod());
                pod.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "theirs0");
                pod.run("ip", "address", "add", "10.88.0.5/16", "dev", "eth0");
                pod.run("ip", "link", "set", "eth0", "up");
                pod.run(
                        "ip",
                        "link",
                        "set",
                        "theirs0",
                        "netns",
                        AgentProcess.pathForOthers(scene.node()).toString());
                Oracle.in(scene.node()).run("ip", "link", "set", "theirs0", "up");
            }

            @Override
            public void make(Scene scene, AgentProcess agent) {
                if (call(scene, "ADD").exitCode() == 0 && await(agent, "DELIVERED")) {
                    var _ = call(scene, "DEL");
                }
            }

            @Override
            public void goOn(Scene scene) {
                Shim.Ended retry = call(scene, "ADD");
                assertThat(retry.exitCode()).as(retry.out()).isZero();
                Shim.Ended check = call(scene, "CHECK");
                assertThat(check.exitCode()).as(check.out()).isZero();
                for (int i = 0; i < 2; i++) {
                    Shim.Ended deleted = call(scene, "DEL");
                    assertThat(deleted.exitCode()).as(deleted.out()).isZero();
                }
                Oracle.in(scene.pod()).run("ip", "link", "delete", "eth0");
            }
        });
    }

    private static final class Cut extends Error {
        private static final long serialVersionUID = 1;
    }

    private static boolean confirmed(AgentProcess agent) {
        return await(agent, "CONFIRMED");
    }

    /** Waits until it has passed a point. @return false when it has died before */
    private static boolean await(AgentProcess agent, String point) {
        Poll.until(
                SOON,
                () -> has(agent, point) || !agent.isAlive(),
                () -> agent.lines().toString());
        return has(agent, point) && agent.isAlive();
    }

    private static boolean has(AgentProcess agent, String point) {
        return agent.points().stream().anyMatch(line -> line.endsWith(" " + point));
    }

    /** @param from the first point that no other test meets in the same state */
    private void killAtEveryPoint(String what, TestNamespaces namespaces, String from, Calls calls) throws IOException {
        List<Netns> others = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            others.add(namespaces.create());
        }
        List<String> points = run(scene("whole", namespaces, others), AgentProcess.NEVER, calls);
        int begin = 0;
        while (!points.get(begin).contains(" " + from)) {
            begin++;
        }
        System.out.println("kill: " + what + ": " + points.subList(begin, points.size()));
        for (int last = begin; last < points.size(); last++) {
            List<String> passed = run(scene("at-" + last, namespaces, others), last, calls);
            assertThat(passed).as(what).isEqualTo(points.subList(0, last + 1));
            System.out.println("kill: " + what + ": " + (last - begin + 1) + " of " + (points.size() - begin) + ", "
                    + points.get(last) + ": nothing left");
        }
    }

    private Scene scene(String name, TestNamespaces namespaces, List<Netns> others) throws IOException {
        Path directory = Files.createDirectory(temporary.resolve(name));
        return new Scene(directory, namespaces.create(), namespaces.create(), others);
    }

    /** @return the points that the agent passed */
    private static List<String> run(Scene scene, int last, Calls calls) throws IOException {
        calls.prepare(scene);
        List<String> points;
        try (AgentProcess agent = AgentProcess.start(scene.node(), scene.directory(), last, CIDR, CIDR6)) {
            if (agent.serves()) {
                calls.make(scene, agent);
            }
            if (last >= 0) {
                assertThat(agent.exitCode()).as("%s", agent.lines()).isEqualTo(128 + 9);
            }
            agent.close();
            points = agent.points();
        }
        try (NodeAgent next = NodeAgent.start(scene.config())) {
            scene.install().requireWritable();
            scene.install().put();
            assertThat(next.reconcile().isClean()).as("%s", next.found()).isTrue();
            calls.goOn(scene);
            assertNothingIsLeft(scene);
            assertThat(next.reconcile().isClean()).isTrue();
        }
        return points;
    }

    private static void retryAdd(Scene scene) {
        Shim.Ended added = scene.call("ADD");
        assertThat(added.exitCode()).as(added.out()).isZero();
        assertThat(CniJson.read(added.out().getBytes(StandardCharsets.UTF_8))
                        .at("/ips/0/address")
                        .asText())
                .startsWith("10.244.1.");
        assertThat(Oracle.in(scene.pod()).run("ping", "-c1", "-W5", "10.244.1.1"))
                .contains("1 received");
    }

    private static void assertDeleted(Scene scene) {
        for (int i = 0; i < 2; i++) {
            Shim.Ended deleted = scene.call("DEL");
            assertThat(deleted.exitCode()).as(deleted.out()).isZero();
        }
    }

    private static void assertNothingIsLeft(Scene scene) throws IOException {
        Oracle node = Oracle.in(scene.node());
        List<String> names = new ArrayList<>();
        node.ip("link").forEach(link -> names.add(link.get("ifname").asText()));
        assertThat(names).containsExactlyInAnyOrder("lo", "fl0");
        assertThat(Oracle.in(scene.pod()).ip("link")).as("only lo").hasSize(1);
        for (JsonNode object :
                node.nft("list", "table", "bridge", "fairlead-guard").get("nftables")) {
            assertThat(object.path("set").has("elem"))
                    .as("elements of %s", object)
                    .isFalse();
        }
        assertThat(node.nft("list", "tables").toString()).doesNotContain("fairlead-nat");
        TreeSet<String> files = files(scene.directory());
        if (files.remove("state/nat.book")) { // there once a pod has had host ports
            assertThat(Files.readString(scene.directory().resolve("state/nat.book")))
                    .doesNotContain("eth0");
        }
        assertThat(files)
                .containsExactly(
                        "bin/fairlead-cni",
                        "bin/loopback",
                        "cni.sock",
                        "conf/10-fairlead.conflist",
                        "state/leases.journal",
                        "state/lock",
                        "trace.sock");
        // None of the pool's five addresses is held by somebody who isn't there.
        for (int i = 0; i < 5; i++) {
            Shim.Ended added =
                    Shim.call(scene.socket(), "ADD", "all-" + i, scene.others().get(i));
            assertThat(added.exitCode()).as(added.out()).isZero();
        }
        assertThat(scene.call("STATUS").exitCode()).as("the pool is exhausted").isEqualTo(1);
        for (int i = 0; i < 5; i++) {
            assertThat(Shim.call(
                                    scene.socket(),
                                    "DEL",
                                    "all-" + i,
                                    scene.others().get(i))
                            .exitCode())
                    .isZero();
        }
    }

    private static TreeSet<String> files(Path directory) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        try (Stream<Path> all = Files.walk(directory)) {
            all.filter(file -> !Files.isDirectory(file))
                    .forEach(file -> names.add(directory.relativize(file).toString()));
        }
        return names;
    }
}
