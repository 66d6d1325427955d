package dev.fairlead.cni.runtime;

import dev.fairlead.cni.PluginOutput;

/** What came of executing a plugin. */
public sealed interface PluginOutcome {

    /** It ran to its end, well or not. An implementation reads at most 4 MiB of each stream. */
    record Exited(PluginOutput output) implements PluginOutcome {}

    /**
     * It was ended when its time was up.
     *
     * @param stderr what it had said by then
     */
    record TimedOut(String stderr) implements PluginOutcome {}

    /**
     * The kernel refused to execute it.
     *
     * @param reason the kernel's, such as "Permission denied"
     * @param textFileBusy {@code ETXTBSY}: the file is being written at this moment, so that trying again will help
     */
    record NotStarted(String reason, boolean textFileBusy) implements PluginOutcome {}
}
