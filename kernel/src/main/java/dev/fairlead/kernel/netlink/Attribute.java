package dev.fairlead.kernel.netlink;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Mac;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * One attribute: type and payload. The typed reads throw a {@link DecodeException} when the payload is too short for them.
 * Immutable.
 */
public final class Attribute {
    private static final int TYPE_MASK = 0x3fff;

    private final int rawType;
    private final ByteBuffer payload;

    Attribute(int rawType, ByteBuffer payload) {
        this.rawType = rawType;
        this.payload = payload;
    }

    /** The type without {@code NLA_F_NESTED} and {@code NLA_F_NET_BYTEORDER}. */
    public int type() {
        return rawType & TYPE_MASK;
    }

    /** The type with its flags, as it must be written back. */
    public int rawType() {
        return rawType;
    }

    public int length() {
        return payload.remaining();
    }

    public int u8() {
        return Byte.toUnsignedInt(at(1, ByteOrder.nativeOrder()).get());
    }

    public int u16() {
        return Short.toUnsignedInt(at(2, ByteOrder.nativeOrder()).getShort());
    }

    public long u32() {
        return Integer.toUnsignedLong(at(4, ByteOrder.nativeOrder()).getInt());
    }

    /** As a signed 32-bit integer, for interface indexes and namespace ids. */
    public int s32() {
        return at(4, ByteOrder.nativeOrder()).getInt();
    }

    public long u64() {
        return at(8, ByteOrder.nativeOrder()).getLong();
    }

    /** 16 bits, big-endian. */
    public int be16() {
        return Short.toUnsignedInt(at(2, ByteOrder.BIG_ENDIAN).getShort());
    }

    /** 32 bits, big-endian. */
    public long be32() {
        return Integer.toUnsignedLong(at(4, ByteOrder.BIG_ENDIAN).getInt());
    }

    /** 64 bits, big-endian. */
    public long be64() {
        return at(8, ByteOrder.BIG_ENDIAN).getLong();
    }

    /** UTF-8 up to the first zero byte. */
    public String string() {
        byte[] bytes = bytes();
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    public Ip ip() {
        if (length() != 4 && length() != 16) {
            throw new DecodeException(
                    "attribute " + type() + " should hold an IP address and has " + length() + " bytes");
        }
        return Ip.of(bytes());
    }

    public Mac mac() {
        if (length() != 6) {
            throw new DecodeException(
                    "attribute " + type() + " should hold an Ethernet address and has " + length() + " bytes");
        }
        return Mac.of(bytes());
    }

    public byte[] bytes() {
        byte[] bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        return bytes;
    }

    public Attributes nested() {
        return Attributes.parse(payload.duplicate());
    }

    /** Two attributes are equal when their types, flags and payloads are. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Attribute that && rawType == that.rawType && payload.equals(that.payload);
    }

    @Override
    public int hashCode() {
        return 31 * rawType + payload.hashCode();
    }

    @Override
    public String toString() {
        return "attribute " + type() + " " + HexFormat.of().formatHex(bytes());
    }

    private ByteBuffer at(int bytes, ByteOrder order) {
        if (payload.remaining() < bytes) {
            throw new DecodeException("attribute " + type() + " should hold " + bytes + " bytes and has " + length());
        }
        return payload.duplicate().order(order);
    }
}
