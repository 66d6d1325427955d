package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.packet.Mac;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The beginning of an Ethernet frame, as it passed a device. What a host sends to itself or to a neighbour in memory is seen
 * as it was handed over: with checksums still to be filled in, and larger than a cable would take.
 *
 * @param bytes from the Ethernet header on; at most {@link #SNAP} where a tap saw it
 * @param length of the whole, in bytes, header included
 */
public record Frame(byte[] bytes, int length) {
    /** How many bytes of each packet a tap reads: room for every header, and for those that an ICMP error quotes. */
    public static final int SNAP = 256;

    public Frame {
        bytes = bytes.clone();
        if (length < bytes.length) {
            throw new IllegalArgumentException(bytes.length + " bytes can't be the beginning of a frame of " + length);
        }
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    /** @throws DecodeException when it is too short to have one */
    public Mac destination() {
        return mac(0);
    }

    /** @throws DecodeException when it is too short to have one */
    public Mac source() {
        return mac(6);
    }

    private Mac mac(int at) {
        if (bytes.length < Wire.ETH_HLEN) {
            throw new DecodeException("an Ethernet header has " + Wire.ETH_HLEN + " bytes, not " + bytes.length);
        }
        return Mac.of(Arrays.copyOfRange(bytes, at, at + 6));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Frame frame && frame.length == length && Arrays.equals(frame.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes) + length;
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes) + (length == bytes.length ? "" : "… of " + length);
    }
}
