package dev.fairlead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.testkit.Poll;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code ./fairlead agent} in a {@link RuntimeMachine}, started as {@code docs/agent.md} tells people to, and what it leaves. */
final class MachineAgent implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final RuntimeMachine machine;
    private final String[] command;
    private Started running;

    private MachineAgent(RuntimeMachine machine, String[] command, Started running) {
        this.machine = machine;
        this.command = command;
        this.running = running;
    }

    static MachineAgent serving(RuntimeMachine machine, String... podCidrs) throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher(), "agent", "--node-name", "machine"));
        for (String podCidr : podCidrs) {
            command.addAll(List.of("--pod-cidr", podCidr));
        }
        String[] array = command.toArray(String[]::new);
        return new MachineAgent(machine, array, begin(machine, array));
    }

    private static String launcher() {
        return Started.HOME.resolve("fairlead").toString();
    }

    private static Started begin(RuntimeMachine machine, String[] command) throws IOException {
        Started started = machine.begin(command);
        String line = started.line();
        while (!line.startsWith("agent of node machine serves at ")) {
            line = started.line();
        }
        return started;
    }

    /** Ends it by a signal, and waits until it has ended. */
    void end(String signal) throws Exception {
        Started.signal(signal, child(running));
        running.exitCode();
        running.close();
    }

    void begin() throws Exception {
        running = begin(machine, command);
    }

    /** The program that {@code nsenter} started. */
    static long child(Started started) {
        return Poll.value(
                        PATIENCE,
                        () -> ProcessHandle.of(started.pid())
                                .flatMap(nsenter -> nsenter.children().findFirst()),
                        () -> "nsenter " + started.pid() + " has no child")
                .pid();
    }

    /** Waits until no pod is left of which the kernel has a link. */
    void awaitLinks() throws Exception {
        Poll.until(PATIENCE, () -> machine.links().equals(Set.of("fl0", "lo")), () -> machine.run("ip", "link"));
    }

    /** No link, no lease held by a namespace, no cached result of ours, and none of these addresses in a rule. */
    void assertNothingLeft(List<String> addresses) throws Exception {
        awaitLinks();
        assertThat(machine.files("/var/lib/cni/results")).isEmpty();
        assertThat(machine.files("/run/netns")).isEmpty();
        String rules = machine.run("nft", "list", "ruleset");
        for (String address : addresses) {
            assertThat(rules).doesNotContain(address + " ").doesNotContain(address + "\n");
        }
    }

    /** Ends it and takes Fairlead from the machine, which is then as it was. */
    void leave() throws Exception {
        end("TERM");
        assertThat(machine.attempt(launcher(), "agent", "--leave").exitCode()).isZero();
        assertThat(machine.links()).containsExactly("lo");
        assertThat(machine.run("nft", "list", "tables")).isEmpty();
        assertThat(machine.files("/etc/cni/net.d")).isSubsetOf("cni.lock"); // Podman's own
        assertThat(machine.files("/opt/cni/bin")).isEmpty();
        assertThat(machine.files("/var/lib")).doesNotContain("fairlead");
    }

    @Override
    public void close() throws IOException {
        running.close();
    }
}
