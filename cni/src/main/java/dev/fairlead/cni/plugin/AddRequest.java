package dev.fairlead.cni.plugin;

import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.cni.protocol.RuntimeConfig;
import dev.fairlead.cni.protocol.Sandbox;
import java.util.Optional;

/**
 * ADD.
 *
 * @param prevResult there when the plugin isn't the first of its list
 */
public record AddRequest(
        Attachment attachment,
        Sandbox sandbox,
        CniArgs args,
        NetConf conf,
        RuntimeConfig runtimeConfig,
        Optional<AddResult> prevResult,
        CniCall call) {}
