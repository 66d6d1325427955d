package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Attribute;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Counters of a link since it was made: the first eight of {@code struct rtnl_link_stats64}, unsigned 64-bit.
 *
 * @param receivedPackets what the device handed to the stack
 * @param receivedDropped taken but not handed on (for a veth: what the peer's queue had no room for)
 */
public record LinkStats(
        long receivedPackets,
        long sentPackets,
        long receivedBytes,
        long sentBytes,
        long receiveErrors,
        long sendErrors,
        long receivedDropped,
        long sentDropped) {

    static final LinkStats NONE = new LinkStats(0, 0, 0, 0, 0, 0, 0, 0);

    static LinkStats decode(Attribute attribute) {
        byte[] bytes = attribute.bytes();
        if (bytes.length < 64) {
            throw new dev.fairlead.kernel.DecodeException("IFLA_STATS64 has only " + bytes.length + " bytes");
        }
        ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        return new LinkStats(
                b.getLong(), b.getLong(), b.getLong(), b.getLong(), b.getLong(), b.getLong(), b.getLong(), b.getLong());
    }
}
