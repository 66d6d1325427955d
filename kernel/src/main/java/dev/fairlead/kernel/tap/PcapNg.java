package dev.fairlead.kernel.tap;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A capture file that Wireshark, {@code tshark} and {@code tcpdump -r} read: draft-ietf-opsawg-pcapng. One section with all
 * devices, little-endian.
 *
 * @param devices names of the devices, any text
 */
public record PcapNg(List<String> devices, List<Packet> packets) {
    private static final int SECTION_HEADER = 0x0a0d0d0a;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    private static final int LINKTYPE_ETHERNET = 1;

    private static final int OPT_COMMENT = 1;
    private static final int SHB_USERAPPL = 4;
    private static final int IF_NAME = 2;
    private static final int IF_TSRESOL = 9;
    private static final int EPB_FLAGS = 2;

    /** In bytes. An option's length is a number of 16 bits; so much is enough for people to read. */
    private static final int LONGEST_TEXT = 4096;

    public PcapNg {
        devices = List.copyOf(devices);
        packets = List.copyOf(packets);
        for (Packet packet : packets) {
            if (packet.device < 0 || packet.device >= devices.size()) {
                throw new IllegalArgumentException(
                        "a packet can't have passed device " + packet.device + " of " + devices.size());
            }
        }
    }

    /**
     * A packet at a device.
     *
     * @param device its index in {@link PcapNg#devices}
     * @param nanos since 1970
     * @param comment shown with the packet; empty for none
     */
    public record Packet(int device, long nanos, PacketType type, Frame frame, String comment) {}

    /** Of what taps have seen; their points' labels are the devices' names. */
    public static PcapNg of(List<Sighting> sightings, Function<Sighting, String> comment) {
        List<TapPoint> points =
                sightings.stream().map(Sighting::point).distinct().toList();
        return new PcapNg(
                points.stream().map(TapPoint::label).toList(),
                sightings.stream()
                        .map(seen -> new Packet(
                                points.indexOf(seen.point()),
                                seen.nanos(),
                                seen.type(),
                                seen.frame(),
                                comment.apply(seen)))
                        .toList());
    }

    /** Writes the file; the stream stays open. */
    public void writeTo(OutputStream out) throws IOException {
        out.write(section());
        for (String device : devices) {
            out.write(device(device));
        }
        for (Packet packet : packets) {
            out.write(packet(packet));
        }
    }

    private static byte[] section() {
        Block block = new Block(SECTION_HEADER, 0);
        block.body.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0);
        block.body.putLong(-1); // the section's length: not said
        block.text(SHB_USERAPPL, "fairlead");
        return block.end();
    }

    private static byte[] device(String name) {
        Block block = new Block(INTERFACE_DESCRIPTION, 0);
        block.body.putShort((short) LINKTYPE_ETHERNET).putShort((short) 0).putInt(Frame.SNAP);
        block.text(IF_NAME, name);
        block.option(IF_TSRESOL, new byte[] {9}); // units of 10^-9 seconds
        return block.end();
    }

    private static byte[] packet(Packet packet) {
        byte[] bytes = packet.frame.bytes();
        Block block = new Block(ENHANCED_PACKET, bytes.length);
        block.body.putInt(packet.device).putInt((int) (packet.nanos >>> 32)).putInt((int) packet.nanos);
        block.body.putInt(bytes.length).putInt(packet.frame.length());
        block.padded(bytes);
        block.text(OPT_COMMENT, packet.comment);
        block.option(EPB_FLAGS, new byte[] {(byte) flags(packet.type), 0, 0, 0});
        return block.end();
    }

    /** Bits 0 and 1: in or out. Bits 2 to 4: for whom it was. */
    private static int flags(PacketType type) {
        return switch (type) {
            case HOST -> 1 | 1 << 2;
            case MULTICAST -> 1 | 2 << 2;
            case BROADCAST -> 1 | 3 << 2;
            case OTHERHOST -> 1 | 4 << 2;
            case OUTGOING -> 2;
        };
    }

    /** A block being made: type, length, body with options, length again. */
    private static final class Block {
        private final ByteBuffer body;

        Block(int type, int payload) {
            body = ByteBuffer.allocate(128 + LONGEST_TEXT + payload).order(ByteOrder.LITTLE_ENDIAN);
            body.putInt(type).putInt(0);
        }

        void padded(byte[] bytes) {
            body.put(bytes).position(body.position() + 3 & ~3);
        }

        void option(int code, byte[] value) {
            body.putShort((short) code).putShort((short) value.length);
            padded(value);
        }

        /** UTF-8 takes up to three bytes for each of Java's characters. */
        void text(int code, String text) {
            if (!text.isEmpty()) {
                option(
                        code,
                        text.substring(0, Math.min(text.length(), LONGEST_TEXT / 3))
                                .getBytes(StandardCharsets.UTF_8));
            }
        }

        byte[] end() {
            body.putInt(0); // opt_endofopt
            int length = body.position() + 4;
            body.putInt(length).putInt(4, length);
            return Arrays.copyOf(body.array(), length);
        }
    }
}
