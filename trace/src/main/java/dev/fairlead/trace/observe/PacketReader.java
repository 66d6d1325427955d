package dev.fairlead.trace.observe;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.nftables.TraceEvent;
import dev.fairlead.kernel.tap.Frame;
import dev.fairlead.kernel.tap.SeenPacket;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Flow;
import dev.fairlead.trace.observe.Packet.IcmpError;
import java.util.Optional;

/** Reads packets, as taps and as traced rules show them, into the one form in which they can be compared. */
final class PacketReader {
    private static final int ETHERNET = 14;
    private static final int IPV4_HEADER = 20;
    private static final int IPV4_PROTOCOL = 9;
    private static final int IPV6_HEADER = 40;
    private static final int IPV6_NEXT_HEADER = 6;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;

    private PacketReader() {}

    /** Empty for an error about something that is of no connection, and no echo either. */
    static Optional<Packet> read(SeenPacket seen) {
        return switch (seen) {
            case SeenPacket.Tcp tcp ->
                Optional.of(new Packet(
                        tcp.flow(),
                        tcp.flags().bits(),
                        tcp.sequence(),
                        tcp.acknowledgment(),
                        tcp.ip().length(),
                        Optional.empty()));
            case SeenPacket.Udp udp ->
                Optional.of(new Packet(udp.flow(), 0, 0, 0, udp.ip().length(), Optional.empty()));
            case SeenPacket.Echo echo ->
                Optional.of(
                        new Packet(echo.flow(), 0, echo.sequence(), 0, echo.ip().length(), Optional.empty()));
            case SeenPacket.IcmpError error ->
                error.quoted()
                        .map(flow -> new Packet(
                                flow.reply(),
                                0,
                                0,
                                0,
                                error.ip().length(),
                                Optional.of(new IcmpError(error.ip().source(), IcmpText.of(error)))));
        };
    }

    /**
     * The first step of a chain brings the headers. Of ICMP they don't reach as far as the ports that an error quotes; it is
     * taken for one about the connection, since tracking has put it there.
     *
     * @param answer how an answer looks to the client
     */
    static Optional<Packet> read(TraceEvent step, Flow answer) {
        byte[] network = step.networkHeader().toArray();
        byte[] transport = step.transportHeader().toArray();
        boolean ipv6 = network.length > 0 && (network[0] & 0xf0) == 0x60;
        if (network.length < IPV4_HEADER) {
            return Optional.empty();
        }
        byte[] frame = new byte[ETHERNET + network.length + transport.length];
        frame[ETHERNET - 2] = (byte) (ipv6 ? 0x86 : 0x08);
        frame[ETHERNET - 1] = (byte) (ipv6 ? 0xdd : 0x00);
        System.arraycopy(network, 0, frame, ETHERNET, network.length);
        System.arraycopy(transport, 0, frame, ETHERNET + network.length, transport.length);
        int length = ipv6 ? IPV6_HEADER + u16(network, 4) : u16(network, 2);
        if (isIcmp(network, ipv6) && !isEcho(transport, ipv6)) {
            return Optional.of(new Packet(
                    answer,
                    0,
                    0,
                    0,
                    length,
                    Optional.of(new IcmpError(answer.source().ip(), "ICMP error"))));
        }
        try {
            return read(SeenPacket.decode(new Frame(frame, Math.max(frame.length, ETHERNET + length))));
        } catch (DecodeException e) {
            return Optional.empty(); // none of a connection
        }
    }

    private static boolean isIcmp(byte[] network, boolean ipv6) {
        return ipv6 ? network[IPV6_NEXT_HEADER] == ICMPV6 : network[IPV4_PROTOCOL] == ICMP;
    }

    private static boolean isEcho(byte[] icmp, boolean ipv6) {
        Family family = ipv6 ? Family.IPV6 : Family.IPV4;
        int type = icmp.length == 0 ? -1 : icmp[0] & 0xff;
        return type == Tuples.request(family) || type == Tuples.reply(family);
    }

    private static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }
}
