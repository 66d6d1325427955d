package dev.fairlead.trace.observe;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.tap.Frame;
import dev.fairlead.kernel.tap.PacketType;
import dev.fairlead.kernel.tap.SeenPacket;
import java.util.Optional;

/**
 * A packet at a device, as a node's eyes had it.
 *
 * @param nanos when, in nanoseconds since 1970, by the node's clock
 * @param spot where
 * @param type in what direction, and for whom
 */
public record Sight(long nanos, Spot spot, PacketType type, Frame frame) {

    boolean outgoing() {
        return type == PacketType.OUTGOING;
    }

    /** Empty for what isn't of a connection. */
    Optional<Packet> packet() {
        try {
            return PacketReader.read(SeenPacket.decode(frame));
        } catch (DecodeException e) {
            return Optional.empty();
        }
    }

    Optional<Seen> seen() {
        return packet().map(packet -> new Seen(nanos, spot, outgoing(), packet));
    }

    Sight at(long time) {
        return new Sight(time, spot, type, frame);
    }
}
