package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.cni.CniException;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.UnixSocket;
import dev.fairlead.packet.Prefix;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged calls to the socket of an agent that works on the real kernel, beside the hundred thousand of the protocol's own
 * test: environments, configurations and frames that are cut, have bits flipped, lie about their lengths or come with a
 * descriptor of something else. Each gets a CNI answer; afterwards the agent serves, and nothing is left of it all.
 */
@RealKernel
class FrameFuzzTest {
    private static final long SEED = 20_260_101;
    private static final int THREADS = 4;
    private static final int CALLS = 5_000;
    private static final List<String> VERBS =
            List.of("ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION", "ADD", "DEL", "NO");

    @TempDir
    Path directory;

    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();

    private RawCall agent() {
        return new RawCall(directory.resolve("cni.sock"));
    }

    @Test
    @Timeout(240)
    void damagedCallsGetAnAnswerAndLeaveNothing(TestNamespaces namespaces) throws Exception {
        Netns node = namespaces.create();
        AgentConfig config = AgentConfig.of("node-1", node, List.of(Prefix.of("10.244.1.0/27")))
                .withSocket(agent().socket())
                .withStateDirectory(directory.resolve("state"));
        List<Netns> pods = List.of(namespaces.create(), namespaces.create(), namespaces.create(), namespaces.create());
        try (NodeAgent serving = NodeAgent.start(config);
                Fd memory = Fd.memory("no namespace");
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            agent().add("first", pods.getFirst());
            agent().del("first", pods.getFirst());
            int before = descriptors();
            List<Callable<Integer>> work = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                Fuzz fuzz = new Fuzz(SEED + t, pods.get(t), memory);
                work.add(fuzz::run);
            }
            for (Future<Integer> done : threads.invokeAll(work)) {
                assertThat(done.get()).isEqualTo(CALLS);
            }
            System.out.println("fuzz: " + THREADS * CALLS + " damaged calls to a live agent, " + answers + " answers, "
                    + refusals + " of them errors");
            assertThat(answers.get()).isGreaterThan(THREADS * CALLS / 2);
            assertThat(refusals.get()).isBetween(answers.get() / 10, answers.get() - 100);
            deleteAll(node, pods.getFirst());
            Poll.until(
                    Duration.ofSeconds(20),
                    () -> descriptors() <= before,
                    () -> descriptors() + " descriptors, were " + before);
            assertThat(serving.reconcile().toString()).isEqualTo("leases and links agree");
            for (int i = 0; i < 29; i++) {
                agent().add("all-" + i, namespaces.create());
            }
        }
    }

    private static int descriptors() {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return (int) all.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Deletes each attachment that the kernel shows by its label, under whatever name damage has given it. */
    private void deleteAll(Netns node, Netns pod) {
        for (JsonNode port : Oracle.in(node).ip("link", "show", "master", "fl0")) {
            String[] owner = port.get("ifalias").asText().split(" ", -1)[0].split("/", -1);
            Map<String, String> environment = RawCall.environment("DEL", owner[1]);
            environment.put("CNI_IFNAME", owner[2]);
            byte[] conf = CniJson.bytes(CniJson.newObject()
                    .put("cniVersion", "1.1.0")
                    .put("name", owner[0])
                    .put("type", "fairlead-cni"));
            try (UnixSocket caller = agent().connect()) {
                caller.send(ShimFrames.encode(new ShimRequest(environment, conf)), pod.fd());
                assertThat(ShimFrames.readAnswer(caller.input()).exitCode()).isZero();
            }
        }
        Poll.until(
                Duration.ofSeconds(20),
                () -> Oracle.in(node).ip("link", "show", "master", "fl0").isEmpty(),
                () -> Oracle.in(node).ip("link", "show", "master", "fl0").toString());
    }

    /** One thread's calls. */
    private final class Fuzz {
        private final long seed;
        private final Random random;
        private final Netns pod;
        private final Fd wrong;

        Fuzz(long seed, Netns pod, Fd wrong) {
            this.seed = seed;
            this.random = new Random(seed);
            this.pod = pod;
            this.wrong = wrong;
        }

        int run() {
            for (int i = 0; i < CALLS; i++) {
                byte[] frame = damage(request());
                try {
                    call(frame);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(
                            "seed " + seed + ", call " + i + ": "
                                    + new String(frame, 0, Math.min(2000, frame.length), StandardCharsets.ISO_8859_1),
                            e);
                }
                if ((i + 1) % 1000 == 0) {
                    System.out.println("fuzz: seed " + seed + ", " + (i + 1) + " calls");
                }
            }
            return CALLS;
        }

        private byte[] request() {
            Map<String, String> environment =
                    RawCall.environment(VERBS.get(random.nextInt(VERBS.size())), "c" + random.nextInt(3));
            if (random.nextInt(10) == 0) {
                environment.replace("CNI_IFNAME", "eth" + random.nextInt(3));
            }
            if (random.nextInt(20) == 0) {
                List<String> names = List.copyOf(environment.keySet());
                environment.remove(names.get(random.nextInt(names.size())));
            }
            String conf = Shim.conf(agent().socket());
            if (random.nextInt(8) == 0) {
                String deep = "[".repeat(random.nextInt(3000));
                conf = conf.replace("\"name\"", "\"prevResult\":" + deep + ",\"name\"");
            }
            if (random.nextInt(400) == 0) {
                conf = conf + " ".repeat(1 << 20);
            }
            return ShimFrames.encode(new ShimRequest(environment, conf.getBytes(StandardCharsets.UTF_8)));
        }

        private byte[] damage(byte[] frame) {
            switch (random.nextInt(8)) {
                case 0 -> {
                    return Arrays.copyOf(frame, random.nextInt(frame.length));
                }
                case 1 -> ByteBuffer.wrap(frame).putInt(4 + 4 * random.nextInt(2), random.nextInt());
                case 2 -> ByteBuffer.wrap(frame).putInt(4 + 4 * random.nextInt(2), random.nextInt(2000));
                case 3, 4 -> {
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                }
                case 5 -> {
                    for (int i = random.nextInt(4); i >= 0; i--) { // in the texts, so that the frame stays one
                        int at = ShimFrames.REQUEST_HEADER + random.nextInt(frame.length - ShimFrames.REQUEST_HEADER);
                        frame[at] = (byte) "{}[]\",:019e.x/\\".charAt(random.nextInt(15));
                    }
                }
                default -> {} // as it is
            }
            return frame;
        }

        private void call(byte[] frame) {
            try (UnixSocket caller = agent().connect()) {
                caller.readTimeout(60);
                switch (random.nextInt(6)) {
                    case 0 -> caller.write(frame);
                    case 1 -> caller.send(frame.length == 0 ? new byte[1] : frame, wrong);
                    default -> caller.send(frame.length == 0 ? new byte[1] : frame, pod.fd());
                }
                if (random.nextInt(20) == 0) {
                    return; // gone without an answer
                }
                caller.endOfOutput();
                judge(ShimFrames.readAnswer(caller.input()));
            } catch (SyscallException e) {
                // The agent has refused what it read and hung up on the rest.
                assertThat(e.isTransient()).as("no answer in time").isFalse();
            } catch (CniException e) {
                assertThat(frame.length).as(e.msg()).isLessThanOrEqualTo(4); // an empty call, or one for the log
            }
        }

        private void judge(PluginOutput answer) {
            answers.incrementAndGet();
            if (answer.exitCode() == 0) {
                return;
            }
            refusals.incrementAndGet();
            String text = answer.stdoutText();
            JsonNode error = CniJson.read(answer.stdout());
            assertThat(answer.exitCode()).isEqualTo(1);
            assertThat(error.path("code").asInt()).as(text).isPositive();
            assertThat(error.path("msg").asText()).as(text).isNotEmpty();
            assertThat(text)
                    .doesNotContain("fault in Fairlead")
                    .doesNotContain("java.")
                    .doesNotContain("\\tat ");
        }
    }
}
