package dev.fairlead.packet;

import java.util.Optional;

/**
 * An address with a transport port. Prints as RFC 5952 section 6 asks: {@code 10.244.1.5:8080}, {@code [fd00::5]:8080}.
 *
 * @param port 0 to 65535, host byte order
 */
public record IpPort(Ip ip, int port) implements Comparable<IpPort> {

    public IpPort {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is outside 0 to 65535");
        }
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException when {@code text} isn't that; the message quotes it
     */
    public static IpPort of(String text) {
        return parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + text + "' is not an address with a port, such as 10.244.1.5:80 or [fd00::5]:80"));
    }

    /** As {@link #of(String)}, but empty where that throws. */
    public static Optional<IpPort> parse(String text) {
        int colon = text.lastIndexOf(':');
        int port = colon < 0 ? -1 : IpText.decimal(text, colon + 1, text.length(), 65535);
        if (port < 0) {
            return Optional.empty();
        }
        boolean bracketed = text.startsWith("[") && text.charAt(colon - 1) == ']';
        String address = bracketed ? text.substring(1, colon - 1) : text.substring(0, colon);
        return Ip.parse(address).filter(ip -> ip.isIpv6() == bracketed).map(ip -> new IpPort(ip, port));
    }

    @Override
    public int compareTo(IpPort other) {
        int byIp = ip.compareTo(other.ip);
        return byIp != 0 ? byIp : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return (ip.isIpv6() ? "[" + ip + "]" : ip.toString()) + ":" + port;
    }
}
