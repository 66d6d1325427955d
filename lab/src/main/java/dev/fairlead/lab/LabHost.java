package dev.fairlead.lab;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.kernel.sys.Linux;
import dev.fairlead.lab.door.LabDoor;
import dev.fairlead.lab.door.LabName;
import dev.fairlead.lab.door.LabRefusal;
import dev.fairlead.lab.model.LabPicture;
import dev.fairlead.lab.model.Manifest;
import dev.fairlead.lab.model.PodStatus;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * The process of a lab, from its first step inside the namespaces that the launcher made to its end: its files, its door,
 * the lab itself. What it writes is on a tmpfs of its own (docs/decisions/0002).
 */
public final class LabHost implements AutoCloseable {
    static final Path LOG = LabNodes.RUN.resolve("lab.log");
    private static final int O_WRONLY_CREAT_APPEND = 1 | 0x40 | 0x400;
    /** How long the other pods are waited for when one has failed. */
    private static final Duration OTHERS = Duration.ofSeconds(10);

    private final LabDoor door;
    private final Lab lab;
    private final LabServer server;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LabHost(LabDoor door, Lab lab) {
        this.door = door;
        this.lab = lab;
        this.server = new LabServer(lab);
    }

    /**
     * Brings a lab back that was stopped, or killed. To be called as {@link #start}.
     *
     * @throws dev.fairlead.lab.door.LabRefusal when a lab of this name runs, or what it kept can't be read
     */
    public static LabHost resume(LabOptions options, Map<String, String> environment) {
        return start(options, () -> LabMemory.resume(options.files().orElseThrow()), List.of(), environment);
    }

    /**
     * Makes a lab with these manifests applied. To be called inside the launcher's namespaces, once in a process.
     *
     * @throws dev.fairlead.lab.door.LabRefusal when a lab of this name runs, or the options can't work
     * @throws dev.fairlead.lab.model.ManifestException when a manifest can't be taken; then nothing is left
     */
    public static LabHost start(LabOptions options, List<Manifest> manifests, Map<String, String> environment) {
        List<Manifest> all = new ArrayList<>(List.of(LabDns.manifest(options.layout())));
        all.addAll(manifests);
        return start(options, () -> LabMemory.begin(options), all, environment);
    }

    private static LabHost start(
            LabOptions options,
            Supplier<LabMemory> remembering,
            List<Manifest> manifests,
            Map<String, String> environment) {
        LabDoor door = LabDoor.open(
                options.name().socket(LabName.ownerUid()), options.name().name());
        try {
            Netns.prepareJavaSockets();
            requireVisible(options);
            ownRunDirectory();
            warnIntoLog();
            LabMemory memory = remembering.get();
            try {
                return start(door, options, memory, manifests, environment);
            } catch (RuntimeException e) {
                if (!memory.resumed()) {
                    memory.forgetAtEnd();
                }
                memory.close();
                throw e;
            }
        } catch (RuntimeException e) {
            door.close();
            throw e;
        }
    }

    private static LabHost start(
            LabDoor door,
            LabOptions options,
            LabMemory memory,
            List<Manifest> manifests,
            Map<String, String> environment) {
        Lab lab = Lab.start(options, memory, environment);
        try {
            var unused = lab.apply(manifests);
            lab.serveApi();
            LabHost host = new LabHost(door, lab);
            door.serve(host.server);
            return host;
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    /** The lab mounts its own {@code /run}, and files below would be lost with it. */
    private static void requireVisible(LabOptions options) {
        options.files().ifPresent(files -> {
            if (files.directory().normalize().startsWith("/run")) {
                throw new LabRefusal("a lab can't keep its files in " + files.directory()
                        + ", since it has a /run of its own; set XDG_STATE_HOME to another directory");
            }
        });
    }

    private static void ownRunDirectory() {
        Setup.Mount.tmpfs(Path.of("/run")).apply();
        try {
            Files.createDirectories(LabNodes.RUN.resolve("logs"));
        } catch (IOException e) {
            throw new UncheckedIOException("could not make " + LabNodes.RUN, e);
        }
    }

    /**
     * Whoever starts a lab is told in one sentence what went wrong; what the lab's parts noticed on the way is in its log.
     * FAIRLEAD_DEBUG=1 shows it at once.
     */
    private static void warnIntoLog() {
        if ("1".equals(System.getenv("FAIRLEAD_DEBUG"))) {
            return;
        }
        try {
            System.setErr(new PrintStream(new FileOutputStream(LOG.toFile(), true), true, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("could not make the lab's log", e);
        }
    }

    public Lab lab() {
        return lab;
    }

    /** Where the lab's page is, or will be soon. */
    public String pageLink() {
        return lab.page.link();
    }

    /** Waits until every pod is ready and every node holds the routes and Services. @return whether it was in time */
    public boolean awaitReady(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        var unused = lab.await(picture -> Lab.isSettled(picture) || anyHasFailed(picture), patience);
        if (anyHasFailed(lab.picture())) {
            // The others are still at it: what is told of them afterwards is to be what became of them.
            Duration rest = Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
            unused = lab.await(LabHost::allHaveSaid, rest.compareTo(OTHERS) < 0 ? rest : OTHERS);
        }
        boolean ready = Lab.isSettled(lab.picture());
        if (lab.isEnding()) {
            return false;
        }
        for (var node : lab.nodes()) {
            ready &= lab.awaitFollowed(node, Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        }
        return ready;
    }

    private static boolean anyHasFailed(LabPicture picture) {
        return picture.pods().values().stream().anyMatch(pod -> hasFailed(pod.status()));
    }

    /** A pod that has said why it doesn't start won't be waited for. */
    private static boolean allHaveSaid(LabPicture picture) {
        return picture.pods().values().stream().allMatch(pod -> pod.status().isWell() || hasFailed(pod.status()));
    }

    private static boolean hasFailed(PodStatus status) {
        return status.phase() == PodStatus.Phase.FAILED || !status.reason().isEmpty();
    }

    /** Serves commands until one asks the lab to go down, and takes everything down. */
    public void serve() {
        lab.memory().settle();
        Thread hook = Thread.ofPlatform().name("lab-end").unstarted(this::close);
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            server.awaitDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    /**
     * Standard output and error become the lab's log, and standard input nothing: whoever waits for the end of the starter's
     * output gets it.
     */
    public void letGoOfTerminal() {
        System.out.flush();
        System.err.flush();
        try {
            if (!Files.exists(LOG)) {
                Files.createFile(LOG);
            }
            try (Fd nothing = Fd.open(Path.of("/dev/null"), Fd.O_RDONLY)) {
                Linux.call("let go of standard input", Linux.Call.DUP3, nothing.number(), 0, 0);
            }
            try (Fd file = Fd.open(LOG, O_WRONLY_CREAT_APPEND)) {
                for (int stream = 1; stream <= 2; stream++) {
                    Linux.call("print to " + LOG, Linux.Call.DUP3, file.number(), stream, 0);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not make the lab's log", e);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            lab.close();
            lab.memory().close();
            door.close();
        }
    }
}
