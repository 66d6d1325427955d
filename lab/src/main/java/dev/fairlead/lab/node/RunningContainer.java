package dev.fairlead.lab.node;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.ChildStreams;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.sys.Fd;
import dev.fairlead.lab.log.ContainerLog;
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
import java.time.InstantSource;
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
    private volatile Optional<ContainerLog> log = Optional.empty();
    private volatile Optional<ContainerLog> previousLog = Optional.empty();
    private int runs;

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
            Spawn program = HostProcess.spawn(
                    command.argv(),
                    environment(hasTerminal()),
                    Path.of(command.workingDir().isEmpty() ? "/" : command.workingDir()),
                    hasOwnView());
            HostProcess started = HostProcess.start(
                    sandbox.inside(program, pod.volumes().mounts(container)),
                    written("stdin"),
                    hasTerminal(),
                    newLog());
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

    private Map<String, String> environment(boolean terminal) {
        Map<String, String> environment = environment();
        if (terminal) {
            environment.putIfAbsent("TERM", "xterm"); // as container runtimes do
        }
        return environment;
    }

    /** Whether the manifest sets this of the fields {@code stdin}, {@code stdinOnce} and {@code tty}. */
    private boolean written(String field) {
        JsonNode spec = pod.pod().spec().original();
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode candidate : spec.path(list)) {
                if (candidate.path("name").asText().equals(name())) {
                    return candidate.path(field).asBoolean();
                }
            }
        }
        return false;
    }

    /** Of the earlier runs the last one's log is kept, as the kubelet does. */
    private ContainerLog newLog() {
        previousLog.ifPresent(ContainerLog::delete);
        previousLog = log;
        ContainerLog begun = ContainerLog.create(
                pod.means().logs().resolve(pod.containerId() + "_" + name() + "_" + runs++ + ".log"),
                InstantSource.system());
        log = Optional.of(begun);
        return begun;
    }

    /** What its run has printed so far, or its last one; only a process of the host prints. */
    public Optional<ContainerLog> log() {
        return log;
    }

    /** What the run before that printed. */
    public Optional<ContainerLog> previousLog() {
        return previousLog;
    }

    /** Its pod is gone; who is reading reads on to the end. */
    void removeLogs() {
        log.ifPresent(ContainerLog::delete);
        previousLog.ifPresent(ContainerLog::delete);
    }

    /** The input and terminal of its process, where it runs and has them. */
    public Optional<ChildStreams> console() {
        return process.map(HostProcess::streams);
    }

    /** Whether it runs on a terminal. */
    private boolean hasTerminal() {
        return written("tty");
    }

    /** Whether its input ends with the first who fed it. */
    public boolean isFedOnce() {
        return written("stdinOnce");
    }

    /** Whether this process is the one that runs it now. */
    boolean isRunBy(HostProcess one) {
        return process.isPresent() && process.get() == one;
    }

    public boolean isRunning() {
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
        Spawn spawn = beside(command, environment(), "/");
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

    /**
     * Starts a program beside it, with what it sees, in its directory, and leaves it to the caller.
     *
     * @param input whether it can be fed
     * @param terminal whether it gets a terminal of its own
     * @throws IllegalArgumentException when there is no such program
     * @throws dev.fairlead.kernel.KernelException when the kernel refuses
     */
    public ChildStreams exec(List<String> command, boolean input, boolean terminal, ChildStreams.Listener listener) {
        String directory = container.workingDir().isEmpty() ? "/" : container.workingDir();
        return HostProcess.converse(beside(command, environment(terminal), directory), input, terminal, listener);
    }

    private Spawn beside(List<String> command, Map<String, String> environment, String directory) {
        Sandbox sandbox = pod.sandbox().orElseThrow(() -> new IllegalStateException("the pod has no namespaces"));
        List<Setup> mounts = process.filter(_ -> hasOwnView())
                .<List<Setup>>map(own -> List.of(new Setup.Join(own.process().descriptor(), Setup.MOUNT)))
                .orElse(List.of());
        return sandbox.inside(HostProcess.spawn(command, environment, Path.of(directory), !mounts.isEmpty()), mounts);
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
