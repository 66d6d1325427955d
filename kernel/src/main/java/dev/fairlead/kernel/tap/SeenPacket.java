package dev.fairlead.kernel.tap;

import dev.fairlead.kernel.DecodeException;
import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import java.util.Optional;

/** An IP packet of a connection, or an ICMP error about one, read from a frame. */
public sealed interface SeenPacket {

    IpHeader ip();

    /** What is in the packet after the headers that it was read from, in bytes; of the fragment where it is the first of many. */
    int payload();

    /** The connection that it is of, in its direction; for an error the flow of the packet that it is about, if it has one. */
    Optional<Flow> about();

    /**
     * What is used of an IPv4 header (RFC 791) or IPv6 header (RFC 8200).
     *
     * @param hopLimit IPv4's time to live, or IPv6's hop limit; 0 to 255
     * @param length of the whole packet with this header, in bytes
     */
    record IpHeader(Ip source, Ip destination, int hopLimit, int length) {}

    /**
     * A TCP segment.
     *
     * @param sequence of its first byte, as on the wire; 0 to 2^32 - 1
     * @param acknowledgment the byte that is expected next, as on the wire; 0 to 2^32 - 1, without meaning where {@code
     *     flags} has no ACK
     */
    record Tcp(IpHeader ip, Flow flow, TcpFlags flags, long sequence, long acknowledgment, int payload)
            implements SeenPacket {
        @Override
        public Optional<Flow> about() {
            return Optional.of(flow);
        }

        @Override
        public String toString() {
            return flow + " [" + flags + "] seq " + sequence + (flags.ack() ? " ack " + acknowledgment : "")
                    + " length " + payload + " ttl " + ip.hopLimit();
        }
    }

    /** A UDP datagram, or the first fragment of one. */
    record Udp(IpHeader ip, Flow flow, int payload) implements SeenPacket {
        @Override
        public Optional<Flow> about() {
            return Optional.of(flow);
        }

        @Override
        public String toString() {
            return flow + " length " + payload + " ttl " + ip.hopLimit();
        }
    }

    /**
     * An echo request or the reply to one, RFC 792 or RFC 4443; or the first fragment of one.
     *
     * @param flow with the identifier at the end of who asks
     * @param request whether it is that, and not a reply
     * @param sequence 0 to 65535
     */
    record Echo(IpHeader ip, Flow flow, boolean request, int sequence, int payload) implements SeenPacket {
        @Override
        public Optional<Flow> about() {
            return Optional.of(flow);
        }

        @Override
        public String toString() {
            return flow + " echo " + (request ? "request" : "reply") + " seq " + sequence + " length " + payload
                    + " ttl " + ip.hopLimit();
        }
    }

    /**
     * An error about a packet, RFC 792 or RFC 4443. Whoever found it is the source of {@code ip}.
     *
     * @param type ICMP's or ICMPv6's, by the family
     * @param mtu in bytes, of "packet too big" and of "fragmentation needed"; 0 for others, and from old routers
     * @param quoted the flow of the packet that the error is about, as that one had it; empty where it has neither ports nor is
     *     of an echo
     */
    record IcmpError(IpHeader ip, int type, int code, int mtu, Optional<Flow> quoted, int payload)
            implements SeenPacket {
        @Override
        public Optional<Flow> about() {
            return quoted;
        }

        @Override
        public String toString() {
            return (ip.source().isIpv4() ? "icmp" : "icmp6") + " type " + type + " code " + code
                    + (mtu > 0 ? " mtu " + mtu : "") + " from " + ip.source() + " to " + ip.destination()
                    + quoted.map(flow -> " about " + flow).orElse("");
        }
    }

    /**
     * Reads a frame.
     *
     * @throws DecodeException when it ends too early, contradicts itself, or holds something that a tap doesn't look for
     */
    static SeenPacket decode(Frame frame) {
        return PacketDecoder.decode(frame);
    }
}
