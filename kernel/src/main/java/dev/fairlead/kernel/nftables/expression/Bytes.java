package dev.fairlead.kernel.nftables.expression;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** What a register or a set's key holds: up to 64 bytes (128 in a concatenation's key with its end). Immutable. */
public final class Bytes implements Datum, Comparable<Bytes> {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] bytes;

    private Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    public static Bytes of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone());
    }

    public static Bytes u8(int value) {
        return new Bytes(new byte[] {(byte) value});
    }

    /** 16 bits, big-endian: a port. */
    public static Bytes be16(int value) {
        return new Bytes(new byte[] {(byte) (value >> 8), (byte) value});
    }

    /** 32 bits, host byte order: a mark, an interface index, a state. */
    public static Bytes host32(long value) {
        return new Bytes(ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt((int) value)
                .array());
    }

    /** 16 bits, host byte order. */
    public static Bytes host16(int value) {
        return new Bytes(ByteBuffer.allocate(2)
                .order(ByteOrder.nativeOrder())
                .putShort((short) value)
                .array());
    }

    /** UTF-8, filled with zero bytes up to {@code length}. */
    public static Bytes string(String text, int length) {
        return new Bytes(Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), length));
    }

    public int length() {
        return bytes.length;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    public byte[] toArray() {
        return bytes.clone();
    }

    public int at(int index) {
        return Byte.toUnsignedInt(bytes[index]);
    }

    /** The bytes from {@code from}, {@code length} of them. */
    public Bytes slice(int from, int length) {
        return new Bytes(Arrays.copyOfRange(bytes, from, from + length));
    }

    /** The first {@code length} bytes, with zero bytes behind when there are fewer. */
    public Bytes resized(int length) {
        return length == bytes.length ? this : new Bytes(Arrays.copyOf(bytes, length));
    }

    public Bytes plus(Bytes more) {
        byte[] all = Arrays.copyOf(bytes, bytes.length + more.bytes.length);
        System.arraycopy(more.bytes, 0, all, bytes.length, more.bytes.length);
        return new Bytes(all);
    }

    /** As an unsigned number in the given byte order; at most 8 bytes of it are looked at. */
    public long number(ByteOrder order) {
        long number = 0;
        int length = Math.min(8, bytes.length);
        for (int i = 0; i < length; i++) {
            int index = order == ByteOrder.BIG_ENDIAN ? i : length - 1 - i;
            number = number << 8 | Byte.toUnsignedLong(bytes[index]);
        }
        return number;
    }

    /** The number one higher, big-endian; empty after the highest. */
    public Bytes next() {
        byte[] next = bytes.clone();
        for (int i = next.length - 1; i >= 0; i--) {
            if (++next[i] != 0) {
                return new Bytes(next);
            }
        }
        return EMPTY;
    }

    /** The number one lower, big-endian; empty below zero. */
    public Bytes previous() {
        byte[] previous = bytes.clone();
        for (int i = previous.length - 1; i >= 0; i--) {
            if (previous[i]-- != 0) {
                return new Bytes(previous);
            }
        }
        return EMPTY;
    }

    /** UTF-8 up to the first zero byte. */
    public String string() {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    /** As unsigned big-endian numbers; of different lengths, the shorter first when one begins the other. */
    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Words of 32 bits as they lie in a register, in host byte order: {@code 0x0100000a} for 10.0.0.1. */
    @Override
    public String toString() {
        return words("0x");
    }

    /** As {@link #toString}, with another prefix in front of each word. */
    public String words(String prefix) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length; i += 4) {
            long word = new Bytes(Arrays.copyOfRange(bytes, i, i + 4)).number(ByteOrder.nativeOrder());
            text.append(i == 0 ? "" : " ").append(prefix);
            text.append(HexFormat.of().toHexDigits((int) word));
        }
        return text.toString();
    }
}
