package dev.fairlead.kernel.tap;

import dev.fairlead.packet.Mac;

/**
 * A packet that passed a tap.
 *
 * @param point where, as it was given to whoever opened the tap
 * @param nanos when, in nanoseconds since 1970 (CLOCK_REALTIME). An incoming packet may keep the time at which
 *     the namespace got it: on a bridge it is often the same as at the port where it came in
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
