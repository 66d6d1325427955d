package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.tap.Frame;
import dev.fairlead.kernel.tap.SeenPacket;

/**
 * A packet that the kernel dropped.
 *
 * @param nanos when, in nanoseconds since 1970
 * @param namespace inode number of the network namespace
 * @param reason as {@code enum skb_drop_reason} of {@code <net/dropreason-core.h>} calls it, without {@code SKB_DROP_REASON_}
 * @param function of the kernel that dropped it
 * @param frame the packet as it was then, behind an Ethernet header of zeros: it may not have had one
 */
public record Drop(long nanos, long namespace, String reason, String function, Frame frame) {

    /** @throws dev.fairlead.kernel.DecodeException when it can't be read */
    public SeenPacket packet() {
        return SeenPacket.decode(frame);
    }
}
