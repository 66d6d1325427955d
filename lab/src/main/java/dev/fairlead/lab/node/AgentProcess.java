package dev.fairlead.lab.node;

import dev.fairlead.agent.CniCaller;
import dev.fairlead.agent.TraceCaller;
import dev.fairlead.cluster.Progress;
import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.trace.observe.Eyes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code ./fairlead agent} as a process of its own in a node's network namespace, with the commands that an operator would use. One that
 * ends is started again, as a service manager would do it. A thread of its own waits for that end.
 */
public final class AgentProcess implements LabAgent {
    private static final Logger LOG = LoggerFactory.getLogger(AgentProcess.class);
    private static final Duration TO_START = Duration.ofSeconds(60);
    private static final Duration TO_END = Duration.ofSeconds(3);
    private static final Duration WATCH = Duration.ofDays(1);
    /** The wait before a restart doubles up to this, and is the first again when the agent has run for as long. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final long PAUSE_NANOS = 5_000_000;
    private static final int O_WRONLY_CREAT_APPEND = 1 | 0x40 | 0x400;

    /**
     * How it is started.
     *
     * @param launcher {@code ./fairlead} of the checkout
     * @param directory the node's, for its files
     * @param kubeconfig by which it reaches the API from its namespace
     * @param log where its output goes
     */
    public record Means(Path launcher, Path directory, Path kubeconfig, Path log, int mtu) {}

    private final NodeSlot slot;
    private final Sandbox sandbox;
    private final Means means;
    private final Thread watcher;
    private volatile Child child;
    private volatile boolean closed;

    private AgentProcess(NodeSlot slot, Sandbox sandbox, Means means) {
        this.slot = slot;
        this.sandbox = sandbox;
        this.means = means;
        this.child = spawn();
        this.watcher =
                Thread.ofPlatform().daemon().name("agent-of-" + slot.name()).unstarted(this::keepRunning);
    }

    /** Begins to start it. */
    public static AgentProcess start(NodeSlot slot, Sandbox sandbox, Means means) {
        try {
            Files.createDirectories(means.directory().resolve("bin"));
            Files.createDirectories(means.directory().resolve("net.d"));
            Files.deleteIfExists(conflist(means)); // of the agent before a node was stopped: this one doesn't serve yet
        } catch (IOException e) {
            throw new UncheckedIOException("could not make the directories of " + slot.name(), e);
        }
        AgentProcess started = new AgentProcess(slot, sandbox, means);
        started.watcher.start();
        return started;
    }

    /** Where the agent puts its CNI configuration once it serves. */
    public Path conflist() {
        return conflist(means);
    }

    private static Path conflist(Means means) {
        return means.directory().resolve("net.d/10-fairlead.conflist");
    }

    /** Waits until it has told the runtime that pods can start, by its configuration. */
    public void awaitServing() {
        long deadline = System.nanoTime() + TO_START.toNanos();
        while (!Files.exists(conflist())) {
            if (closed || System.nanoTime() - deadline >= 0) {
                throw new LabRefusal("the agent of " + slot.name() + " did not begin to serve within "
                        + TO_START.toSeconds() + " s; what it said is in the lab's log");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private List<String> arguments() {
        Path directory = means.directory();
        return List.of(
                "agent",
                "--kubeconfig=" + means.kubeconfig(),
                "--node-name=" + slot.name(),
                "--cni-bin-dir=" + directory.resolve("bin"),
                "--cni-conf-dir=" + directory.resolve("net.d"),
                "--cni-cache-dir=" + directory.resolve("cni-cache"),
                "--state-dir=" + directory.resolve("state"),
                "--socket=" + socket(),
                "--mtu=" + means.mtu());
    }

    private Path socket() {
        return means.directory().resolve("cni.sock");
    }

    private Child spawn() {
        Map<String, String> environment = new TreeMap<>(System.getenv());
        environment.put("FAIRLEAD_NO_BUILD", "1");
        try (Fd nothing = Fd.open(Path.of("/dev/null"), Fd.O_RDONLY);
                Fd log = Fd.open(means.log(), O_WRONLY_CREAT_APPEND)) {
            return Spawn.of(means.launcher(), arguments())
                    .withEnvironment(environment)
                    .withStreams(nothing, log, log)
                    .withSession()
                    .withBefore(new Setup.Join(sandbox.netns().fd(), Setup.NET))
                    .start();
        }
    }

    private void keepRunning() {
        Duration wait = FIRST_WAIT;
        long started = System.nanoTime();
        while (!closed) {
            if (child.await(WATCH).isPresent() && !closed) {
                if (System.nanoTime() - started > LONGEST_WAIT.toNanos()) {
                    wait = FIRST_WAIT;
                }
                LOG.warn("the agent of {} has ended and is started again in {} s", slot.name(), wait.toSeconds());
                LockSupport.parkNanos(wait.toNanos());
                wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
                restart();
                started = System.nanoTime();
            }
        }
    }

    private synchronized void restart() {
        if (!closed) {
            child.close();
            child = spawn();
        }
    }

    @Override
    public boolean awaitFollowed(Progress wanted, Duration patience) {
        return CniCaller.awaitFollowed(socket(), wanted, patience);
    }

    @Override
    public Eyes.Opening eyes() {
        return TraceCaller.opening(slot.name(), socket());
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        LockSupport.unpark(watcher);
        child.signal(Child.SIGTERM);
        if (child.await(TO_END).isEmpty()) {
            child.killSession();
        }
        try {
            watcher.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        child.close();
    }
}
