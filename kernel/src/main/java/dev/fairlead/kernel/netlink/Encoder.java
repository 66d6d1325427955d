package dev.fairlead.kernel.netlink;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Writes the body of a message: a family header, then attributes ({@code struct nlattr}: length, type, payload, padded to 4
 * bytes). Grows as needed. Confined to one thread.
 */
public final class Encoder {
    /** {@code NLA_F_NESTED}: the kernel's strict checking wants it on attributes that hold attributes. */
    static final int NLA_F_NESTED = 0x8000;

    private static final int NLA_HEADER = 4;

    private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());

    public Encoder u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    public Encoder u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    public Encoder u32(long value) {
        room(4).putInt((int) value);
        return this;
    }

    /** A 16-bit integer, big-endian. */
    public Encoder be16(int value) {
        room(2).put((byte) (value >> 8)).put((byte) value);
        return this;
    }

    public Encoder bytes(byte[] value) {
        room(value.length).put(value);
        return this;
    }

    /** Zero bytes, for padding inside a family header. */
    public Encoder zeros(int count) {
        return bytes(new byte[count]);
    }

    public Encoder attribute(int type, byte[] payload) {
        if (payload.length + NLA_HEADER > 0xffff) {
            throw new IllegalArgumentException("a netlink attribute holds at most 65531 bytes, not " + payload.length);
        }
        u16(payload.length + NLA_HEADER).u16(type).bytes(payload);
        return pad();
    }

    /** An attribute as it was read, flags included. */
    public Encoder copy(Attribute attribute) {
        return attribute(attribute.rawType(), attribute.bytes());
    }

    /** An attribute without payload, whose presence is the message. */
    public Encoder flag(int type) {
        return attribute(type, new byte[0]);
    }

    public Encoder attributeU8(int type, int value) {
        return attribute(type, new byte[] {(byte) value});
    }

    public Encoder attributeU16(int type, int value) {
        u16(NLA_HEADER + 2).u16(type).u16(value);
        return pad();
    }

    public Encoder attributeU32(int type, long value) {
        return u16(NLA_HEADER + 4).u16(type).u32(value);
    }

    public Encoder attributeU64(int type, long value) {
        u16(NLA_HEADER + 8).u16(type);
        room(8).putLong(value);
        return this;
    }

    /** 16 bits, big-endian. */
    public Encoder attributeBe16(int type, int value) {
        return attribute(type, new byte[] {(byte) (value >> 8), (byte) value});
    }

    /** 32 bits, big-endian. */
    public Encoder attributeBe32(int type, long value) {
        return attribute(
                type, new byte[] {(byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value});
    }

    /** 64 bits, big-endian. */
    public Encoder attributeBe64(int type, long value) {
        return attribute(
                type,
                ByteBuffer.allocate(8)
                        .order(ByteOrder.BIG_ENDIAN)
                        .putLong(value)
                        .array());
    }

    /** UTF-8 with the terminating zero byte. */
    public Encoder attributeString(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        return attribute(type, Arrays.copyOf(text, text.length + 1));
    }

    public Encoder attributeIp(int type, Ip value) {
        return attribute(type, value.bytes());
    }

    public Encoder attributeMac(int type, Mac value) {
        return attribute(type, value.bytes());
    }

    /** An attribute that holds what {@code content} writes. */
    public Encoder nested(int type, Consumer<Encoder> content) {
        return nestedWithoutFlag(type | NLA_F_NESTED, content);
    }

    /** As {@link #nested}, without {@code NLA_F_NESTED}, for the few old attributes that are compared as whole numbers. */
    public Encoder nestedWithoutFlag(int type, Consumer<Encoder> content) {
        int start = buffer.position();
        u16(0).u16(type);
        content.accept(this);
        int length = buffer.position() - start;
        if (length > 0xffff) {
            throw new IllegalArgumentException("a netlink attribute holds at most 65535 bytes, not " + length);
        }
        buffer.putShort(start, (short) length);
        return this;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private Encoder pad() {
        int over = buffer.position() & 3;
        return over == 0 ? this : zeros(4 - over);
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(buffer.capacity() * 2, buffer.position() + bytes))
                    .order(ByteOrder.nativeOrder());
            larger.put(buffer.flip());
            buffer = larger;
        }
        return buffer;
    }
}
