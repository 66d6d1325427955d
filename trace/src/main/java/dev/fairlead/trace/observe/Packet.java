package dev.fairlead.trace.observe;

import dev.fairlead.packet.Flow;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.util.Optional;

/**
 * What of a packet tells it from the others of its connection, wherever it is met: translations change its flow and nothing
 * else of this.
 *
 * @param flow as it is here; of an ICMP error, that of the packet it is about, turned round
 * @param flags of TCP, else 0
 * @param sequence of TCP, as an unsigned 32-bit number; of an echo, as an unsigned 16-bit one; else 0
 * @param acknowledgement the same
 * @param length of the whole packet with its IP header, in bytes; of an ICMP error its own
 * @param error empty where it isn't an ICMP error
 */
public record Packet(Flow flow, int flags, long sequence, long acknowledgement, int length, Optional<IcmpError> error) {
    static final int SYN = 2;
    static final int RST = 4;
    static final int ACK = 16;

    /**
     * An error that a router or the receiver reports.
     *
     * @param from who reports it
     * @param text as ping and traceroute say it
     */
    public record IcmpError(Ip from, String text) {
        @Override
        public String toString() {
            return text + " from " + from;
        }
    }

    /** Whether it can be the first of its direction: for TCP that opens, accepts or refuses. */
    boolean isFirst(boolean reply) {
        if (error.isPresent()) {
            return reply;
        }
        boolean tcp = flow.protocol() == Protocol.TCP;
        return !tcp || (reply ? (flags & (SYN | RST)) != 0 : (flags & (SYN | ACK)) == SYN);
    }

    /** Whether it can be the answer to the first packet there: {@code ping} numbers its requests, and a reply has its request's. */
    boolean answers(Packet asked) {
        return flow.protocol().hasPorts() || error.isPresent() || sequence == asked.sequence;
    }

    /** Whether both are one packet, met at two places. */
    boolean isSame(Packet other) {
        return flags == other.flags
                && sequence == other.sequence
                && acknowledgement == other.acknowledgement
                && error.isPresent() == other.error.isPresent();
    }
}
