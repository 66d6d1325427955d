package dev.fairlead.packet;

import java.util.Locale;
import java.util.Optional;

/** Transport protocols with ports, by their IANA numbers. Prints in lower case, as {@code nft} does. */
public enum Protocol {
    TCP(6),
    UDP(17),
    SCTP(132);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /** The number in the IPv4 protocol or IPv6 next-header field. */
    public int number() {
        return number;
    }

    /** By name in any case ({@code TCP}, {@code udp}), as CNI and Kubernetes write it. */
    public static Optional<Protocol> parse(String name) {
        for (Protocol protocol : values()) {
            if (protocol.name().equalsIgnoreCase(name)) {
                return Optional.of(protocol);
            }
        }
        return Optional.empty();
    }

    public static Optional<Protocol> ofNumber(int number) {
        for (Protocol protocol : values()) {
            if (protocol.number == number) {
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
