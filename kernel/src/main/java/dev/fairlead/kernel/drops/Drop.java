package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.tap.Frame;
import dev.fairlead.kernel.tap.SeenPacket;

/**
 * A packet that the kernel dropped.
 *
 * @param nanos when, in nanoseconds since 1970
 * @param namespace inode number of the network namespace
 * @param reason as {@code enum skb_drop_reason} of {@code <net/dropreason-core.h>} calls it, without {@code SKB_DROP_REASON_}
 * @param location address in the kernel's code
 * @param frame the packet as it was then, behind an Ethernet header of zeros: it may not have had one
 */
public record Drop(long nanos, long namespace, String reason, long location, Frame frame) {

    /** @throws dev.fairlead.kernel.DecodeException when it can't be read */
    public SeenPacket packet() {
        return SeenPacket.decode(frame);
    }

    /** The kernel's function that dropped it; empty where this process may not know. May take some 100 ms. */
    public String function() {
        return KernelSymbols.function(location);
    }
}
