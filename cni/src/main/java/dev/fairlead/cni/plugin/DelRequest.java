package dev.fairlead.cni.plugin;

import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.cni.protocol.RuntimeConfig;
import dev.fairlead.cni.protocol.Sandbox;
import java.util.Optional;

/**
 * DEL. Whatever of it can't be read is missing here: cleaning up must not fail over an argument that isn't needed for it.
 *
 * @param sandbox missing when the runtime gave none (the container's namespace is gone) or gave the host's
 * @param prevResult the final result of the ADD, when the runtime has it
 */
public record DelRequest(
        Attachment attachment,
        Optional<Sandbox> sandbox,
        CniArgs args,
        NetConf conf,
        RuntimeConfig runtimeConfig,
        Optional<AddResult> prevResult,
        CniCall call) {}
