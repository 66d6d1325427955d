package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Pods of containerd's CRI plugin, made as the kubelet makes them, on the network of {@code ./fairlead agent}. The sandbox
 * image holds our own {@code pause} and nothing else; there are no reference plugins on this machine.
 *
 * <pre>
 *   pod one: eth0 ── fl0 :machine of the test (no way out): agent, containerd
 *   pod two: eth0 ──┘
 * </pre>
 */
@HostUnchanged
class CriTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private RuntimeMachine machine;
    private Started containerd;
    private Cri cri;

    @BeforeEach
    void start() throws Exception {
        machine = RuntimeMachine.start("containerd", "ctr", "runc", "ip", "nft", "curl", "tar");
        machine.write("/run/containerd.toml", """
                version = 2
                root = "/run/containerd-root"
                [plugins."io.containerd.grpc.v1.cri"]
                  sandbox_image = "localhost/pause:test"
                  disable_cgroup = true
                  disable_apparmor = true
                  restrict_oom_score_adj = true
                """);
        cri = new Cri(machine);
        begin();
        importPause();
    }

    private void begin() throws Exception {
        containerd = machine.begin("containerd", "--config", "/run/containerd.toml", "--log-level", "error");
        Poll.until(
                PATIENCE,
                () -> machine.attempt("ctr", "version").exitCode() == 0,
                () -> machine.attempt("ctr", "version").toString());
    }

    @AfterEach
    void end() throws Exception {
        if (machine != null) {
            machine.close();
            containerd.close();
        }
    }

    /** An image of one file, as {@code docker save} would write it. */
    private void importPause() throws Exception {
        Files.createDirectories(machine.at("/run/image/root"));
        Files.copy(Started.HOME.resolve("native/target/bin/pause"), machine.at("/run/image/root/pause"));
        machine.run("tar", "-C", "/run/image/root", "-cf", "/run/image/layer.tar", "pause");
        byte[] layer = Files.readAllBytes(machine.at("/run/image/layer.tar"));
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(layer));
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        machine.write("/run/image/config.json", """
                {"architecture": "%s", "os": "linux", "config": {"Entrypoint": ["/pause"]},
                 "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}
                """.formatted(architecture, digest));
        machine.write("/run/image/manifest.json", """
                [{"Config": "config.json", "RepoTags": ["localhost/pause:test"], "Layers": ["layer.tar"]}]
                """);
        machine.run("tar", "-C", "/run/image", "-cf", "/run/pause.tar", "manifest.json", "config.json", "layer.tar");
        machine.run("ctr", "--namespace=k8s.io", "image", "import", "/run/pause.tar");
    }

    private String sandbox(String name) throws Exception {
        return Cri.text(cri.run(name).ok(), 1);
    }

    private long process(String id) {
        return machine.run("ctr", "--namespace=k8s.io", "task", "ls")
                .lines()
                .filter(line -> line.startsWith(id + " "))
                .map(line -> Long.parseLong(line.split(" +", -1)[1]))
                .findFirst()
                .orElseThrow();
    }

    private String[] inNetworkOf(long process, String... command) {
        return Stream.concat(Stream.of("nsenter", "--net=/proc/" + process + "/ns/net"), Stream.of(command))
                .toArray(String[]::new);
    }

    private Ran fetch(long process, String host) {
        return machine.attempt(inNetworkOf(process, "curl", "-sS", "--max-time", "5", "http://" + host + "/"));
    }

    @Test
    void podsOfTheKubeletKeepTheirNetworkWhateverDiesAndLeaveNothing() throws Exception {
        assertThat(cri.networkCondition()).contains("cni plugin not initialized");
        try (MachineAgent agent = MachineAgent.serving(machine, "10.9.0.0/24", "fd00:9::/64")) {
            Poll.until(PATIENCE, () -> networkCondition().equals("ready"), this::networkCondition);
            assertThat(machine.files("/opt/cni/bin")).containsExactly("fairlead-cni", "loopback");

            String one = sandbox("one");
            String two = sandbox("two");
            long processOne = process(one);
            long processTwo = process(two);
            List<String> addresses = cri.addresses(one);
            assertThat(addresses)
                    .containsExactly(machine.address(processOne, "inet"), machine.address(processOne, "inet6"));
            assertThat(machine.json(inNetworkOf(processOne, "ip", "-j", "link", "show", "lo"))
                            .at("/0/flags")
                            .toString())
                    .contains("\"UP\"");

            try (Started server = machine.begin(
                    inNetworkOf(processOne, "/run/rootfs/bin/busybox", "httpd", "-f", "-h", "/run/rootfs/www/one"))) {
                Poll.until(
                        PATIENCE,
                        () -> fetch(processTwo, addresses.get(0)).exitCode() == 0,
                        () -> fetch(processTwo, addresses.get(0)).toString());
                assertThat(fetch(processTwo, "[" + addresses.get(1) + "]").ok()).isEqualTo("this is one\n");

                Started.signal("KILL", MachineAgent.child(containerd));
                containerd.exitCode();
                containerd.close();
                agent.end("KILL");
                assertThat(fetch(processTwo, addresses.get(0)).ok()).isEqualTo("this is one\n");
                begin();
                Poll.until(PATIENCE, () -> networkCondition().equals("ready"), this::networkCondition);

                Cri.Answer refused = cri.stop(two);
                assertThat(refused.status())
                        .as("nobody can take the network away")
                        .isNotZero();
                assertThat(refused.message()).contains("Fairlead's agent can't be reached");
                agent.begin();
                cri.stop(two).ok();
                cri.remove(two).ok();
                String three = sandbox("three");
                assertThat(fetch(process(three), addresses.get(0)).ok()).isEqualTo("this is one\n");
                cri.stop(three).ok();
                cri.remove(three).ok();
                Started.signal("KILL", MachineAgent.child(server));
            }
            cri.stop(one).ok();
            cri.remove(one).ok();
            agent.assertNothingLeft(addresses);
            Poll.until(
                    PATIENCE,
                    () -> machine.programs().equals(Set.of("pause", "java", "containerd")),
                    () -> machine.programs().toString());
            agent.leave();
        }
    }

    private String networkCondition() {
        try {
            return cri.networkCondition();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
