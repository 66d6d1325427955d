package dev.fairlead.kernel.drops;

import dev.fairlead.kernel.tap.Frame;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What {@link DropProgram} writes of a packet, host byte order.
 *
 * <pre>
 * struct event { __u64 time; __u64 location; __u32 reason; __u32 namespace; char function[64]; __u8 packet[SNAP]; };
 * </pre>
 */
final class Event {
    static final int TIME = 0, LOCATION = 8, REASON = 16, NAMESPACE = 20, FUNCTION = 24, PACKET = 88;

    /** The longest IPv4 header, or that of IPv6, and TCP's first twenty bytes fit. */
    static final int SNAP = 80;

    static final int BYTES = PACKET + SNAP;
    private static final int ETHERNET = 14;

    private Event() {}

    /** @param boot when the clock of {@code time} was 0, in nanoseconds since 1970 */
    static Drop read(MemorySegment event, DropReasons reasons, long boot) {
        byte[] packet = event.asSlice(PACKET, SNAP).toArray(ValueLayout.JAVA_BYTE);
        boolean v4 = (packet[0] & 0xf0) == 0x40;
        int length = v4 ? u16(packet, 2) : 40 + u16(packet, 4);
        byte[] frame = new byte[ETHERNET + Math.min(length, SNAP)];
        frame[ETHERNET - 2] = (byte) (v4 ? 0x08 : 0x86);
        frame[ETHERNET - 1] = (byte) (v4 ? 0x00 : 0xdd);
        System.arraycopy(packet, 0, frame, ETHERNET, frame.length - ETHERNET);
        return new Drop(
                event.get(ValueLayout.JAVA_LONG, TIME) + boot,
                Integer.toUnsignedLong(event.get(ValueLayout.JAVA_INT, NAMESPACE)),
                reasons.of(event.get(ValueLayout.JAVA_INT, REASON)),
                event.getString(FUNCTION),
                new Frame(frame, ETHERNET + length));
    }

    private static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }
}
