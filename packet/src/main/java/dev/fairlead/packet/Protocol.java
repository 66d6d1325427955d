package dev.fairlead.packet;

import java.util.Locale;
import java.util.Optional;

/**
 * Protocols that conversations are held in, by their IANA numbers: transport protocols, which have ports, and the two of echo
 * requests, which have an identifier in their place. Prints in lower case, as {@code nft} does.
 */
public enum Protocol {
    TCP(6),
    UDP(17),
    SCTP(132),
    ICMP(1),
    ICMPV6(58);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /** The number in the IPv4 protocol or IPv6 next-header field. */
    public int number() {
        return number;
    }

    /** Whether it is a transport protocol; else it is one of echo requests and their replies. */
    public boolean hasPorts() {
        return this != ICMP && this != ICMPV6;
    }

    /** The same in a family: for echo requests each has its own. */
    public Protocol in(Family family) {
        return hasPorts() ? this : family == Family.IPV4 ? ICMP : ICMPV6;
    }

    /** One with ports by name in any case ({@code TCP}, {@code udp}), as CNI and Kubernetes write it. */
    public static Optional<Protocol> parse(String name) {
        return named(name).filter(Protocol::hasPorts);
    }

    /** Any by name in any case. */
    public static Optional<Protocol> named(String name) {
        for (Protocol protocol : values()) {
            if (protocol.name().equalsIgnoreCase(name)) {
                return Optional.of(protocol);
            }
        }
        return Optional.empty();
    }

    /** One with ports. */
    public static Optional<Protocol> ofNumber(int number) {
        for (Protocol protocol : values()) {
            if (protocol.number == number && protocol.hasPorts()) {
                return Optional.of(protocol);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
