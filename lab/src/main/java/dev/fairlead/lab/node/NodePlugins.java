package dev.fairlead.lab.node;

import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.runtime.PluginExec;
import dev.fairlead.cni.runtime.PluginOutcome;
import dev.fairlead.kernel.SyscallException;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.process.Child;
import dev.fairlead.kernel.process.Setup;
import dev.fairlead.kernel.process.Spawn;
import dev.fairlead.kernel.sys.Fd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Executes CNI plugins where a runtime has to (SPEC.md section 2, "the runtime must execute the plugin in the runtime's
 * network namespace"): in the node's. Their streams are files in memory, so that no plugin can block on a full pipe.
 */
public final class NodePlugins implements PluginExec {
    private static final int ETXTBSY = 26;

    private final Netns node;

    public NodePlugins(Netns node) {
        this.node = node;
    }

    @Override
    public PluginOutcome execute(Path file, Map<String, String> environment, byte[] stdin, Duration timeout) {
        try (Fd input = Fd.memory("plugin input");
                Fd output = Fd.memory("plugin output");
                Fd error = Fd.memory("plugin error")) {
            Files.write(input.path(), stdin);
            Child plugin = Spawn.of(file, List.of())
                    .withEnvironment(environment)
                    .withStreams(input, output, error)
                    .withSession()
                    .withBefore(new Setup.Join(node.fd(), Setup.NET))
                    .start();
            try (plugin) {
                Optional<Integer> exit = plugin.await(timeout);
                if (exit.isEmpty()) {
                    plugin.killSession();
                    return new PluginOutcome.TimedOut(Files.readString(error.path()));
                }
                return new PluginOutcome.Exited(new PluginOutput(
                        exit.get(), Files.readAllBytes(output.path()), Files.readAllBytes(error.path())));
            }
        } catch (SyscallException e) {
            return new PluginOutcome.NotStarted(
                    String.valueOf(e.getMessage()), e.errno().number() == ETXTBSY);
        } catch (IOException e) {
            throw new UncheckedIOException("could not pass on the streams of plugin " + file, e);
        }
    }
}
