package dev.fairlead.packet;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/**
 * An IPv4 or IPv6 address. Prints as {@code ip} prints it: dotted quad, or RFC 5952 for IPv6 (only the IPv4-compatible
 * form {@code ::1.2.3.4}, which RFC 4291 gave up, comes out as {@code ::102:304}, as Kubernetes prints it). Ordered by
 * family, then as an unsigned number. No zone index, and an IPv4-mapped IPv6 address stays an IPv6 address.
 */
public final class Ip implements Comparable<Ip> {
    private final byte[] bytes;

    private Ip(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The address of these 4 or 16 bytes, network byte order. */
    public static Ip of(byte[] bytes) {
        Family.ofLength(bytes.length);
        return new Ip(bytes.clone());
    }

    /**
     * Reads the text form. Only literals: a host name is refused and never looked up.
     *
     * @throws IllegalArgumentException when {@code text} isn't an address; the message quotes it
     */
    public static Ip of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not an IP address"));
    }

    /** As {@link #of(String)}, but empty where that throws. */
    public static Optional<Ip> parse(String text) {
        byte[] parsed = text.indexOf(':') >= 0 ? IpText.parseIpv6(text) : IpText.parseIpv4(text);
        return parsed.length == 0 ? Optional.empty() : Optional.of(new Ip(parsed));
    }

    /** The same address. A zone index is dropped. */
    public static Ip of(InetAddress address) {
        return new Ip(address.getAddress());
    }

    public Family family() {
        return Family.ofLength(bytes.length);
    }

    public boolean isIpv4() {
        return bytes.length == 4;
    }

    public boolean isIpv6() {
        return bytes.length == 16;
    }

    /** A copy of the bytes, network byte order. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * The address {@code distance} further on, or before when negative.
     *
     * @throws ArithmeticException when that leaves the family's range
     */
    public Ip plus(long distance) {
        return of(family(), number().add(BigInteger.valueOf(distance)));
    }

    /** The address as an unsigned number. */
    public BigInteger number() {
        return new BigInteger(1, bytes);
    }

    /**
     * The address whose unsigned number this is.
     *
     * @throws ArithmeticException when it is negative or too large for the family
     */
    public static Ip of(Family family, BigInteger number) {
        if (number.signum() < 0 || number.bitLength() > family.bits()) {
            throw new ArithmeticException(number + " is outside the " + family + " address space");
        }
        byte[] full = new byte[family.bytes()];
        byte[] raw = number.toByteArray();
        int length = Math.min(raw.length, full.length);
        System.arraycopy(raw, raw.length - length, full, full.length - length, length);
        return new Ip(full);
    }

    /** This address as a prefix of full length: {@code /32} or {@code /128}. */
    public Prefix asPrefix() {
        return new Prefix(this, family().bits());
    }

    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are always an address", e);
        }
    }

    /** 127.0.0.0/8 or ::1. */
    public boolean isLoopback() {
        return isIpv4() ? bytes[0] == 127 : number().equals(BigInteger.ONE);
    }

    /** 0.0.0.0 or ::. */
    public boolean isUnspecified() {
        return number().signum() == 0;
    }

    /** 224.0.0.0/4 or ff00::/8. */
    public boolean isMulticast() {
        return isIpv4() ? (bytes[0] & 0xf0) == 0xe0 : bytes[0] == (byte) 0xff;
    }

    /** 169.254.0.0/16 or fe80::/10. */
    public boolean isLinkLocal() {
        return isIpv4()
                ? bytes[0] == (byte) 169 && bytes[1] == (byte) 254
                : bytes[0] == (byte) 0xfe && (bytes[1] & 0xc0) == 0x80;
    }

    /** How many leading bits this address has in common with one of the same family. */
    int sharedBits(Ip other) {
        int at = Arrays.mismatch(bytes, other.bytes);
        if (at < 0) {
            return family().bits();
        }
        return 8 * at + Integer.numberOfLeadingZeros((bytes[at] ^ other.bytes[at]) & 0xff) - 24;
    }

    @Override
    public int compareTo(Ip other) {
        int byFamily = Integer.compare(bytes.length, other.bytes.length);
        return byFamily != 0 ? byFamily : Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ip ip && Arrays.equals(bytes, ip.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return isIpv4() ? IpText.printIpv4(bytes) : IpText.printIpv6(bytes);
    }
}
