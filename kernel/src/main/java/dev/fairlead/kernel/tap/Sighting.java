package dev.fairlead.kernel.tap;

import dev.fairlead.packet.Mac;

/**
 * A packet that passed a tap.
 *
 * @param point where, as it was given to whoever opened the tap
 * @param nanos when, in nanoseconds since 1970 (CLOCK_REALTIME). While somebody else has the machine take the time of each packet that
 *     comes in, that time: on a bridge the same as at the port where it came in
 * @param type in what direction, and for whom
 */
public record Sighting(TapPoint point, long nanos, PacketType type, Frame frame, SeenPacket packet) {
    public boolean outgoing() {
        return type == PacketType.OUTGOING;
    }

    public Mac source() {
        return frame.source();
    }

    public Mac destination() {
        return frame.destination();
    }

    @Override
    public String toString() {
        return point + (outgoing() ? " Out " : " In ") + packet;
    }
}
