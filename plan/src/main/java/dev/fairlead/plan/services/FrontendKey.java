package dev.fairlead.plan.services;

import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;

/**
 * What a client connects to. Prints as the key of an nftables map, {@code 10.96.0.10 . tcp . 80}; sorts by address, port,
 * protocol.
 *
 * @param port 1 to 65535
 */
public record FrontendKey(Ip ip, Protocol protocol, int port) implements Comparable<FrontendKey> {

    /** As a destination on the wire. */
    public IpPort address() {
        return new IpPort(ip, port);
    }

    @Override
    public int compareTo(FrontendKey other) {
        int byIp = ip.compareTo(other.ip);
        if (byIp != 0) {
            return byIp;
        }
        int byPort = Integer.compare(port, other.port);
        return byPort != 0 ? byPort : protocol.compareTo(other.protocol);
    }

    @Override
    public String toString() {
        return ip + " . " + protocol + " . " + port;
    }
}
