package dev.fairlead.bench;

import dev.fairlead.cni.protocol.NetConfList;
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
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code ./fairlead agent} as an operator starts it: a process of its own in a node, with a JVM and options of its own, and
 * its plugin installed.
 */
final class AgentProgram implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = 10_000_000;

    private final Path directory;
    private final Path socket;
    private final Child process;

    private AgentProgram(Path directory, Path socket, Child process) {
        this.directory = directory;
        this.socket = socket;
        this.process = process;
    }

    /** Whether there is a build that the launcher can start without making one. */
    static boolean isBuilt(Place place) {
        return Files.isReadable(place.home().resolve(".fairlead/current"));
    }

    /** Returns when it serves. Its files are in a directory of its own on {@link Place#disk}. */
    static AgentProgram start(Place place, Netns node) {
        try {
            Path directory = Files.createTempDirectory(place.disk(), "agent-");
            Path socket = place.sockets().resolve("agent.sock");
            AgentProgram agent = new AgentProgram(directory, socket, process(place, node, directory, socket));
            try {
                agent.awaitServing();
                return agent;
            } catch (RuntimeException | IOException e) {
                agent.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not start an agent with its files in " + place.disk(), e);
        }
    }

    private static Child process(Place place, Netns node, Path directory, Path socket) throws IOException {
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
        }
    }

    /** Its configuration is there only once it serves. */
    private void awaitServing() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(configuration()) || !serves()) {
            if (!process.isRunning() || System.nanoTime() - deadline >= 0) {
                throw new IllegalStateException(
                        "the agent did not start: " + Files.readString(directory.resolve("log")));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private boolean serves() {
        try (UnixSocket _ = UnixSocket.connect(socket.toString())) {
            return true;
        } catch (SyscallException e) {
            return false;
        }
    }

    private Path configuration() {
        return directory.resolve("net.d/10-fairlead.conflist");
    }

    /** The network as it told it to the runtime. */
    NetConfList list() {
        try {
            return NetConfList.read(Files.readAllBytes(configuration()));
        } catch (IOException e) {
            throw new UncheckedIOException("could not read what the agent installed", e);
        }
    }

    /** Where it installed its plugin. */
    Path bin() {
        return directory.resolve("bin");
    }

    /** On the same disk as what it keeps, and nobody else's. */
    Path directory() {
        return directory;
    }

    Path socket() {
        return socket;
    }

    /** Resident, in bytes. */
    long memory() {
        return Memory.resident(process.pid());
    }

    @Override
    public void close() {
        process.signal(Child.SIGTERM);
        if (process.await(PATIENCE).isEmpty()) {
            process.killSession();
        }
        process.close();
    }
}
