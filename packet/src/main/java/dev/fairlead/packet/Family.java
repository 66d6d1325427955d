package dev.fairlead.packet;

/** The two address families. Code that works for one works for the other by taking this as a parameter. */
public enum Family {
    IPV4(4, 32, 2),
    IPV6(16, 128, 10);

    private final int bytes;
    private final int bits;
    private final int number;

    Family(int bytes, int bits, int number) {
        this.bytes = bytes;
        this.bits = bits;
        this.number = number;
    }

    /** Length of an address in bytes: 4 or 16. */
    public int bytes() {
        return bytes;
    }

    /** Length of an address in bits: 32 or 128. */
    public int bits() {
        return bits;
    }

    /** {@code AF_INET} (2) or {@code AF_INET6} (10), as in {@code <linux/socket.h>}. */
    public int number() {
        return number;
    }

    /** The family whose addresses have {@code length} bytes, or an {@link IllegalArgumentException}. */
    public static Family ofLength(int length) {
        return switch (length) {
            case 4 -> IPV4;
            case 16 -> IPV6;
            default -> throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + length);
        };
    }
}
