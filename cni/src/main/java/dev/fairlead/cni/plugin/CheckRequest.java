package dev.fairlead.cni.plugin;

import dev.fairlead.cni.protocol.AddResult;
import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.CniArgs;
import dev.fairlead.cni.protocol.NetConf;
import dev.fairlead.cni.protocol.RuntimeConfig;
import dev.fairlead.cni.protocol.Sandbox;

/**
 * CHECK.
 *
 * @param prevResult the final result of the ADD, later plugins' changes included
 */
public record CheckRequest(
        Attachment attachment,
        Sandbox sandbox,
        CniArgs args,
        NetConf conf,
        RuntimeConfig runtimeConfig,
        AddResult prevResult,
        CniCall call) {}
