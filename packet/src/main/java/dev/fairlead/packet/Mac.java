package dev.fairlead.packet;

import java.util.Optional;

/**
 * A 48-bit Ethernet address. Prints as {@code 0a:58:0a:f4:01:05}.
 *
 * @param number the address as a number, first byte on the wire highest; 0 to 2^48 - 1
 */
public record Mac(long number) {

    public Mac {
        if (number >>> 48 != 0) {
            throw new IllegalArgumentException("an Ethernet address has 48 bits");
        }
    }

    public static Mac of(byte[] bytes) {
        if (bytes.length != 6) {
            throw new IllegalArgumentException("an Ethernet address has 6 bytes, not " + bytes.length);
        }
        long number = 0;
        for (byte b : bytes) {
            number = number << 8 | (b & 0xff);
        }
        return new Mac(number);
    }

    /**
     * Reads six hexadecimal pairs with colons.
     *
     * @throws IllegalArgumentException when {@code text} isn't that; the message quotes it
     */
    public static Mac of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not an Ethernet address"));
    }

    /** As {@link #of(String)}, but empty where that throws. */
    public static Optional<Mac> parse(String text) {
        long number = IpText.parseMac(text);
        return number < 0 ? Optional.empty() : Optional.of(new Mac(number));
    }

    /** Six bytes in the order of the wire. */
    public byte[] bytes() {
        byte[] bytes = new byte[6];
        for (int i = 0; i < 6; i++) {
            bytes[i] = (byte) (number >> (40 - 8 * i));
        }
        return bytes;
    }

    /** A group address (the first byte's lowest bit), which no interface may carry as its own. */
    public boolean isMulticast() {
        return (number >> 40 & 1) == 1;
    }

    @Override
    public String toString() {
        return IpText.printMac(bytes());
    }
}
