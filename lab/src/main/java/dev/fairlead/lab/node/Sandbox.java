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
        Fd.Pipe ready = Fd.pipe("pause's output");
        try (Fd reading = ready.reading()) {
            Child pause = start(pauseProgram, hostname, ready.writing());
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

    private static Child start(Path pauseProgram, String hostname, Fd output) {
        try (Fd nothing = Fd.open(Path.of("/dev/null"), Fd.O_RDWR);
                output) {
            return Spawn.of(pauseProgram, List.of("--mount-proc"))
                    .withStreams(nothing, output, nothing)
                    .withSession()
                    .withBefore(new Setup.Unshare(ALL), new Setup.Hostname(hostname))
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
        return program.withStreams(input, output, error)
                .withSession()
                .withBefore(new Setup.Join(pause.descriptor(), ALL))
                .start();
    }

    /** Starts a process inside the pod, on a terminal. */
    public Child runOn(Path terminal, Spawn program) {
        return program.withTerminal(terminal)
                .withBefore(new Setup.Join(pause.descriptor(), ALL))
                .start();
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
