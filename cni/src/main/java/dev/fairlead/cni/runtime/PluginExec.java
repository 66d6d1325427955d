package dev.fairlead.cni.runtime;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Executes one file, once, in the network namespace that counts as the host's, and waits for its end. Has to be safe for
 * several threads at once.
 */
@FunctionalInterface
public interface PluginExec {

    /**
     * Executes {@code binary} without arguments.
     *
     * @param environment the whole environment of the process: nothing of ours is to be added
     * @param stdin to be written and closed; that the process doesn't read it isn't an error
     * @param timeout after which the process and its children are to be ended
     * @return what came of it; it never throws for anything that the plugin did
     */
    PluginOutcome execute(Path binary, Map<String, String> environment, byte[] stdin, Duration timeout);
}
