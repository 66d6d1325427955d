package dev.fairlead.packet;

/**
 * Who talks to whom: the five values that name a connection in one direction, as a packet carries them. Prints as
 * {@code tcp 10.244.1.5:41234 → 10.96.0.17:80}.
 *
 * <p>Of an echo request and its reply the identifier stands where who asks has a port, as in the kernel's connection tracking,
 * and the other side has port 0: a request comes from {@code 10.244.1.5} with 4711, its reply goes there. So a translation that
 * changes the identifier is one of the source, as it is with ports. Prints as {@code icmp 10.244.1.5 id 4711 → 10.244.2.7}.
 */
public record Flow(Protocol protocol, IpPort source, IpPort destination) {

    public Flow {
        if (source.ip().family() != destination.ip().family()) {
            throw new IllegalArgumentException(
                    "a flow stays in one address family, not " + source + " to " + destination);
        }
        if (protocol.in(source.ip().family()) != protocol) {
            throw new IllegalArgumentException("no " + protocol + " goes from " + source.ip());
        }
        if (!protocol.hasPorts() && source.port() != 0 && destination.port() != 0) {
            throw new IllegalArgumentException(
                    "an echo has one identifier, not " + source.port() + " and " + destination.port());
        }
    }

    /** An echo request. @param id its identifier, 0 to 65535 */
    public static Flow echo(Ip from, Ip to, int id) {
        return new Flow(Protocol.ICMP.in(from.family()), new IpPort(from, id), new IpPort(to, 0));
    }

    /** As the answering side sends it: source and destination exchanged. */
    public Flow reply() {
        return new Flow(protocol, /* source= */ destination, /* destination= */ source);
    }

    public Family family() {
        return source.ip().family();
    }

    /** The source as people read it: {@code 10.244.1.5:41234}; of an echo {@code 10.244.1.5 id 4711}, or the address alone. */
    public String sourceText() {
        return text(source);
    }

    /** The destination, in the same way. */
    public String destinationText() {
        return text(destination);
    }

    private String text(IpPort end) {
        return protocol.hasPorts() ? end.toString() : end.ip() + (end.port() == 0 ? "" : " id " + end.port());
    }

    @Override
    public String toString() {
        return protocol + " " + sourceText() + " → " + destinationText();
    }
}
