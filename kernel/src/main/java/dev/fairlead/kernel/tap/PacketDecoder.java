package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.kernel.tap.SeenPacket.IpHeader;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.IpPort;
import dev.fairlead.packet.Protocol;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads headers, network byte order. Sources: RFC 791, 8200 (IP), 9293 (TCP), 768 (UDP), 792 and 4443 (ICMP), 1191 (the MTU
 * that ICMP names).
 */
final class PacketDecoder {
    private static final int IPV6_HEADER = 40;
    private static final int UDP_HEADER = 8;
    private static final int ICMP_HEADER = 8;
    private static final int TCP_HEADER = 20;

    private final byte[] bytes;

    private PacketDecoder(byte[] bytes) {
        this.bytes = bytes;
    }

    /** An IP header and where in the frame what follows it begins. */
    private record Network(IpHeader ip, int protocol, int transport, boolean laterFragment) {}

    static SeenPacket decode(Frame frame) {
        return new PacketDecoder(frame.bytes()).read(frame.length() - Wire.ETH_HLEN);
    }

    private SeenPacket read(int onWire) {
        int type = u16(Wire.ETH_HLEN - 2, "Ethernet header");
        if (type != Wire.ETH_P_IP && type != Wire.ETH_P_IPV6) {
            throw new DecodeException("a frame of type 0x" + Integer.toHexString(type) + " is not of IP");
        }
        boolean v4 = type == Wire.ETH_P_IP;
        Network network = v4 ? ipv4(Wire.ETH_HLEN) : ipv6(Wire.ETH_HLEN);
        IpHeader ip = measured(network.ip, onWire);
        int rest = ip.length() - (network.transport - Wire.ETH_HLEN);
        if (network.laterFragment) {
            throw new DecodeException("a later fragment has no header of its protocol");
        }
        if (rest < 0) {
            throw new DecodeException("an IP packet of " + ip.length() + " bytes can't hold its header");
        }
        if (network.protocol == (v4 ? Wire.IPPROTO_ICMP : Wire.IPPROTO_ICMPV6)) {
            return icmp(ip, network.transport, rest, v4);
        }
        return switch (Protocol.ofNumber(network.protocol).orElse(Protocol.SCTP)) {
            case TCP -> tcp(ip, network.transport, rest);
            case UDP -> udp(ip, network.transport, rest);
            case SCTP, ICMP, ICMPV6 ->
                throw new DecodeException("protocol " + network.protocol + " is none that a tap looks for");
        };
    }

    /** Packets that are larger than 64 KiB, as they are before they are cut for the cable, have 0 for their length. */
    private static IpHeader measured(IpHeader ip, int onWire) {
        boolean unsaid = ip.length() == (ip.source().isIpv4() ? 0 : IPV6_HEADER);
        if (unsaid && onWire > 0xffff) {
            return new IpHeader(ip.source(), ip.destination(), ip.hopLimit(), onWire);
        }
        if (ip.length() > onWire) {
            throw new DecodeException(
                    "an IP packet of " + ip.length() + " bytes can't be in a frame of " + onWire + " and its header");
        }
        return ip;
    }

    private Network ipv4(int at) {
        int first = u8(at, "IPv4 header");
        int header = (first & 0xf) * 4;
        if (first >> 4 != 4 || header < 20) {
            throw new DecodeException("an IPv4 header can't begin with 0x" + Integer.toHexString(first));
        }
        need(at, header, "IPv4 header");
        IpHeader ip = new IpHeader(ip(at + 12, 4), ip(at + 16, 4), bytes[at + 8] & 0xff, u16(at + 2, "IPv4 header"));
        boolean later = (u16(at + 6, "IPv4 header") & 0x1fff) != 0;
        return new Network(ip, bytes[at + 9] & 0xff, at + header, later);
    }

    private Network ipv6(int at) {
        need(at, IPV6_HEADER, "IPv6 header");
        if ((bytes[at] & 0xf0) != 0x60) {
            throw new DecodeException("an IPv6 header can't begin with 0x" + Integer.toHexString(bytes[at] & 0xff));
        }
        IpHeader ip = new IpHeader(
                ip(at + 8, 16), ip(at + 24, 16), bytes[at + 7] & 0xff, IPV6_HEADER + u16(at + 4, "IPv6 header"));
        return new Network(ip, bytes[at + 6] & 0xff, at + IPV6_HEADER, false);
    }

    private SeenPacket tcp(IpHeader ip, int at, int rest) {
        need(at, TCP_HEADER, "TCP header");
        int header = (bytes[at + 12] >> 4 & 0xf) * 4;
        if (header < TCP_HEADER || header > rest) {
            throw new DecodeException("a TCP header of " + header + " bytes can't be in " + rest);
        }
        return new SeenPacket.Tcp(
                ip,
                flow(Protocol.TCP, ip, at),
                new TcpFlags(bytes[at + 13] & 0xff),
                u32(at + 4),
                u32(at + 8),
                rest - header);
    }

