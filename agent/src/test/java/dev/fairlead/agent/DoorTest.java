package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers that send nothing, half, slowly, or descriptors that are no namespaces: others are served, and nothing stays. */
@RealKernel
class DoorTest {
    /** The door lets go of a caller after 10 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path directory;

    private RawCall agent() {
        return new RawCall(directory.resolve("cni.sock"));
    }

    private NodeAgent start(Netns node) {
        return NodeAgent.start(AgentConfig.of("node-1", node, List.of(Prefix.of("10.244.1.0/24")))
                .withSocket(agent().socket())
                .withStateDirectory(directory.resolve("state")));
    }

    private static int descriptors() {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return (int) all.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long callThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread ->
                        thread.getName().startsWith("cni-") && !thread.getName().equals("cni-door"))
                .filter(thread -> Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(CniDoor.class.getName())
                                && frame.getMethodName().equals("serve")))
                .count();
    }

    @Test
    void callersWithoutARequestBlockNobodyAndAreLetGo(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent serving = start(node)) {
            agent().add("first", pod);
            agent().del("first", pod);
            int before = descriptors();
            byte[] request = agent().frame("ADD", "half");
            List<UnixSocket> callers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                UnixSocket caller = agent().connect();
                caller.readTimeout(60);
                if (i % 2 == 1) {
                    caller.send(Arrays.copyOf(request, 1 + i % request.length), pod.fd());
                }
                callers.add(caller);
            }
            Poll.until(PATIENCE, () -> callThreads() == 200, () -> callThreads() + " threads");
            UnixSocket slow = callers.getFirst();
            Thread writer = Thread.ofPlatform().daemon().start(() -> writeSlowly(slow, request));
            agent().add("a", pod);
            assertThat(agent().call("STATUS", "", pod).exitCode()).isZero();
            agent().del("a", pod);
            for (UnixSocket caller : callers) {
                assertThat(isLetGo(caller)).isTrue();
                caller.close();
            }
            join(writer);
            Poll.until(PATIENCE, () -> callThreads() == 0, () -> callThreads() + " threads");
            Poll.until(PATIENCE, () -> descriptors() <= before, () -> descriptors() + " descriptors, were " + before);
            assertThat(serving.reconcile().isClean()).isTrue();
            assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).isEmpty();
        }
    }

    @Test
    void anAddWhoseCallerGoesTakesNothingFromTheOneAfterIt(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent serving = start(node)) {
            UnixSocket gone = addWithoutReading(pod);
            String address = agent().add("a", pod);
            int port = index(node);
            gone.close(); // with the answer unread
            Poll.until(PATIENCE, () -> callThreads() == 0, () -> callThreads() + " threads");
            assertThat(index(node)).as("the port that the second ADD made").isEqualTo(port);
            assertThat(Oracle.in(pod).run("ip", "-4", "address", "show", "dev", "eth0"))
                    .contains(address);
            assertThat(serving.reconcile().isClean()).isTrue();
            agent().del("a", pod);
        }
    }

    @Test
    void anAddWhoseCallerGoesIsUndone(TestNamespaces namespaces) {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        try (NodeAgent serving = start(node)) {
            UnixSocket gone = addWithoutReading(pod);
            gone.close();
            Poll.until(PATIENCE, () -> callThreads() == 0, () -> callThreads() + " threads");
            assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).isEmpty();
            assertThat(serving.reconcile().isClean()).isTrue();
        }
    }

    /** A caller that could have its answer, or will in a moment. */
    private UnixSocket addWithoutReading(Netns pod) {
        UnixSocket caller = agent().connect();
        caller.send(agent().frame("ADD", "a"), pod.fd());
        Poll.until(PATIENCE, () -> Oracle.in(pod).ip("link").size() == 2, () -> "the pod has no interface");
        Oracle.in(pod).awaitUp("eth0");
        return caller;
    }

    private static int index(Netns node) {
        return Oracle.in(node)
                .ip("link", "show", "master", "fl0")
                .get(0)
                .get("ifindex")
                .asInt();
    }

