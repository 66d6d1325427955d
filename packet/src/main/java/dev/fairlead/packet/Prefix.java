package dev.fairlead.packet;

import java.util.Optional;

/**
 * An address with a prefix length, {@code 10.244.1.5/24}. The host bits are kept: what an interface carries is a prefix
 * with host bits, what a route carries is one without ({@link #network()}).
 *
 * @param address the address, host bits included
 * @param length 0 to 32 or 0 to 128
 */
public record Prefix(Ip address, int length) implements Comparable<Prefix> {

    public Prefix {
        if (length < 0 || length > address.family().bits()) {
            throw new IllegalArgumentException("'" + address + "/" + length + "' has a prefix length outside 0 to "
                    + address.family().bits());
        }
    }

    /**
     * Reads {@code address/length}.
     *
     * @throws IllegalArgumentException when {@code text} isn't that; the message quotes it
     */
    public static Prefix of(String text) {
        return parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + text + "' is not an address with a prefix length, such as 10.244.0.0/16"));
    }

    /** As {@link #of(String)}, but empty where that throws. */
    public static Optional<Prefix> parse(String text) {
        int slash = text.indexOf('/');
        int length = slash < 0 ? -1 : IpText.decimal(text, slash + 1, text.length(), 128);
        if (length < 0) {
            return Optional.empty();
        }
        return Ip.parse(text.substring(0, slash))
                .filter(ip -> length <= ip.family().bits())
                .map(ip -> new Prefix(ip, length));
    }

    public Family family() {
        return address.family();
    }

    /** The same prefix with the host bits cleared. */
    public Prefix network() {
        return new Prefix(masked(false), length);
    }

    public boolean isNetwork() {
        return address.equals(masked(false));
    }

    /** The lowest address: all host bits clear. */
    public Ip first() {
        return masked(false);
    }

    /** The highest address: all host bits set (IPv4's broadcast address for lengths up to 30). */
    public Ip last() {
        return masked(true);
    }

    private Ip masked(boolean hostBits) {
        byte[] bytes = address.bytes();
        for (int bit = length; bit < family().bits(); bit++) {
            int mask = 0x80 >> (bit & 7);
            bytes[bit >> 3] = (byte) (hostBits ? bytes[bit >> 3] | mask : bytes[bit >> 3] & ~mask);
        }
        return Ip.of(bytes);
    }

    /** Whether {@code ip} is of this family and its first {@link #length} bits are this prefix's. */
    public boolean contains(Ip ip) {
        return ip.family() == family() && address.sharedBits(ip) >= length;
    }

    /** Whether some address is in both. */
    public boolean overlaps(Prefix other) {
        return length <= other.length ? contains(other.address) : other.contains(address);
    }

    @Override
    public int compareTo(Prefix other) {
        int byAddress = address.compareTo(other.address);
        return byAddress != 0 ? byAddress : Integer.compare(length, other.length);
    }

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
