package dev.fairlead.bench;

import dev.fairlead.agent.NodePlugins;
import dev.fairlead.bench.Comparison.Row;
import dev.fairlead.bench.Rounds.Contestant;
import dev.fairlead.bench.Rounds.Lap;
import dev.fairlead.bench.Rounds.Results;
import dev.fairlead.cni.protocol.NetConfList;
import dev.fairlead.cni.runtime.CniRuntime;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.UnixSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code ./fairlead agent} as an operator starts it: a process of its own, in a node of its own each round, that is filled
 * with pods through its installed plugin. What memory it holds then is its own and nobody else's.
 *
 * @param full how many pods, at most 250
 */
record AgentProcess(Place place, int full) implements Contestant {
    private static final String EMPTY = "no pods";
    private static final String FULL = "full";
    private static final String ADD = "ADD";
    private static final double LIMIT_MEGABYTES = 120;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = 10_000_000;

    /** Whether there is a build that the launcher can start without making one. */
    static boolean isBuilt(Place place) {
        return Files.isReadable(place.home().resolve(".fairlead/current"));
    }

    Report measure(int runs, Progress progress) {
        Results results = new Rounds("an agent of its own", 0, runs, progress).of(List.of(this));
        Samples memory = results.of(name(), FULL);
        Comparison resident = Comparison.of("an agent's process, resident memory", Unit.MEGABYTES, "")
                .with(Row.of("no pods yet", results.of(name(), EMPTY)))
                .with(Row.of(full + " pods", memory));
        Comparison adds = Comparison.of("an agent's process, just started", Unit.MILLISECONDS, "")
                .with(Row.of("its first ADD", results.of(name(), ADD + 0)))
                .with(Row.of("median of its first " + full + " ADDs", results.of(name(), ADD)));
        return new Report(
                List.of(resident, adds),
                List.of(Goal.of("memory of an agent with " + full + " pods", memory, Unit.MEGABYTES, LIMIT_MEGABYTES)));
    }

    @Override
    public String name() {
        return "agent";
    }

    @Override
    public void round(Lap lap) {
        try (Owned owned = new Owned()) {
            Netns node = Netns.create();
            owned.add(node::close);
            NodeThread inNode = NodeThread.start(node);
            owned.add(inNode::close);
            Path directory = Files.createTempDirectory(place.disk(), "agent-");
            Path socket = place.sockets().resolve("agent.sock");
            Child agent = start(node, directory, socket);
            owned.add(() -> end(agent));
            awaitServing(agent, directory, socket);
            lap.took(EMPTY, Memory.resident(agent.pid()) / 1e6);
            Pods pods = Pods.make(full);
            owned.add(pods::close);
            fill(lap, inNode, pods, directory);
            lap.took(FULL, Memory.resident(agent.pid()) / 1e6);
        } catch (IOException e) {
            throw new UncheckedIOException("could not make a directory for an agent in " + place.disk(), e);
        }
    }

    private void fill(Lap lap, NodeThread inNode, Pods pods, Path directory) throws IOException {
        NetConfList list = NetConfList.read(Files.readAllBytes(directory.resolve("net.d/10-fairlead.conflist")));
        CniRuntime runtime = CniNode.runtime(NodePlugins.here(), directory.resolve("bin"), directory);
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < full; i++) {
            Pods.Pod pod = pods.next();
            times.add(inNode.call(() -> {
                long start = System.nanoTime();
                var unused = runtime.add(list, pod.parameters());
                return (System.nanoTime() - start) / 1e6;
            }));
        }
        lap.took(ADD + 0, times.getFirst());
        lap.took(ADD, new Samples(times).median());
    }

    private Child start(Netns node, Path directory, Path socket) {
        List<String> arguments = List.of(
                "agent",
                "--node-name=bench",
                "--pod-cidr=10.244.1.0/24",
                "--cni-bin-dir=" + directory.resolve("bin"),
                "--cni-conf-dir=" + directory.resolve("net.d"),
                "--state-dir=" + directory.resolve("state"),
                "--socket=" + socket);
        TreeMap<String, String> environment = new TreeMap<>(System.getenv());
        environment.put("FAIRLEAD_NO_BUILD", "1");
        try (Fd nothing = Fd.open(Path.of("/dev/null"), Fd.O_RDONLY);
                Fd log = Fd.open(Files.createFile(directory.resolve("log")), Fd.O_RDWR)) {
            return Spawn.of(place.home().resolve("fairlead"), arguments)
                    .withEnvironment(environment)
                    .withStreams(nothing, log, log)
                    .withSession()
                    .withBefore(new Setup.Join(node.fd(), Setup.NET))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("could not make a log for an agent in " + directory, e);
        }
    }

    /** Its configuration is there only once it serves. */
    private static void awaitServing(Child agent, Path directory, Path socket) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(directory.resolve("net.d/10-fairlead.conflist")) || !serves(socket)) {
            if (!agent.isRunning() || System.nanoTime() - deadline >= 0) {
                throw new IllegalStateException(
                        "the agent did not start: " + Files.readString(directory.resolve("log")));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static boolean serves(Path socket) {
        try (UnixSocket _ = UnixSocket.connect(socket.toString())) {
            return true;
        } catch (SyscallException e) {
            return false;
        }
    }

    private static void end(Child agent) {
        agent.signal(Child.SIGTERM);
        if (agent.await(PATIENCE).isEmpty()) {
            agent.killSession();
        }
        agent.close();
    }
}
