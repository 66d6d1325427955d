package dev.fairlead.lab.node;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.route.LinkSetting;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.kernel.sys.Fd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The namespaces of a pod or a node and the pause process that holds them: network, IPC, UTS, PID (pause is its process 1)
 * and mount (with a {@code /proc} and a {@code /sys} that show the pod). They last as long as pause runs.
 */
public final class Sandbox implements AutoCloseable {
    private static final int ALL = Setup.NET | Setup.IPC | Setup.UTS | Setup.PID | Setup.MOUNT;

    private final Child pause;
    private final Netns netns;

    private Sandbox(Child pause, Netns netns) {
        this.pause = pause;
        this.netns = netns;
    }

    /**
     * Makes them, and returns when {@code /proc} shows the pod. Nothing is in the network namespace yet but a loopback device
     * that is down.
     */
    public static Sandbox create(Path pauseProgram, String hostname) {
        return create(pauseProgram, hostname, List.of());
    }

    /** As {@link #create}. @param files mounts that everybody inside sees */
    static Sandbox create(Path pauseProgram, String hostname, List<Setup> files) {
        return create(pauseProgram, hostname, List.of(new Setup.Unshare(ALL), new Setup.Hostname(hostname)), files);
    }

    /** Makes those of a pod that is in its node's own network namespace ({@code hostNetwork}). */
    static Sandbox inNetworkOf(Sandbox node, Path pauseProgram, String hostname, List<Setup> files) {
        return create(
                pauseProgram,
                hostname,
                List.of(
                        new Setup.Join(node.pause.descriptor(), Setup.NET),
                        new Setup.Unshare(ALL & ~Setup.NET),
                        new Setup.Hostname(hostname)),
                files);
    }

    private static Sandbox create(Path pauseProgram, String hostname, List<Setup> namespaces, List<Setup> files) {
        List<Setup> setups = new ArrayList<>(namespaces);
        setups.addAll(files);
        Fd.Pipe ready = Fd.pipe("pause's output");
        try (Fd reading = ready.reading()) {
            Child pause = start(pauseProgram, ready.writing(), setups.toArray(Setup[]::new));
            try {
                String refused = new String(reading.readToEnd(), StandardCharsets.UTF_8).strip();
                if (!refused.isEmpty()) {
                    throw new IllegalStateException("the namespaces of " + hostname + " could not be made: " + refused);
                }
                return new Sandbox(pause, Netns.ofProcess(pause.pid()));
            } catch (RuntimeException e) {
                pause.kill();
                throw e;
            }
        }
    }

    private static Child start(Path pauseProgram, Fd output, Setup... setups) {
        try (Fd nothing = Fd.open(Path.of("/dev/null"), Fd.O_RDWR);
                output) {
            return Spawn.of(pauseProgram, List.of("--mount-proc"))
                    .withStreams(nothing, output, nothing)
                    .withSession()
                    .withBefore(setups)
                    .start();
        }
    }

    /** Brings the loopback device up, which is a runtime's task where no plugin does it. */
    void raiseLoopback() {
        try (Rtnetlink rtnetlink = Rtnetlink.open(netns)) {
            rtnetlink.links().set("lo", LinkSetting.up());
        }
    }

    public Child pause() {
        return pause;
    }

    public Netns netns() {
        return netns;
    }

    /** The path of the network namespace as processes inside the lab see it; it is given to CNI plugins. */
    public Path netnsPath() {
        return Path.of("/proc/" + pause.pid() + "/ns/net");
    }

    /** The path of the network namespace as the host sees it. */
    public String hostNetnsPath() {
        return "/proc/" + HostView.pid(pause) + "/ns/net";
    }

    /** Starts a process inside the pod. The streams stay the caller's to close. */
    public Child run(Spawn program, Fd input, Fd output, Fd error) {
        return inside(program, List.of()).withStreams(input, output, error).start();
    }

    /** A process inside the pod. @param more what is done there before it starts, such as mounts that only it sees */
    Spawn inside(Spawn program, List<Setup> more) {
        List<Setup> setups = new ArrayList<>(List.of(new Setup.Join(pause.descriptor(), ALL)));
        setups.addAll(more);
        return program.withSession().withBefore(setups.toArray(Setup[]::new));
    }

    /** Ends pause, and with it, by the kernel, every process of the pod. Waits until they are gone. */
    @Override
    public void close() {
        try {
            pause.kill();
        } finally {
            netns.close();
        }
    }
}
