package dev.fairlead.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.testkit.Oracle;
import dev.fairlead.testkit.Poll;
import dev.fairlead.testkit.RealKernel;
import dev.fairlead.testkit.TestNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many calls to one agent in a process of its own: at once, and one after the other. No call fails, nothing is left, and the
 * agent holds after ten thousand what it held after one thousand; {@code ip -j}, {@code nft -j} and {@code /proc} judge.
 *
 * <pre>
 *   100 pods: eth0 ── fl0 (10.244.0.1/22) :node
 * </pre>
 */
@RealKernel
class VolumeTest {
    private static final String CIDR = "10.244.0.0/22";
    private static final int MANY = 100;
    private static final int PAIRS = 10_000;
    private static final int WARM = 1_000;

    /** Each has a pod, to which one call comes after the other. */
    private static final int PODS = 4;

    @TempDir
    Path directory;

    private RawCall agent() {
        return new RawCall(directory.resolve("cni.sock"));
    }

    private AgentProcess start(Netns node) {
        AgentProcess process = AgentProcess.start(node, directory, AgentProcess.UNCOUNTED, CIDR);
        assertThat(process.serves()).as("%s", process.lines()).isTrue();
        return process;
    }

    private static <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
            for (Future<T> done : threads.invokeAll(calls)) {
                results.add(done.get());
            }
        }
        return results;
    }

    private static int ports(Netns node) {
        return Oracle.in(node).ip("link", "show", "master", "fl0").size();
    }

    private static int guardElements(Netns node) {
        int elements = 0;
        for (JsonNode object :
                Oracle.in(node).nft("list", "table", "bridge", "fairlead-guard").get("nftables")) {
            elements += object.path("set").path("elem").size();
        }
        return elements;
    }

    private static void assertAddresses(List<Netns> pods, List<String> given) {
        for (int i = 0; i < pods.size(); i++) {
            JsonNode address = Oracle.in(pods.get(i))
                    .ip("-4", "address", "show", "dev", "eth0")
                    .get(0)
                    .at("/addr_info/0");
            assertThat(address.get("local").asText() + "/"
                            + address.get("prefixlen").asText())
                    .isEqualTo(given.get(i));
        }
    }

    @Test
    @Timeout(240)
    void aHundredAtOnce(TestNamespaces namespaces) throws Exception {
        Netns node = namespaces.create();
        List<Netns> pods = new ArrayList<>();
        for (int i = 0; i < 2 * MANY; i++) {
            pods.add(namespaces.create());
        }
        try (AgentProcess process = start(node)) {
            List<Callable<String>> adds = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                String name = "c" + i;
                Netns pod = pods.get(i);
                adds.add(() -> agent().add(name, pod));
            }
            List<String> given = atOnce(adds);
            assertThat(new HashSet<>(given)).hasSize(MANY);
            assertThat(ports(node)).isEqualTo(MANY);
            assertAddresses(pods.subList(0, 10), given.subList(0, 10));
            System.out.println("volume: " + MANY + " ADDs at once");

            List<Callable<String>> mixed = new ArrayList<>();
            for (int i = 0; i < MANY / 2; i++) {
                String old = "c" + 2 * i;
                String fresh = "d" + i;
                Netns oldPod = pods.get(2 * i);
                Netns freshPod = pods.get(MANY + i);
                mixed.add(() -> agent().add(fresh, freshPod));
                mixed.add(() -> {
                    agent().del(old, oldPod);
                    return "gone " + old;
                });
            }
            Set<String> after = new HashSet<>(atOnce(mixed));
            assertThat(after).hasSize(MANY);
            for (int i = 1; i < MANY; i += 2) {
                assertThat(after).doesNotContain(given.get(i)); // still somebody's
            }
            assertThat(ports(node)).isEqualTo(MANY);
            System.out.println("volume: " + MANY + " ADDs and DELs at once");

            List<Callable<String>> dels = new ArrayList<>();
            for (int i = 0; i < MANY / 2; i++) {
                String old = "c" + (2 * i + 1);
                String fresh = "d" + i;
                Netns pod = pods.get(i);
                dels.add(() -> {
                    agent().del(old, pod);
                    agent().del(fresh, pod);
                    return old;
                });
            }
            assertThat(atOnce(dels)).hasSize(MANY / 2);
            assertThat(ports(node)).isZero();
            assertThat(guardElements(node)).isZero();
            assertThat(process.ask("reconcile", "found ")).isEqualTo("found leases and links agree");
        }
    }

    /** What an agent holds when nobody calls. */
    private record Held(int descriptors, int threads, long heap, long resident) {
        @Override
        public String toString() {
            return descriptors + " descriptors, " + threads + " threads, " + heap / 1024 + " kB of live objects, "
                    + resident + " kB resident";
        }
    }

    private static Held held(AgentProcess process) {
        Path proc = Path.of("/proc/" + process.pid());
        String[] said = process.ask("measure", "measured ").split(" ", -1);
        return new Held(descriptors(proc), Integer.parseInt(said[2]), Long.parseLong(said[1]), resident(proc));
    }

    private static int descriptors(Path proc) {
        try (var all = Files.list(proc.resolve("fd"))) {
            return (int) all.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long resident(Path proc) {
        try {
            for (String line : Files.readAllLines(proc.resolve("status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("no VmRSS");
    }

    @Test
    @Timeout(600)
    void tenThousandPairsOneAfterTheOther(TestNamespaces namespaces) throws Exception {
        Netns node = namespaces.create();
        try (AgentProcess process = start(node)) {
            List<Netns> pods = new ArrayList<>();
            for (int i = 0; i < PODS; i++) {
                pods.add(namespaces.create());
            }
            AtomicInteger count = new AtomicInteger();
            pairs(WARM, pods, count);
            Held early = held(process);
            pairs(PAIRS - WARM, pods, count);
            Path fds = Path.of("/proc/" + process.pid());
            Poll.until( // a call's last words come after its answer
                    Duration.ofSeconds(20),
                    () -> descriptors(fds) <= early.descriptors(),
                    () -> descriptors(fds) + " descriptors, were " + early.descriptors());
            Held late = held(process);
            System.out.println("volume: after " + WARM + " pairs " + early + "; after " + PAIRS + " pairs " + late);
            assertThat(late.threads()).isLessThanOrEqualTo(early.threads() + PODS);
            assertThat(late.heap()).as("live objects").isLessThan(early.heap() + 2_000_000);
            assertThat(late.resident()).as("kB resident").isLessThan(early.resident() + 40_000);
            assertThat(Files.size(directory.resolve("state/leases.journal"))).isLessThan(600_000);
            assertThat(ports(node)).isZero();
            assertThat(guardElements(node)).isZero();
            assertThat(process.ask("reconcile", "found ")).isEqualTo("found leases and links agree");
        }
        try (AgentProcess process = start(node)) {
            assertThat(process.ask("reconcile", "found ")).isEqualTo("found leases and links agree");
        }
    }

    private void pairs(int pairs, List<Netns> pods, AtomicInteger count) throws Exception {
        List<Callable<Integer>> work = new ArrayList<>();
        for (int p = 0; p < PODS; p++) {
            Netns pod = pods.get(p);
            work.add(() -> {
                for (int i = 0; i < pairs / PODS; i++) {
                    int number = count.incrementAndGet();
                    agent().add("p" + number, pod);
                    agent().del("p" + number, pod);
                    if (number % 1000 == 0) {
                        System.out.println("volume: " + number + " of " + PAIRS + " pairs");
                    }
                }
                return pairs / PODS;
            });
        }
        assertThat(atOnce(work)).hasSize(PODS);
    }
}
