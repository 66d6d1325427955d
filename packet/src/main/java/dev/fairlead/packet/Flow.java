package dev.fairlead.packet;

/**
 * Who talks to whom: the five values that name a connection in one direction, as a packet carries them. Prints as
 * {@code tcp 10.244.1.5:41234 → 10.96.0.17:80}.
 */
public record Flow(Protocol protocol, IpPort source, IpPort destination) {

    public Flow {
        if (source.ip().family() != destination.ip().family()) {
            throw new IllegalArgumentException(
                    "a flow stays in one address family, not " + source + " to " + destination);
        }
    }

    /** As the answering side sends it: source and destination exchanged. */
    public Flow reply() {
        return new Flow(protocol, /* source= */ destination, /* destination= */ source);
    }

    public Family family() {
        return source.ip().family();
    }

    @Override
    public String toString() {
        return protocol + " " + source + " → " + destination;
    }
}
