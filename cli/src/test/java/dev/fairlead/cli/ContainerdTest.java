package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Poll;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * {@code ctr run --cni} of Debian's containerd and runc on the network of {@code ./fairlead agent}, both with their usual
 * paths. {@code ctr}, {@code ip} and {@code nft} judge, and {@code busybox} in the containers.
 *
 * <pre>
 *   one: eth0 ── fl0 :machine of the test (no way out): agent, containerd
 *   two: eth0 ──┘
 * </pre>
 */
@HostUnchanged
class ContainerdTest {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private RuntimeMachine machine;
    private Started containerd;

    @BeforeEach
    void start() throws Exception {
        machine = RuntimeMachine.start("containerd", "ctr", "runc", "ip", "nft", "curl", "ping");
        machine.write("/run/containerd.toml", """
                version = 2
                root = "/run/containerd-root"
                disabled_plugins = ["io.containerd.grpc.v1.cri"]
                """);
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

    /** In the foreground: {@code ctr} waits for the container's end, and then calls DEL. */
    private Started foreground(String name) throws Exception {
        return machine.begin(
                "ctr",
                "run",
                "--rm",
                "--cni",
                "--cpu-shares=0", // there are no controllers here
                "--rootfs",
                "/run/rootfs",
                name,
                "/bin/busybox",
                "httpd",
                "-f",
                "-h",
                "/www/" + name);
    }

    private Ran detached(String name) {
        return machine.attempt(
                "ctr",
                "run",
                "--detach",
                "--cni",
                "--cpu-shares=0",
                "--rootfs",
                "/run/rootfs",
                name,
                "/bin/busybox",
                "sleep",
                "200");
    }

    private void delete(String name) {
        machine.run("ctr", "task", "kill", "--signal=KILL", name);
        Poll.until(
                PATIENCE,
                () -> machine.attempt("ctr", "task", "rm", name).exitCode() == 0,
                () -> machine.run("ctr", "task", "ls"));
        machine.run("ctr", "container", "rm", name);
    }

    /** The process of a container that runs, by its line of {@code ctr task ls}. */
    private long process(String name) {
        return Poll.value(
                PATIENCE,
                () -> machine.run("ctr", "task", "ls")
                        .lines()
                        .map(line -> line.split(" +", -1))
                        .filter(columns -> columns[0].equals(name) && columns[2].equals("RUNNING"))
                        .map(columns -> Long.parseLong(columns[1]))
                        .findFirst(),
                () -> machine.run("ctr", "task", "ls"));
    }

    /** What a container's own web client gets. */
    private String fetched(String from, String host) {
        return machine.run(
                "ctr",
                "task",
                "exec",
                "--exec-id=" + System.nanoTime(),
                from,
                "/bin/busybox",
                "wget",
                "-q",
                "-O",
                "-",
                "http://" + host + "/");
    }

    private String fetchedByTheNode(String host) {
        return machine.run("curl", "-sS", "--max-time", "5", "http://" + host + "/");
    }

    @Test
    void containersOfCtrTalkWhateverDiesAndLeaveNothing() throws Exception {
        try (MachineAgent agent = MachineAgent.serving(machine, "10.9.0.0/24", "fd00:9::/64");
                Started one = foreground("one");
                Started two = foreground("two")) {
            long processOne = process("one");
            String ipv4 = machine.address(processOne, "inet");
            String ipv6 = "[" + machine.address(processOne, "inet6") + "]";
            String other = machine.address(process("two"), "inet");
            assertThat(ipv4).startsWith("10.9.0.").isNotEqualTo(other);
            Poll.until(
                    PATIENCE,
                    () -> machine.attempt("curl", "-s", "http://" + ipv4).exitCode() == 0,
                    () -> "the server of one");

            assertThat(fetched("two", ipv4)).isEqualTo("this is one\n");
            assertThat(fetched("two", ipv6)).isEqualTo("this is one\n");
            assertThat(fetched("one", "127.0.0.1")).isEqualTo("this is one\n");
            assertThat(fetchedByTheNode(ipv6)).isEqualTo("this is one\n");
            machine.run(
                    "ctr", "task", "exec", "--exec-id=ping", "two", "/bin/busybox", "ping", "-c1", "-W5", "10.9.0.1");

            agent.end("KILL");
            assertThat(fetched("two", ipv4)).as("without an agent").isEqualTo("this is one\n");
            agent.begin();
            assertThat(fetched("two", ipv4)).as("with a new one").isEqualTo("this is one\n");

            machine.run("ctr", "task", "kill", "--signal=KILL", "one");
            assertThat(one.exitCode()).as("as the container's").isEqualTo(137);
            assertThat(machine.json("ip", "-j", "link", "show", "master", "fl0"))
                    .hasSize(1);
            assertThat(machine.files("/var/lib/cni/results")).containsExactly("fairlead-default-two-eth0");

            Started.signal("KILL", MachineAgent.child(two));
            assertThat(two.exitCode()).isEqualTo(137);
            assertThat(fetchedByTheNode(other))
                    .as("ctr is dead, its container isn't")
                    .isEqualTo("this is two\n");
            delete("two");
            machine.run(
                    "rm", "/var/lib/cni/results/fairlead-default-two-eth0"); // libcni's, and ctr never comes back to it
            agent.awaitLinks(); // the kernel clears up after a dead namespace on its own time
            agent.end("TERM");
            agent.begin(); // it compares with the kernel, now and every minute
            agent.assertNothingLeft(List.of(ipv4, other));
            Poll.until(
                    PATIENCE,
                    () -> machine.programs().equals(Set.of("pause", "java", "containerd")),
                    () -> machine.programs().toString());
            agent.leave();
        }
    }

    /** {@code ctr run --detach} never calls DEL. The one address of this node comes back all the same. */
    @Test
    void whatCtrForgetsIsFoundByTheAgent() throws Exception {
        try (MachineAgent agent = MachineAgent.serving(machine, "10.9.0.0/30")) {
            detached("one").ok();
            assertThat(machine.address(process("one"), "inet")).isEqualTo("10.9.0.2");
            Ran refused = detached("two");
            assertThat(refused.exitCode()).isNotZero();
            assertThat(refused.err()).contains("fairlead-cni").contains("no free address");
            delete("two");
            delete("one");

            agent.awaitLinks();
            agent.end("TERM");
            agent.begin();
            detached("three").ok();
            assertThat(machine.address(process("three"), "inet")).isEqualTo("10.9.0.2");
            delete("three");
        }
    }
}
