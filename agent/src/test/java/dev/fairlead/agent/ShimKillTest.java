package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * SIGKILL of the program that the runtime executes, at each of its own steps and at each step of the agent behind it. To the
 * runtime such an ADD has failed: it is undone, unless the program had read its answer, and then DEL undoes it.
 *
 * <pre>
 *   pod: eth0 ── fl0 (10.244.1.1/29) :node
 * </pre>
 */
@RealKernel
class ShimKillTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @BeforeAll
    static void built() {
        Shim.assumeBuilt();
    }

    private Path socket() {
        return directory.resolve("cni.sock");
    }

    private NodeAgent start(Netns node, Steps steps) {
        AgentConfig config = AgentConfig.of("node-1", node, java.util.List.of(Prefix.of("10.244.1.0/29")))
                .withSocket(socket())
                .withStateDirectory(directory.resolve("state"));
        return NodeAgent.start(config, steps);
    }

    private static void feed(Process shim, String conf) {
        try (OutputStream in = shim.getOutputStream()) {
            in.write(conf.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError("the shim reads nothing", e);
        }
    }

    private static void kill(Process shim) {
        shim.destroyForcibly();
        try {
            assertThat(shim.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(shim.exitValue()).isEqualTo(128 + 9);
    }

    private static int ports(Netns node) {
        return Oracle.in(node).ip("link", "show", "master", "fl0").size();
    }

    private void assertUndoneAndWorks(NodeAgent agent, Netns node, Netns pod) {
        Poll.until(SOON, () -> ports(node) == 0 && isFree(pod), () -> ports(node) + " ports; " + agent.cniLog());
        RawCall call = new RawCall(socket());
        Poll.until(SOON, () -> agent.reconcile().isClean(), () -> agent.cniLog().toString());
        assertThat(call.add("c", pod)).as("the retry").startsWith("10.244.1.");
        call.del("c", pod);
        assertThat(ports(node)).isZero();
    }

    private static boolean isFree(Netns pod) {
        return Oracle.in(pod).ip("link").size() == 1;
    }

    @Test
    void beforeItConnects(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = start(node, Steps.UNHEARD)) {
            Process shim = Shim.start("ADD", "c", pod); // waits for its configuration
            kill(shim);
            assertThat(agent.cniLog()).isEmpty();
            assertUndoneAndWorks(agent, node, pod);
        }
    }

    /** With a configuration that a socket can't hold at once; what came is passed on to the agent as the kernel would. */
    @Test
    void afterItHasSentHalf(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        Path between = directory.resolve("between.sock");
        try (NodeAgent agent = start(node, Steps.UNHEARD);
                UnixSocket door = UnixSocket.listen(between.toString())) {
            Process shim = Shim.start("ADD", "c", pod);
            feed(shim, Shim.conf(between) + " ".repeat(3 << 20));
            try (UnixSocket caller = door.accept().orElseThrow()) {
                UnixSocket.Received first = caller.receive(64 * 1024);
                kill(shim);
                ByteArrayOutputStream half = new ByteArrayOutputStream();
                half.writeBytes(first.bytes());
                for (byte[] more = rest(caller); more.length > 0; more = rest(caller)) {
                    half.writeBytes(more);
                }
                assertThat(half.size()).isBetween(64 * 1024, 3 << 20);
                try (UnixSocket toAgent = UnixSocket.connect(socket().toString());
                        Fd netns = first.descriptor().orElseThrow()) {
                    toAgent.send(half.toByteArray(), netns);
                }
            }
            assertUndoneAndWorks(agent, node, pod);
        }
    }

    private static byte[] rest(UnixSocket caller) {
        try {
            UnixSocket.Received more = caller.receive(1 << 20);
            more.descriptor().ifPresent(Fd::close);
            return more.bytes();
        } catch (dev.fairlead.kernel.SyscallException e) {
            return new byte[0]; // reset: it was killed with our answer unread, if we had one
        }
    }

    /** All is sent, the agent works: at each of its steps, on the very thread that serves the call. */
    @ParameterizedTest
    @EnumSource(
            names = {
                "PARSED",
                "LEASED",
                "GUARDED",
                "VETH_MADE",
                "NODE_WIRED",
                "LEASE_ON_DISK",
                "POD_WIRED",
                "FEATURES_STARTED"
            })
    void whileTheAgentWorks(Step at, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        AtomicReference<Optional<Process>> victim = new AtomicReference<>(Optional.empty());
        try (NodeAgent agent = start(node, (step, owner) -> {
            if (step == at) {
                victim.getAndSet(Optional.empty()).ifPresent(ShimKillTest::kill);
            }
        })) {
            Process shim = Shim.start("ADD", "c", pod);
            victim.set(Optional.of(shim));
            feed(shim, Shim.conf(socket()));
            Poll.until(SOON, () -> released(agent), () -> agent.cniLog().toString());
            assertUndoneAndWorks(agent, node, pod);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PARSED", "UNWIRED", "FEATURES_ENDED", "UNGUARDED", "RELEASED"})
    void whileTheAgentDeletes(Step at, TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        AtomicReference<Optional<Process>> victim = new AtomicReference<>(Optional.empty());
        try (NodeAgent agent = start(node, (step, owner) -> {
            if (step == at) {
                victim.getAndSet(Optional.empty()).ifPresent(ShimKillTest::kill);
            }
        })) {
            var _ = new RawCall(socket()).add("c", pod);
            Process shim = Shim.start("DEL", "c", pod);
            victim.set(Optional.of(shim));
            feed(shim, Shim.conf(socket()));
            Poll.until(SOON, () -> released(agent), () -> agent.cniLog().toString());
            assertUndoneAndWorks(agent, node, pod);
        }
    }

    private static boolean released(NodeAgent agent) {
        return agent.cniLog().stream().anyMatch(line -> line.contains("release"));
    }

    /** Stopped, so that the answer is in its socket when it dies. */
    @Test
    void beforeItReadsItsAnswer(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        AtomicReference<Optional<Process>> victim = new AtomicReference<>(Optional.empty());
        try (NodeAgent agent = start(node, (step, owner) -> {
            if (step == Step.FEATURES_STARTED) {
                victim.getAndSet(Optional.empty()).ifPresent(ShimKillTest::stop);
            }
        })) {
            Process shim = Shim.start("ADD", "c", pod);
            victim.set(Optional.of(shim));
            feed(shim, Shim.conf(socket()));
            Poll.until(SOON, () -> ports(node) == 1 && isUp(pod), () -> ports(node) + " ports");
            Poll.until(SOON, () -> isAnswered(shim), () -> "no answer in the socket");
            kill(shim);
            Poll.until(SOON, () -> released(agent), () -> agent.cniLog().toString());
            assertUndoneAndWorks(agent, node, pod);
        }
    }

    private static void stop(Process shim) {
        var _ = Oracle.here().run("kill", "-STOP", String.valueOf(shim.pid()));
        Poll.until(SOON, () -> state(shim) == 'T', () -> "state " + state(shim));
    }

    private static char state(Process process) {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return 'X';
        }
    }

    private static boolean isUp(Netns pod) {
        var link = Oracle.in(pod).ip("link", "show", "dev", "eth0");
        return link.size() == 1 && link.get(0).get("operstate").asText().equals("UP");
    }

    /** By {@code ss}: bytes wait for it at its end of the connection. */
    private static boolean isAnswered(Process shim) {
        return Oracle.here()
                .run("ss", "-xpnH")
                .lines()
                .filter(line -> line.contains("pid=" + shim.pid() + ","))
                .anyMatch(line -> !line.split(" +", -1)[2].equals("0"));
    }

    /**
     * Nobody reads its output, whose pipe is full. To the agent it has its answer, so the pod stays; the runtime, to which
     * the ADD has failed, calls DEL.
     */
    @Test
    void beforeItWritesItsOutput(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent agent = start(node, Steps.UNHEARD)) {
            ProcessBuilder builder =
                    new ProcessBuilder("sh", "-c", "head -c 65536 /dev/zero; exec \"$0\"", Shim.PROGRAM.toString());
            builder.environment().putAll(RawCall.environment("ADD", "c"));
            builder.environment()
                    .put("CNI_NETNS", AgentProcess.pathForOthers(pod).toString());
            Process shim = builder.start();
            feed(shim, Shim.conf(socket()));
            Poll.until(SOON, () -> ports(node) == 1 && isUp(pod), () -> ports(node) + " ports");
            Poll.until(SOON, () -> waitsToWrite(shim), () -> "state " + state(shim));
            assertThat(shim.isAlive()).isTrue();
            assertThat(agent.cniLog()).as("the call has not ended").isEmpty();
            kill(shim);
            Poll.until(
                    SOON, () -> agent.cniLog().size() == 1, () -> agent.cniLog().toString());
            assertThat(ports(node)).isEqualTo(1);
            RawCall call = new RawCall(socket());
            call.del("c", pod);
            assertUndoneAndWorks(agent, node, pod);
        }
    }

    /**
     * Whether the shim waits until somebody reads its standard output: it is in ppoll(2), and the descriptor that it polls,
     * in its own memory, is 1. Before, it waits for the agent's answer in the same call.
     */
    private static boolean waitsToWrite(Process shim) {
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + shim.pid() + "/mem", "r")) {
            String[] call = Files.readString(Path.of("/proc/" + shim.pid() + "/syscall"))
                    .split(" ", -1);
            if (call.length < 2 || state(shim) != 'S') {
                return false; // "running"
            }
            memory.seek(Long.decode(call[1]));
            return Integer.reverseBytes(memory.readInt()) == 1;
        } catch (IOException e) {
            return false;
        }
    }
}