    /** A byte now and then, each sooner than any time limit on one read. */
    private static void writeSlowly(UnixSocket socket, byte[] request) {
        try {
            for (byte b : request) {
                socket.write(new byte[] {b});
                Thread.sleep(500);
            }
        } catch (SyscallException | IllegalStateException e) {
            // let go
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.interrupt();
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isLetGo(UnixSocket caller) {
        try {
            while (true) {
                if (caller.receive(512).bytes().length == 0) {
                    return true;
                }
            }
        } catch (SyscallException e) {
            return !e.isTransient(); // reset, and not our own time limit
        }
    }

    @Test
    void descriptorsThatAreNoNamespacesAreRefusedAndClosed(TestNamespaces namespaces) throws IOException {
        Netns node = namespaces.create();
        Netns pod = namespaces.create();
        Path fifo = directory.resolve("fifo");
        Oracle.here().run("mkfifo", fifo.toString());
        try (NodeAgent serving = start(node);
                Fd memory = Fd.memory("test");
                Fd uts = Fd.open(Path.of("/proc/self/ns/uts"), Fd.O_RDONLY);
                Fd pipe = Fd.open(fifo, Fd.O_RDWR);
                Fd there = Fd.open(directory, Fd.O_RDONLY);
                UnixSocket socket = agent().connect()) {
            agent().add("first", pod);
            agent().del("first", pod);
            int before = descriptors();
            for (Fd wrong : List.of(memory, uts, pipe, there, socket.fd())) {
                for (int i = 0; i < 10; i++) {
                    PluginOutput refused = sendAll("ADD", List.of(wrong));
                    assertThat(CniJson.read(refused.stdout()).path("code").asInt())
                            .as(refused.stdoutText())
                            .isEqualTo(8);
                    assertThat(sendAll("DEL", List.of(wrong)).exitCode()).isZero();
                }
            }
            for (int i = 0; i < 20; i++) { // more than one, and more than there is room for
                var _ = sendAll("STATUS", List.of(memory, pipe, there, uts));
                var _ = sendAll("STATUS", java.util.Collections.nCopies(40, memory));
            }
            Poll.until(PATIENCE, () -> descriptors() <= before, () -> descriptors() + " descriptors, were " + before);
            agent().add("a", pod);
            agent().del("a", pod);
            assertThat(serving.reconcile().isClean()).isTrue();
            assertThat(Oracle.in(node).ip("link", "show", "master", "fl0")).isEmpty();
        }
    }

    private PluginOutput sendAll(String verb, List<Fd> descriptors) {
        try (UnixSocket caller = agent().connect()) {
            caller.readTimeout(60);
            sendAll(caller, agent().frame(verb, "c"), descriptors);
            return ShimFrames.readAnswer(caller.input());
        }
    }

    /** {@code sendmsg(2)} with many descriptors in one control message. */
    private static void sendAll(UnixSocket caller, byte[] bytes, List<Fd> descriptors) {
        try (Arena arena = Arena.ofConfined()) {
            long length = 16 + 4L * descriptors.size();
            MemorySegment control = arena.allocate((length + 7) / 8 * 8, 8);
            control.set(ValueLayout.JAVA_LONG, 0, length);
            control.set(ValueLayout.JAVA_INT, 8, 1); // SOL_SOCKET
            control.set(ValueLayout.JAVA_INT, 12, 1); // SCM_RIGHTS
            for (int i = 0; i < descriptors.size(); i++) {
                control.set(
                        ValueLayout.JAVA_INT, 16 + 4L * i, descriptors.get(i).number());
            }
            MemorySegment vector = arena.allocate(16, 8);
            vector.set(
                    ValueLayout.JAVA_LONG,
                    0,
                    arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes).address());
            vector.set(ValueLayout.JAVA_LONG, 8, bytes.length);
            MemorySegment header = arena.allocate(56, 8);
            header.set(ValueLayout.JAVA_LONG, 16, vector.address());
            header.set(ValueLayout.JAVA_LONG, 24, 1);
            header.set(ValueLayout.JAVA_LONG, 32, control.address());
            header.set(ValueLayout.JAVA_LONG, 40, control.byteSize());
            long sent = Linux.call(
                    "send descriptors", Linux.Call.SENDMSG, caller.fd().number(), header.address(), 0x4000);
            assertThat(sent).isEqualTo(bytes.length);
        }
    }
}
