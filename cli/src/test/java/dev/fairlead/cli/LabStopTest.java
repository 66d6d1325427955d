package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lab that is stopped, or killed, and comes back. Its files are in a directory of this test. */
@HostUnchanged
class LabStopTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long SEED = 20_261_126;
    private static final String WEB = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: http, image: fairlead/http}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: once}
            spec: {restartPolicy: Never, containers: [{name: main, image: host, command: ["true"]}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec: {containers: [{name: main, image: host, command: [sleep, infinity]}]}
            """;

    @TempDir
    private Path state;

    private final String name = TestLab.freshName();
    /** Of the lab that runs, or ran last; the kernel gives the numbers of namespaces that are gone to others. */
    private Optional<Traces> traces = Optional.empty();

    @AfterEach
    void end() {
        if (lab("list").ok().contains(name)) {
            assertThat(lab("down", "--name", name).ok()).isEqualTo("lab '" + name + "' is down\n");
        }
        traces.ifPresent(Traces::assertGone);
        assertThat(state).as("after lab down").isEmptyDirectory();
    }

    private Ran lab(String... arguments) {
        return labWithInput("", arguments);
    }

    private Ran labWithInput(String stdin, String... arguments) {
        List<String> all = new ArrayList<>(List.of("lab"));
        all.addAll(List.of(arguments));
        return Ran.fairlead(Map.of("XDG_STATE_HOME", state.toString()), stdin, all);
    }

    private Path directory() {
        return state.resolve("fairlead/labs").resolve(name);
    }

    private JsonNode status() throws IOException {
        return new ObjectMapper()
                .readTree(lab("status", "--json", "--name", name).ok());
    }

    private String kubeconfig() throws IOException {
        return Files.readString(Path.of(lab("kubeconfig", "--name", name).ok().strip()));
    }

    private void watch() throws IOException {
        traces = Optional.of(Traces.of(status().path("pid").asLong()));
    }

    /** By resource and name what must not change over a stop. */
    private static Map<String, String> lasting(ApiCaller api) throws IOException {
        Map<String, String> all = new TreeMap<>();
        for (String path : List.of(
                "/api/v1/namespaces",
                "/api/v1/nodes",
                "/api/v1/pods",
                "/api/v1/services",
                "/api/v1/configmaps",
                "/apis/apps/v1/deployments",
                "/apis/apps/v1/replicasets")) {
            for (JsonNode object : api.get(path).json().path("items")) {
                JsonNode meta = object.path("metadata");
                all.put(
                        path + " " + meta.path("name").asText(),
                        meta.path("uid").asText() + " " + meta.path("creationTimestamp") + " " + meta.path("labels")
                                + " " + object.path("spec") + " " + object.path("data"));
            }
        }
        return all;
    }

    private static long revision(ApiCaller api) throws IOException {
        return api.get("/api/v1/pods")
                .json()
                .path("metadata")
                .path("resourceVersion")
                .asLong();
    }

    private static JsonNode statusOf(ApiCaller api, String path) {
        try {
            return api.get(path).json().path("status");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String phaseOfOnce(ApiCaller api) {
        return statusOf(api, "/api/v1/namespaces/default/pods/once")
                .path("phase")
                .asText();
    }

    private static int restarts(ApiCaller api, String pod) {
        return statusOf(api, "/api/v1/namespaces/default/pods/" + pod)
                .path("containerStatuses")
                .path(0)
                .path("restartCount")
                .asInt();
    }

    @Test
    void aLabThatWasStoppedIsTheSameCluster() throws Exception {
        labWithInput(WEB, "up", "--name", name, "--nodes", "2", "--ip-family", "dual", "-f", "-")
                .ok();
        watch();
        String kubeconfig = kubeconfig();
        Map<String, String> before;
        long revision;
        try (ApiCaller api = ApiCaller.of(kubeconfig)) {
            assertThat(api.createConfigMap("kept", "x").status()).isEqualTo(201);
            Poll.until(PATIENCE, () -> phaseOfOnce(api).equals("Succeeded"), () -> phaseOfOnce(api));
            String patched = "{\"metadata\":{\"labels\":{\"mine\":\"yes\"}},\"spec\":{\"unschedulable\":true}}";
            assertThat(patch(api, "/api/v1/nodes/node-2", patched).status()).isEqualTo(200);
            assertThat(restarts(api, "client")).isZero();
            before = lasting(api);
            revision = revision(api);
        }
        assertThat(lab("stop", name).ok())
                .isEqualTo("lab '" + name + "' is stopped; ./fairlead lab start --name " + name + " brings it back\n");
        traces.orElseThrow().assertGone();
        assertThat(lab("list").lines()).contains(name + "  stopped");
        assertThat(lab("status", "--name", name).refusal(1))
                .isEqualTo("lab '" + name + "' is stopped; ./fairlead lab start --name " + name + " brings it back");
        assertThat(lab("up", "--name", name).refusal(1))
                .isEqualTo("a lab named '" + name + "' is stopped; bring it back with ./fairlead lab start --name "
                        + name + ", delete it with ./fairlead lab down --name " + name + ", or choose another --name");

        assertThat(lab("start", name).ok()).contains("2 nodes, 4 of 5 pods ready, 2 Services");
        watch();
        assertThat(kubeconfig()).as("port, token and certificate").isEqualTo(kubeconfig);
        try (ApiCaller api = ApiCaller.of(kubeconfig)) {
            assertThat(lasting(api)).isEqualTo(before);
            assertThat(revision(api)).isGreaterThan(revision);
            assertThat(restarts(api, "client")).isEqualTo(1);
            assertThat(restarts(api, "once")).isZero();
            assertThat(phaseOfOnce(api)).isEqualTo("Succeeded");
        }
        String served = lab(
                        "exec",
                        "--name",
                        name,
                        "client",
                        "--",
                        "curl",
                        "-sS",
                        "-m",
                        "3",
                        "http://" + webIp() + "/hostname")
                .ok();
        assertThat(served).startsWith("web-");
        assertThat(lab("start", name).refusal(1))
                .isEqualTo("lab '" + name + "' is up already; ./fairlead lab stop --name " + name + " stops it");
    }

    private static ApiCaller.Answer patch(ApiCaller api, String path, String body) throws IOException {
        return api.call("PATCH", path, body, "application/merge-patch+json");
    }

    private String webIp() throws IOException {
        return TestLab.named(status().path("services"), "web").path("ip").asText();
    }

    /**
     * Four writers note what they were told is kept, and the lab's process is killed under them. A file system keeps what a
     * killed process has written; what a machine keeps that loses its power can't be tried here.
     */
    @Test
    void aLabThatIsKilledLosesNothingThatAnybodyWasToldOf() throws Exception {
        Random random = new Random(SEED);
        Set<String> told = ConcurrentHashMap.newKeySet();
        lab("up", "--name", name, "--nodes", "1").ok();
        watch();
        String kubeconfig = kubeconfig();
        for (int round = 0; round < 5; round++) {
            int most = told.size() + 20 + random.nextInt(150);
            try (ApiCaller api = ApiCaller.of(kubeconfig)) {
                List<Thread> writers = writers(api, told, "r" + round);
                Poll.until(PATIENCE, () -> told.size() > most, () -> told.size() + " writes");
                LockSupport.parkNanos(random.nextInt(2_000_000)); // in the middle of whatever it does
                Started.signal("KILL", status().path("pid").asLong());
                for (Thread writer : writers) {
                    writer.join();
                }
            }
            traces.orElseThrow().assertGone();
            assertThat(lab("list").lines()).contains(name + "  stopped");
            lab("start", "--name", name).ok();
            watch();
            assertThat(kubeconfig()).isEqualTo(kubeconfig);
            try (ApiCaller api = ApiCaller.of(kubeconfig)) {
                Set<String> there = new TreeSet<>();
                api.get("/api/v1/namespaces/default/configmaps")
                        .json()
                        .path("items")
                        .forEach(map ->
                                there.add(map.path("metadata").path("name").asText()));
                assertThat(there).as("round %d of seed %d", round, SEED).containsAll(told);
            }
        }
    }

    private static List<Thread> writers(ApiCaller api, Set<String> told, String prefix) {
        List<Thread> writers = new ArrayList<>();
        AtomicInteger next = new AtomicInteger();
        for (int w = 0; w < 4; w++) {
            writers.add(Thread.ofPlatform().start(() -> {
                try {
                    while (true) {
                        String map = prefix + "-" + next.incrementAndGet();
                        if (api.createConfigMap(map, "v").status() != 201) {
                            return;
                        }
                        told.add(map);
                    }
                } catch (IOException killed) {
                    return; // as it should be
                }
            }));
        }
        return writers;
    }

    /** Files that can't be read are left as they are, and what is wrong is one sentence. */
    @Test
    void whatIsWrongWithTheFilesIsSaid() throws Exception {
        assertThat(lab("start", name).refusal(1))
                .isEqualTo("no lab named '" + name
                        + "' is stopped; ./fairlead lab list shows those that are, and ./fairlead lab"
                        + " up makes a new one");
        lab("up", "--name", name, "--nodes", "1").ok();
        watch();
        lab("stop", "--name", name).ok();
        traces.orElseThrow().assertGone();
        Path log = directory().resolve("objects.log");
        byte[] good = Files.readAllBytes(log);
        byte[] bad = good.clone();
        bad[good.length / 2] ^= 1;
        Files.write(log, bad);
        assertThat(lab("start", name).refusal(1))
                .startsWith(log + " is damaged at byte ")
                .endsWith(", or give the lab up with ./fairlead lab down --name " + name);
        assertThat(Files.readAllBytes(log)).isEqualTo(bad);
        assertThat(lab("list").lines()).contains(name + "  stopped");

        Files.write(log, good);
        Files.writeString(log, "00000100 12345678 {\"revi", StandardOpenOption.APPEND);
        assertThat(lab("start", name).ok()).contains("1 node");
        watch();
        assertThat(lab("logs", "--name", name).ok())
                .contains("the last 24 bytes of " + log + " were a write that was not finished");
    }

    /** A lab that was never up leaves nothing, whoever ends it. */
    @Test
    void aLabThatCouldNotBeMadeLeavesNoFiles() throws Exception {
        assertThat(labWithInput("kind: Pod", "up", "--name", name, "-f", "-").exitCode())
                .isEqualTo(1);
        assertThat(state).isEmptyDirectory();
    }

    /** Where nothing can be kept a lab is as good as before, but for this. */
    @Test
    void aLabThatMayNotWriteCantBeStopped() throws Exception {
        Path file = Files.createFile(state.resolve("fairlead"));
        lab("up", "--name", name, "--nodes", "1").ok();
        watch();
        assertThat(lab("stop", name).refusal(1))
                .startsWith("this lab can't be stopped and started again, since " + directory()
                        + " could not be written: ");
        assertThat(lab("down", "--name", name).ok()).isEqualTo("lab '" + name + "' is down\n");
        Files.delete(file);
    }

    /**
     * A disk that is full: a tmpfs of 1 MB, mounted in a mount namespace that this test makes. What can't be kept is refused,
     * what is there can be read, and with room again all goes on.
     */
    @Test
    void aFullDiskRefusesWritesAndNothingElse() throws Exception {
        assumeTrue(TestLab.isRoot(), "a mount namespace of its own needs root, or the tests' user namespace");
        String script = "mount -t tmpfs -o size=1m none \"$XDG_STATE_HOME\" && exec \"$@\"";
        List<String> command = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", script, "sh"));
        command.addAll(List.of(
                Started.HOME.resolve("fairlead").toString(), "lab", "up", "--name", name, "--nodes", "1", "-f", "-"));
        Ran.program(Map.of("XDG_STATE_HOME", state.toString()), WEB, command).ok();
        watch();
        Path inside = Path.of("/proc/" + status().path("pid").asLong() + "/root" + state);
        try (ApiCaller api = ApiCaller.of(kubeconfig())) {
            Files.write(inside.resolve("filler"), new byte[600_000]);
            int written = 0;
            ApiCaller.Answer last = api.createConfigMap("c" + written, "x".repeat(20_000));
            while (last.status() == 201) {
                last = api.createConfigMap("c" + ++written, "x".repeat(20_000));
            }
            assertThat(last.status()).as(last.body()).isEqualTo(507);
            assertThat(last.json().path("kind").asText()).isEqualTo("Status");
            assertThat(last.json().path("message").asText())
                    .startsWith("the change was not made, because it could not be kept: " + directory()
                            + "/objects.log took no more");
            assertThat(api.get("/api/v1/namespaces/default/configmaps/c" + written)
                            .status())
                    .isEqualTo(404);
            assertThat(api.get("/api/v1/namespaces/default/configmaps").json().path("items"))
                    .hasSize(written);
            Files.delete(inside.resolve("filler"));
            assertThat(api.createConfigMap("after", "x").status()).isEqualTo(201);
            // The controllers too have found their way back.
            assertThat(patch(
                                    api,
                                    "/apis/apps/v1/namespaces/default/deployments/web/scale",
                                    "{\"spec\":{\"replicas\":3}}")
                            .status())
                    .isEqualTo(200);
            Poll.until(
                    PATIENCE,
                    () -> ready(api) == 3,
                    () -> lab("status", "--name", name).out());
        }
        assertThat(lab("down", "--name", name).ok()).isEqualTo("lab '" + name + "' is down\n");
    }

    /** The user's own kubeconfig gets a context, keeps it while the lab is stopped, and is then what it was. */
    @Test
    void aContextComesAndGoesWithTheLab(@TempDir Path home) throws Exception {
        Path kubeconfig = home.resolve("config");
        String before = "# mine\napiVersion: v1\nkind: Config\ncontexts: []\ncurrent-context: work\n";
        Files.writeString(kubeconfig, before);
        Map<String, String> environment =
                Map.of("XDG_STATE_HOME", state.toString(), "KUBECONFIG", kubeconfig.toString());
        assertThat(Ran.fairlead(environment, "", List.of("lab", "up", "--name", name, "--nodes", "1", "--context"))
                        .ok())
                .endsWith("kubectl's context is fairlead-" + name + " now, in " + kubeconfig + "\n");
        watch();
        String with = Files.readString(kubeconfig);
        assertThat(with).startsWith("# mine\napiVersion: v1\nkind: Config\n").contains("fairlead-" + name);
        try (ApiCaller api = ApiCaller.of(with)) {
            assertThat(api.get("/api/v1/nodes").status()).isEqualTo(200);
        }
        lab("stop", name).ok();
        lab("start", name).ok();
        watch();
        assertThat(Ran.fairlead(environment, "", List.of("lab", "kubeconfig", "--merge", "--name", name))
                        .ok())
                .isEqualTo("kubectl's context is fairlead-" + name + " now, in " + kubeconfig + "\n");
        assertThat(Files.readString(kubeconfig)).isEqualTo(with);
        lab("down", "--name", name).ok();
        assertThat(Files.readString(kubeconfig)).isEqualTo(before);
    }

    private static int ready(ApiCaller api) {
        return statusOf(api, "/apis/apps/v1/namespaces/default/deployments/web")
                .path("readyReplicas")
                .asInt();
    }
}
