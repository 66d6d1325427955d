package dev.fairlead.bench;

import dev.fairlead.agent.LeaseBook;
import dev.fairlead.agent.NodePlugins;
import dev.fairlead.cni.CniJson;
import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.protocol.PluginConf;
import dev.fairlead.cni.runtime.AttachmentParameters;
import dev.fairlead.cni.runtime.CniRuntime;
import dev.fairlead.cni.runtime.PluginExec;
import dev.fairlead.cni.runtime.PluginOutcome;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import dev.fairlead.plan.ipam.LeaseRequest;
import dev.fairlead.plan.ipam.Range;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The parts of an ADD and a DEL but for the wiring, each by itself. */
final class Parts implements Rounds.Contestant, AutoCloseable {
    static final String NAME = "parts";
    /** Executing a program that does nothing, as plugins are executed. */
    static final String PROCESS = "process";
    /** The runtime alone: the plugin answers at once. */
    static final String RUNTIME_ADD = "runtime ADD";

    static final String RUNTIME_DEL = "runtime DEL";
    static final String LEASE = "lease";
    static final String RELEASE = "release";
    /** A whole call that has nothing to do. */
    static final String STATUS = "STATUS";

    /** The same without the runtime's part: the plugin's process, started and waited for, with everything ready made. */
    static final String STATUS_ALONE = "STATUS of the plugin alone";
    /** As small a program as there is, so that what is left of {@link #STATUS_ALONE} is Fairlead's. */
    static final String EXEC_ALONE = "a static program that says its version";

    private static final Path NOTHING = Path.of("/bin/true");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final byte[] ANSWER = """
            {"cniVersion": "1.1.0", "interfaces": [
              {"name": "fl0", "mac": "0a:58:0a:f4:01:01", "mtu": 1500},
              {"name": "veth0123456789", "mac": "0a:58:0a:f4:01:03", "mtu": 1500},
              {"name": "eth0", "mac": "0a:58:0a:f4:01:02", "mtu": 1500, "sandbox": "/proc/1/fd/50"}],
             "ips": [{"address": "10.244.1.2/24", "gateway": "10.244.1.1", "interface": 2}],
             "routes": [{"dst": "0.0.0.0/0", "gw": "10.244.1.1"}], "dns": {}}""".getBytes(StandardCharsets.UTF_8);

    private final PluginExec plugins = NodePlugins.here();
    private final CniNode fairlead;
    private final Path program;
    private final Path idle;
    private final byte[] question;
    private final CniRuntime runtime;
    private final LeaseBook leases;
    private int round;

    /** @param fairlead whose agent is asked for its STATUS */
    Parts(Place place, CniNode fairlead) {
        this.fairlead = fairlead;
        PluginConf plugin = fairlead.list().plugins().getFirst();
        this.program = place.nativePrograms().resolve(plugin.type());
        this.idle = place.nativePrograms().resolve("pause");
        this.question =
                CniJson.bytes(plugin.json().deepCopy().put("name", "fairlead").put("cniVersion", "1.1.0"));
        PluginExec atOnce = (file, environment, stdin, timeout) ->
                new PluginOutcome.Exited(new PluginOutput(0, ANSWER, new byte[0]));
        Path directory = place.disk().resolve("parts");
        this.runtime = CniNode.runtime(atOnce, place.nativePrograms(), directory);
        this.leases = LeaseBook.open(directory, List.of(Range.of(Prefix.of("10.244.4.0/24"))));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void round(Rounds.Lap lap) {
        round++;
        fairlead.thread().run(() -> {
            process(lap);
            long start = System.nanoTime();
            fairlead.runtime().status(fairlead.list());
            lap.since(STATUS, start);
            alone(lap, STATUS_ALONE, program, List.of());
            alone(lap, EXEC_ALONE, idle, List.of("-v"));
        });
        runtime(lap);
        lease(lap);
    }

    private void process(Rounds.Lap lap) {
        long start = System.nanoTime();
        PluginOutcome outcome = plugins.execute(NOTHING, Map.of("PATH", Place.SEARCH_PATH), ANSWER, PATIENCE);
        lap.since(PROCESS, start);
        if (!(outcome instanceof PluginOutcome.Exited)) {
            throw new IllegalStateException("could not execute " + NOTHING + ": " + outcome);
        }
    }

    /** What any caller pays, a shell or a program in C too: {@code posix_spawn} and waiting, nothing else. */
    private void alone(Rounds.Lap lap, String what, Path file, List<String> arguments) {
        try (Fd input = Fd.memory("plugin input");
                Fd nothing = Fd.open(Path.of("/dev/null"), Fd.O_RDWR)) {
            input.fill(question);
            Spawn spawn = Spawn.of(file, arguments)
                    .withEnvironment(Map.of("CNI_COMMAND", "STATUS", "CNI_PATH", "/"))
                    .withStreams(input, nothing, nothing);
            long start = System.nanoTime();
            Optional<Integer> exit = spawn.run(PATIENCE);
            lap.since(what, start);
            if (!exit.equals(Optional.of(0))) {
                throw new IllegalStateException(what + " of " + file + " failed: exit code " + exit);
            }
        }
    }

    private void runtime(Rounds.Lap lap) {
        AttachmentParameters pod = AttachmentParameters.of("pod-" + round, "/proc/1/fd/50", "eth0");
        long start = System.nanoTime();
        var unused = runtime.add(fairlead.list(), pod);
        lap.since(RUNTIME_ADD, start);
        start = System.nanoTime();
        runtime.del(fairlead.list(), pod);
        lap.since(RUNTIME_DEL, start);
    }

    private void lease(Rounds.Lap lap) {
        Attachment owner = new Attachment("fairlead", "pod-" + round, "eth0");
        long start = System.nanoTime();
        var unused = leases.lease(LeaseRequest.of(owner));
        lap.since(LEASE, start);
        start = System.nanoTime();
        leases.release(owner);
        lap.since(RELEASE, start);
    }

    @Override
    public void close() {
        leases.close();
    }
}
