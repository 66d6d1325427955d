package dev.fairlead.agent;

import dev.fairlead.cni.PluginOutput;
import dev.fairlead.cni.runtime.PluginExec;
import dev.fairlead.cni.runtime.PluginOutcome;
import dev.fairlead.cni.shim.ShimFrames;
import dev.fairlead.cni.shim.ShimRequest;
import dev.fairlead.kernel.netns.Netns;
import dev.fairlead.kernel.sys.UnixSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Executes plugins in a node's namespace; {@code fairlead-cni} is not executed but done as it does it, so that a chain can be
 * tested without the built program.
 */
record AgentExec(Netns node, Path socket) implements PluginExec {
    static final String SHIM = "fairlead-cni";

    @Override
    public PluginOutcome execute(Path binary, Map<String, String> environment, byte[] stdin, Duration timeout) {
        if (!binary.endsWith(SHIM)) {
            return NodePlugins.in(node).execute(binary, environment, stdin, timeout);
        }
        try (UnixSocket caller = UnixSocket.connect(socket.toString())) {
            byte[] question = ShimFrames.encode(new ShimRequest(environment, stdin));
            String netns = environment.getOrDefault("CNI_NETNS", "");
            if (netns.isEmpty() || !Files.exists(Path.of(netns))) {
                caller.write(question);
            } else {
                try (Netns pod = Netns.open(Path.of(netns))) {
                    caller.send(question, pod.fd());
                }
            }
            PluginOutput answer = ShimFrames.readAnswer(caller.input());
            return new PluginOutcome.Exited(answer);
        }
    }
}
