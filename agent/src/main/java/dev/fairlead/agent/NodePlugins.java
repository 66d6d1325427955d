package dev.fairlead.agent;

import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.runtime.PluginExec;
import dev.fairlead.cni.runtime.PluginOutcome;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.sys.Fd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Executes CNI plugins where a runtime has to (SPEC.md section 2, "the runtime must execute the plugin in the runtime's
 * network namespace"): in the node's. Their streams are files in memory, so that no plugin can block on a full pipe. Any
 * thread.
 */
public final class NodePlugins implements PluginExec {
    private static final int ETXTBSY = 26;

    private final Setup[] before;

    private NodePlugins(Setup... before) {
        this.before = before;
    }

    /** In this namespace, whichever the calling thread is in. */
    public static NodePlugins in(Netns node) {
        return new NodePlugins(new Setup.Join(node.fd(), Setup.NET));
    }

    /** In the calling thread's namespace: for a thread that is in the node's, as all of a real container runtime's are. */
    public static NodePlugins here() {
        return new NodePlugins();
    }

    @Override
    public PluginOutcome execute(Path file, Map<String, String> environment, byte[] stdin, Duration timeout) {
        try (Fd input = Fd.memory("plugin input");
                Fd output = Fd.memory("plugin output");
                Fd error = Fd.memory("plugin error")) {
            input.fill(stdin);
            Optional<Integer> exit = Spawn.of(file, List.of())
                    .withEnvironment(environment)
                    .withStreams(input, output, error)
                    .withSession()
                    .withBefore(before)
                    .run(timeout);
            if (exit.isEmpty()) {
                return new PluginOutcome.TimedOut(new String(error.content(), StandardCharsets.UTF_8));
            }
            return new PluginOutcome.Exited(new PluginOutput(exit.get(), output.content(), error.content()));
        } catch (SyscallException e) {
            return new PluginOutcome.NotStarted(
                    String.valueOf(e.getMessage()), e.errno().number() == ETXTBSY);
        }
    }
}
