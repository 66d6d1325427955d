package dev.fairlead.kernel.route;

import static dev.fairlead.kernel.route.Rta.*;

import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;

/**
 * The question which route a packet takes: {@code ip route get}.
 *
 * @param source unspecified for "not bound"; together with {@link #inputDevice} the source of a packet that arrives
 * @param inputDevice index of the link it arrives on; 0 for a packet of this machine
 * @param outputDevice index of the link the sender is bound to; 0 for none
 * @param mark its {@code fwmark}; 0 for none
 * @param protocol transport protocol's number, 0 for none; then ports count for rules and multipath choice
 * @param sourcePort 0 for none
 * @param destinationPort 0 for none
 */
public record RouteLookup(
        Ip destination,
        Ip source,
        int inputDevice,
        int outputDevice,
        long mark,
        int protocol,
        int sourcePort,
        int destinationPort) {

    public static RouteLookup to(Ip destination) {
        return new RouteLookup(destination, Route.unspecified(destination.family()), 0, 0, 0, 0, 0, 0);
    }

    public RouteLookup from(Ip value) {
        return new RouteLookup(
                destination, value, inputDevice, outputDevice, mark, protocol, sourcePort, destinationPort);
    }

    /** Arriving on the link with this index. */
    public RouteLookup arrivingOn(int index) {
        return new RouteLookup(destination, source, index, outputDevice, mark, protocol, sourcePort, destinationPort);
    }

    /** Sent by a socket that is bound to the link with this index. */
    public RouteLookup leavingBy(int index) {
        return new RouteLookup(destination, source, inputDevice, index, mark, protocol, sourcePort, destinationPort);
    }

    public RouteLookup withMark(long value) {
        return new RouteLookup(
                destination, source, inputDevice, outputDevice, value, protocol, sourcePort, destinationPort);
    }

    public RouteLookup withPorts(int protocolNumber, int from, int to) {
        return new RouteLookup(destination, source, inputDevice, outputDevice, mark, protocolNumber, from, to);
    }

    /** {@code 10.244.2.7 from 10.244.1.5 iif if3}. */
    @Override
    public String toString() {
        return destination
                + (source.isUnspecified() ? "" : " from " + source)
                + (inputDevice == 0 ? "" : " iif if" + inputDevice)
                + (outputDevice == 0 ? "" : " oif if" + outputDevice)
                + (mark == 0 ? "" : " mark " + mark);
    }

    /**
     * The message.
     *
     * @param entry to be given the routing table's entry instead of the resolved route ({@code RTM_F_FIB_MATCH})
     */
    Request request(boolean entry) {
        Family family = destination.family();
        // The kernel tells the table of a resolved IPv4 route only when asked, and takes the flag for IPv4 only.
        int flags = (family == Family.IPV4 ? FLAG_LOOKUP_TABLE : 0) | (entry ? FLAG_FIB_MATCH : 0);
        Encoder encoder = new Encoder()
                .u8(family.number())
                .u8(family.bits())
                .u8(source.isUnspecified() ? 0 : family.bits())
                .zeros(5)
                .u32(flags);
        encoder.attributeIp(RTA_DST, destination);
        if (!source.isUnspecified()) {
            encoder.attributeIp(RTA_SRC, source);
        }
        u32(encoder, RTA_IIF, inputDevice);
        u32(encoder, RTA_OIF, outputDevice);
        u32(encoder, RTA_MARK, mark);
        if (protocol != 0) {
            encoder.attributeU8(RTA_IP_PROTO, protocol);
            be16(encoder, RTA_SPORT, sourcePort);
            be16(encoder, RTA_DPORT, destinationPort);
        }
        return new Request("find the route to " + this, Rtm.RTM_GETROUTE, encoder.toBytes());
    }

    private static void u32(Encoder encoder, int type, long value) {
        if (value != 0) {
            encoder.attributeU32(type, value);
        }
    }

    private static void be16(Encoder encoder, int type, int value) {
        if (value != 0) {
            encoder.attributeBe16(type, value);
        }
    }
}