    private SeenPacket udp(IpHeader ip, int at, int rest) {
        need(at, UDP_HEADER, "UDP header");
        int length = u16(at + 4, "UDP header");
        if (rest < UDP_HEADER || (length != 0 && length < UDP_HEADER)) {
            throw new DecodeException("a UDP datagram of " + length + " bytes can't be in " + rest);
        }
        return new SeenPacket.Udp(ip, flow(Protocol.UDP, ip, at), rest - UDP_HEADER);
    }

    private SeenPacket icmp(IpHeader ip, int at, int rest, boolean v4) {
        need(at, ICMP_HEADER, "ICMP header");
        Optional<Flow> echo = echo(ip, at, v4);
        if (echo.isEmpty()) {
            return error(ip, at, rest, v4);
        }
        if (rest < ICMP_HEADER) {
            throw new DecodeException("an echo can't be in " + rest + " bytes");
        }
        boolean request = (bytes[at] & 0xff) == request(v4);
        return new SeenPacket.Echo(ip, echo.get(), request, u16(at + 6, "ICMP header"), rest - ICMP_HEADER);
    }

    private static int request(boolean v4) {
        return v4 ? Wire.ICMP_ECHO : Wire.ICMPV6_ECHO_REQUEST;
    }

    /** Empty for another kind of ICMP message. */
    private Optional<Flow> echo(IpHeader ip, int at, boolean v4) {
        int type = bytes[at] & 0xff;
        int id = u16(at + 4, "ICMP header");
        if (type == request(v4)) {
            return Optional.of(Flow.echo(ip.source(), ip.destination(), id));
        }
        return type == (v4 ? Wire.ICMP_ECHOREPLY : Wire.ICMPV6_ECHO_REPLY)
                ? Optional.of(Flow.echo(ip.destination(), ip.source(), id).reply())
                : Optional.empty();
    }

    private SeenPacket error(IpHeader ip, int at, int rest, boolean v4) {
        int type = bytes[at] & 0xff;
        int code = bytes[at + 1] & 0xff;
        boolean known = v4
                ? type == Wire.ICMP_DEST_UNREACH || type == Wire.ICMP_TIME_EXCEEDED || type == Wire.ICMP_PARAMETERPROB
                : type >= Wire.ICMPV6_DEST_UNREACH && type <= Wire.ICMPV6_PARAMPROB;
        if (!known || rest < ICMP_HEADER) {
            throw new DecodeException("an ICMP message of type " + type + " and " + rest + " bytes is no error");
        }
        return new SeenPacket.IcmpError(
                ip, type, code, mtu(at, type, code, v4), quoted(at + ICMP_HEADER, v4), rest - ICMP_HEADER);
    }

    private int mtu(int at, int type, int code, boolean v4) {
        if (v4) {
            boolean named = type == Wire.ICMP_DEST_UNREACH && code == Wire.ICMP_FRAG_NEEDED;
            return named ? u16(at + 6, "ICMP header") : 0;
        }
        return type == Wire.ICMPV6_PKT_TOOBIG ? (int) Math.min(u32(at + 4), Integer.MAX_VALUE) : 0;
    }

    /** An error quotes the IP header and at least eight bytes more, which is where ports and identifiers are. */
    private Optional<Flow> quoted(int at, boolean v4) {
        Network network = v4 ? ipv4(at) : ipv6(at);
        if (network.protocol == (v4 ? Wire.IPPROTO_ICMP : Wire.IPPROTO_ICMPV6) && !network.laterFragment) {
            need(network.transport, ICMP_HEADER, "quoted packet");
            return echo(network.ip, network.transport, v4);
        }
        Optional<Protocol> protocol = Protocol.ofNumber(network.protocol);
        if (protocol.isEmpty() || network.laterFragment) {
            return Optional.empty();
        }
        need(network.transport, 4, "quoted packet");
        return Optional.of(flow(protocol.get(), network.ip, network.transport));
    }

    private Flow flow(Protocol protocol, IpHeader ip, int at) {
        return new Flow(
                protocol,
                new IpPort(ip.source(), u16(at, "ports")),
                new IpPort(ip.destination(), u16(at + 2, "ports")));
    }

    private Ip ip(int at, int length) {
        return Ip.of(Arrays.copyOfRange(bytes, at, at + length));
    }

    private void need(int at, int length, String what) {
        if (at + length > bytes.length) {
            throw new DecodeException(
                    "the " + what + " needs " + (at + length) + " bytes and the frame was cut at " + bytes.length);
        }
    }

    private int u8(int at, String what) {
        need(at, 1, what);
        return bytes[at] & 0xff;
    }

    private int u16(int at, String what) {
        need(at, 2, what);
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }

    private long u32(int at) {
        return (long) u16(at, "header") << 16 | u16(at + 2, "header");
    }
}
