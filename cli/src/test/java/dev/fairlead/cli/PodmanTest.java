package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.testkit.Poll;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Podman 4 with its CNI back end and runc on the network of {@code ./fairlead agent}. {@code podman}, {@code ip} and
 * {@code nft} judge, and {@code busybox} in the containers.
 *
 * <pre>
 *   one: eth0 ── fl0 :machine of the test (no way out): agent
 *   two: eth0 ──┘
 * </pre>
 */
@HostUnchanged
class PodmanTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private RuntimeMachine machine;

    @BeforeEach
    void start() throws Exception {
        machine = RuntimeMachine.start("podman", "conmon", "runc", "ip", "nft", "curl");
        machine.write("/run/containers.conf", """
                [containers]
                log_driver = "none"
                pids_limit = 0
                [network]
                network_backend = "cni"
                cni_plugin_dirs = ["/opt/cni/bin"]
                network_config_dir = "/etc/cni/net.d"
                default_network = "fairlead"
                [engine]
                cgroup_manager = "cgroupfs"
                events_logger = "none"
                runtime = "runc"
                """);
        machine.write("/run/storage.conf", """
                [storage]
                driver = "vfs"
                runroot = "/run/podman"
                graphroot = "/run/podman-storage"
                """);
        machine.run("mkdir", "-p", "/run/home");
    }

    @AfterEach
    void end() throws Exception {
        if (machine != null) {
            machine.close();
        }
    }

    private static String[] podmanRun(String name, String... more) {
        List<String> command = new ArrayList<>(List.of("podman", "run", "--name", name));
        command.addAll(List.of(more));
        command.addAll(List.of("--rootfs", "/run/rootfs", "/bin/busybox", "httpd", "-f", "-h", "/www/" + name));
        return command.toArray(String[]::new);
    }

    private String fetched(String from, String host) {
        return machine.run("podman", "exec", from, "/bin/busybox", "wget", "-q", "-O", "-", "http://" + host + "/");
    }

    /** What podman says of a container that runs. */
    private JsonNode inspect(String name) {
        return machine.json("podman", "inspect", name).get(0);
    }

    private void awaitServer(String host) {
        Poll.until(
                PATIENCE,
                () -> machine.attempt("curl", "-s", "--max-time", "5", "http://" + host + "/")
                                .exitCode()
                        == 0,
                () -> "nobody answers at " + host);
    }

    @Test
    void containersOfPodmanTalkWhateverDiesAndLeaveNothing() throws Exception {
        try (MachineAgent agent = MachineAgent.serving(machine, "10.9.0.0/24", "fd00:9::/64")) {
            assertThat(machine.run("podman", "network", "ls", "--format", "{{.Name}} {{.Driver}}"))
                    .contains("fairlead fairlead-cni\n");
            assertThat(machine.json("podman", "network", "inspect", "fairlead")
                            .at("/0/name")
                            .asText())
                    .isEqualTo("fairlead");

            machine.run(podmanRun("one", "--detach"));
            Started podman =
                    machine.begin(podmanRun("two", "--network", "fairlead:ip=10.9.0.77,mac=02:00:00:00:00:77"));
            Poll.until(PATIENCE, () -> isRunning("two"), () -> machine.run("podman", "ps", "--all"));
            JsonNode one = inspect("one").at("/NetworkSettings/Networks/fairlead");
            String ipv4 = one.get("IPAddress").asText();
            String ipv6 = one.get("GlobalIPv6Address").asText();
            long processOne = inspect("one").at("/State/Pid").asLong();
            assertThat(List.of(ipv4, ipv6))
                    .containsExactly(machine.address(processOne, "inet"), machine.address(processOne, "inet6"));
            assertThat(one.get("Gateway").asText()).isEqualTo("10.9.0.1");
            long processTwo = inspect("two").at("/State/Pid").asLong();
            assertThat(machine.address(processTwo, "inet")).isEqualTo("10.9.0.77");
            assertThat(machine.json(
                                    "nsenter",
                                    "--net=/proc/" + processTwo + "/ns/net",
                                    "ip",
                                    "-j",
                                    "link",
                                    "show",
                                    "eth0")
                            .at("/0/address")
                            .asText())
                    .isEqualTo("02:00:00:00:00:77");
            awaitServer(ipv4);
            assertThat(fetched("two", ipv4)).isEqualTo("this is one\n");
            assertThat(fetched("two", "[" + ipv6 + "]")).isEqualTo("this is one\n");

            Started.signal("KILL", MachineAgent.child(podman)); // a podman that dies takes no container along
            podman.exitCode();
            podman.close();
            agent.end("KILL");
            assertThat(fetched("two", ipv4)).as("without an agent").isEqualTo("this is one\n");
            Ran refused = machine.attempt(podmanRun("three", "--detach"));
            assertThat(refused.exitCode()).isNotZero();
            assertThat(refused.err()).contains("Fairlead's agent can't be reached");
            agent.begin();
            assertThat(fetched("two", ipv4)).as("with a new one").isEqualTo("this is one\n");

            machine.run("podman", "restart", "--time", "0", "one");
            awaitServer(inspect("one")
                    .at("/NetworkSettings/Networks/fairlead/IPAddress")
                    .asText());
            machine.run("podman", "rm", "--all", "--force", "--time", "0");
            agent.assertNothingLeft(List.of(ipv4, "10.9.0.77"));
            Poll.until(
                    PATIENCE,
                    () -> machine.programs().equals(Set.of("pause", "java")),
                    () -> machine.programs().toString());
            agent.leave();
        }
    }

    private boolean isRunning(String name) {
        Ran inspected = machine.attempt("podman", "inspect", "--format", "{{.State.Running}}", name);
        return inspected.exitCode() == 0 && inspected.out().equals("true\n");
    }

    /** As soon as the configuration says that the agent can do it. */
    @Test
    void aPublishedPortLeadsToItsContainer() throws Exception {
        try (MachineAgent agent = MachineAgent.serving(machine, "10.9.0.0/24", "fd00:9::/64")) {
            if (!machine.run("cat", "/etc/cni/net.d/10-fairlead.conflist").contains("portMappings")) {
                String reason = "SKIPPED: the agent's configuration doesn't declare portMappings yet";
                System.out.println(reason);
                Assumptions.abort(reason);
            }
            machine.run(podmanRun("one", "--detach", "--publish", "8080:80"));
            awaitServer(inspect("one")
                    .at("/NetworkSettings/Networks/fairlead/IPAddress")
                    .asText());
            assertThat(machine.run("curl", "-sS", "--max-time", "5", "http://127.0.0.1:8080/"))
                    .isEqualTo("this is one\n");
            assertThat(machine.run("curl", "-sS", "--max-time", "5", "http://10.9.0.1:8080/"))
                    .isEqualTo("this is one\n");
            machine.run("podman", "rm", "--force", "--time", "0", "one");
            assertThat(machine.attempt("curl", "-s", "--max-time", "5", "http://127.0.0.1:8080/")
                            .exitCode())
                    .as("refused")
                    .isEqualTo(7);
            agent.leave();
        }
    }
}
