package dev.fairlead.agent;

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
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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

    /** Of each stream; a result has a few hundred bytes. */
    private static final int MOST_BYTES = 4 << 20;

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
                    return new PluginOutcome.TimedOut(new String(read(error), StandardCharsets.UTF_8));
                }
                return new PluginOutcome.Exited(new PluginOutput(exit.get(), read(output), read(error)));
            }
        } catch (SyscallException e) {
            return new PluginOutcome.NotStarted(
                    String.valueOf(e.getMessage()), e.errno().number() == ETXTBSY);
        } catch (IOException e) {
            throw new UncheckedIOException("could not pass on the streams of plugin " + file, e);
        }
    }

    private static byte[] read(Fd stream) throws IOException {
        try (InputStream in = Files.newInputStream(stream.path())) {
            return in.readNBytes(MOST_BYTES);
        }
    }
}
