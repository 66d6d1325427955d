package dev.fairlead.cni.plugin;

import dev.fairlead.cni.protocol.Attachment;
import dev.fairlead.cni.protocol.NetConf;
import java.util.Set;

/**
 * GC.
 *
 * @param validAttachments of the network {@code conf.name()} and of no other; everything else of that network is stale
 */
public record GcRequest(NetConf conf, Set<Attachment> validAttachments, CniCall call) {}
