package dev.fairlead.agent;

import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.Linux;
import dev.fairlead.packet.Prefix;
import dev.fairlead.plan.ipam.Attachment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An agent in a process of its own that kills itself by SIGKILL at a point that is counted: after that nothing of it runs.
 * Prints each point that it passes. Serves the network namespace that it is started in; a line {@code measure} on standard
 * input has it say how much it holds. Started by {@link AgentProcess}.
 */
final class MortalAgent implements Steps {
    /** What {@link AgentProcess} waits for. */
    static final String SERVING = "serving";

    private final int last;
    private int passed;

    private MortalAgent(int last) {
        this.last = last;
    }

    /** Arguments: a directory for everything, the built shim, the number of the point to die at, and pod CIDRs. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        List<Prefix> podCidrs = new ArrayList<>();
        for (String cidr : List.of(arguments).subList(3, arguments.length)) {
            podCidrs.add(Prefix.of(cidr));
        }
        MortalAgent steps = new MortalAgent(Integer.parseInt(arguments[2]));
        Path socket = directory.resolve("cni.sock");
        AgentConfig config = AgentConfig.of("node-1", Netns.current(), podCidrs)
                .withSocket(socket)
                .withStateDirectory(directory.resolve("state"));
        CniInstall install =
                new CniInstall(Path.of(arguments[1]), directory.resolve("bin"), directory.resolve("conf"), socket);
        install.requireWritable();
        NodeAgent agent = NodeAgent.start(config, steps);
        install.put(steps::made);
        say(SERVING);
        answer(agent);
    }

    private static void answer(NodeAgent agent) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("measure")) {
                say(measure());
            } else {
                say("found " + agent.reconcile());
            }
        }
        Runtime.getRuntime().halt(0); // its parent has gone
    }

    /** Bytes of live objects and number of platform threads, after a collection. */
    private static String measure() {
        System.gc();
        long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return "measured " + used + " " + ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    @Override
    public synchronized void reached(Step step, Attachment attachment) {
        pass(step.name());
    }

    @Override
    public synchronized void made(String what) {
        pass("made " + what);
    }

    private void pass(String what) {
        if (last < -1) {
            return; // nobody counts
        }
        say("point " + passed + " " + what);
        if (passed == last) {
            Linux.raw(Linux.Call.KILL, ProcessHandle.current().pid(), 9, 0);
            throw new AssertionError("SIGKILL came back");
        }
        passed++;
    }
}
