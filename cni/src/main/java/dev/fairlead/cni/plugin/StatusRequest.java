package dev.fairlead.cni.plugin;

import dev.fairlead.cni.protocol.NetConf;

/** STATUS. */
public record StatusRequest(NetConf conf, CniCall call) {}
