package dev.fairlead.lab.node;

import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.lab.manifest.Workload;
import dev.fairlead.lab.model.Container;
import dev.fairlead.lab.model.ContainerPort;
import dev.fairlead.lab.workload.Running;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One container of a running pod, which may be started again and again: a process of the host or a built-in workload.
 * Started and ended under its pod's lock; the rest is for any thread.
 */
public final class RunningContainer {
    /** Of a built-in workload that was ended, as of a process that SIGTERM ended. */
    static final int TERMINATED = 143;

    private static final int MOST_OUTPUT = 10 * 1024;

    private final RunningPod pod;
    private final Container container;
    private volatile Optional<HostProcess> process = Optional.empty();
    private volatile Optional<Running> builtIn = Optional.empty();
    private volatile Map<String, String> variables = Map.of();

    RunningContainer(RunningPod pod, Container container) {
        this.pod = pod;
        this.container = container;
    }

    public String name() {
        return container.name();
    }

    /** As the pod's spec has it. */
    public Container container() {
        return container;
    }

    /**
     * Starts it.
     *
     * @param resolved the container with its variables written out
     * @return the process; none for a built-in workload
     */
    Optional<HostProcess> start(Container resolved) {
        Workload workload = Workload.of(resolved);
        Sandbox sandbox = pod.sandbox().orElseThrow();
        if (workload instanceof Workload.HostCommand command) {
            variables = command.env();
            HostProcess started = HostProcess.start(
                    sandbox,
                    command.argv(),
                    environment(),
                    Path.of(command.workingDir().isEmpty() ? "/" : command.workingDir()),
                    log(),
                    pod.volumes().mounts(container));
            process = Optional.of(started);
        } else {
            builtIn = Optional.of(pod.means().builtIn().start(sandbox.netns(), pod.pod(), workload));
        }
        return process;
    }

    /** What a process of this container gets: the lab's own variables, the pod's name, the manifest's. */
    public Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>(pod.means().environment());
        environment.put("HOSTNAME", pod.hostname());
        environment.putAll(variables);
        return environment;
    }

    /** What it prints; only a process of the host prints. */
    public Path log() {
        return pod.means().logs().resolve(pod.containerId() + "_" + container.name() + ".log");
    }

    /** Whether this process is the one that runs it now. */
    boolean isRunBy(HostProcess one) {
        return process.isPresent() && process.get() == one;
    }

    boolean isRunning() {
        return process.isPresent() || builtIn.isPresent();
    }

    /** Its process has ended. */
    void forget() {
        process.ifPresent(HostProcess::close);
        process = Optional.empty();
    }

    /** Asks it to end; a built-in workload ends at once. */
    void terminate() {
        builtIn.ifPresent(Running::close);
        builtIn = Optional.empty();
        process.ifPresent(HostProcess::terminate);
    }

    /** Waits for its end after {@link #terminate}, and ends it where it takes longer. */
    void awaitEnd(Duration patience) {
        process.ifPresent(running -> running.end(patience));
    }

    /** The number that a port of a probe means. */
    Optional<Integer> port(String port) {
        for (ContainerPort one : container.ports()) {
            if (one.name().equals(port)) {
                return Optional.of(one.containerPort());
            }
        }
        return port.matches("[0-9]{1,5}") ? Optional.of(Integer.parseInt(port)) : Optional.empty();
    }

    /** Runs a program beside it, with what it sees, and waits for that. */
    Questions.Ran run(List<String> command, Duration patience) {
        Sandbox sandbox = pod.sandbox().orElseThrow(() -> new IllegalStateException("the pod has no namespaces"));
        List<Setup> mounts = process.filter(_ -> hasOwnView())
                .<List<Setup>>map(own -> List.of(new Setup.Join(own.process().descriptor(), Setup.MOUNT)))
                .orElse(List.of());
        Spawn spawn =
                sandbox.inside(HostProcess.spawn(command, environment(), Path.of("/"), !mounts.isEmpty()), mounts);
        try (Fd nothing = Fd.open(Path.of("/dev/null"), Fd.O_RDWR);
                Fd output = Fd.memory("output of " + command.getFirst())) {
            Optional<Integer> code = spawn.withStreams(nothing, output, output).run(patience);
            byte[] printed;
            try (var in = Files.newInputStream(output.path())) {
                printed = in.readNBytes(MOST_OUTPUT);
            }
            return new Questions.Ran(code, new String(printed, StandardCharsets.UTF_8).stripTrailing());
        } catch (IOException e) {
            throw new UncheckedIOException("could not read what " + command.getFirst() + " printed", e);
        }
    }

    /** Whether it sees files that the other containers of its pod don't: its volumes. */
    private boolean hasOwnView() {
        return !container.mounts().isEmpty();
    }

    /** The process whose mount namespace is this container's, as the host counts; where there is none, the pod's is. */
    public Optional<Integer> viewPid() {
        return process.filter(_ -> hasOwnView()).map(own -> HostView.pid(own.process()));
    }

    /** The process of a container of image {@code host}, as the lab counts processes; a built-in workload has none. */
    public Optional<Integer> pid() {
        return process.map(HostProcess::process).map(Child::pid);
    }

    /** One line on what a built-in workload has done; empty for a process. */
    public String summary() {
        return builtIn.map(Running::summary).orElse("");
    }
}
