package dev.fairlead.kernel.conntrack;

import dev.fairlead.kernel.netlink.Attribute;
import dev.fairlead.kernel.netlink.Attributes;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.packet.Family;

/**
 * A flow the kernel remembers: what its packets looked like when they came ({@code original}), and what answers look like
 * when they come ({@code reply}). Where the two aren't each other's mirror image, addresses are translated.
 *
 * @param timeout seconds until it is forgotten, -1 when not said
 * @param mark {@code ct mark}
 * @param id the kernel's number for it, as an unsigned 32-bit number; another flow may have it later
 * @param state of TCP or SCTP, empty for other protocols: {@code ESTABLISHED}
 * @param zone 0 for none
 * @param helper name of the helper that follows it, empty for none
 * @param uses how many references the kernel holds, 0 when not said
 */
public record Flow(
        Tuple original,
        Tuple reply,
        Status status,
        long timeout,
        long mark,
        long id,
        String state,
        Counters originalCounters,
        Counters replyCounters,
        int zone,
        String helper,
        long uses) {
    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_TUPLE_REPLY = 2;
    private static final int CTA_STATUS = 3;
    private static final int CTA_PROTOINFO = 4;
    private static final int CTA_HELP = 5;
    private static final int CTA_TIMEOUT = 7;
    private static final int CTA_MARK = 8;
    private static final int CTA_COUNTERS_ORIG = 9;
    private static final int CTA_COUNTERS_REPLY = 10;
    private static final int CTA_USE = 11;
    private static final int CTA_ID = 12;
    private static final int CTA_ZONE = 18;
    private static final int CTA_HELP_NAME = 1;
    private static final int CTA_COUNTERS_PACKETS = 1;
    private static final int CTA_COUNTERS_BYTES = 2;

    public Family family() {
        return original.family();
    }

    /** Whether where it goes is not where it was sent to. */
    public boolean isDestinationTranslated() {
        return !reply.source().equals(original.destination()) || reply.sourcePort() != original.destinationPort();
    }

    static Flow decode(Message message) {
        Attributes in = message.attributes(Wire.HEADER);
        return new Flow(
                Tuple.decode(in.require(CTA_TUPLE_ORIG, "CTA_TUPLE_ORIG")),
                Tuple.decode(in.require(CTA_TUPLE_REPLY, "CTA_TUPLE_REPLY")),
                new Status(in.find(CTA_STATUS).map(a -> (int) a.be32()).orElse(0)),
                number(in, CTA_TIMEOUT, -1),
                number(in, CTA_MARK, 0),
                number(in, CTA_ID, 0),
                in.find(CTA_PROTOINFO).map(a -> FlowState.decode(a.nested())).orElse(""),
                counters(in, CTA_COUNTERS_ORIG),
                counters(in, CTA_COUNTERS_REPLY),
                in.find(CTA_ZONE).map(Attribute::be16).orElse(0),
                in.find(CTA_HELP)
                        .flatMap(a -> a.nested().find(CTA_HELP_NAME))
                        .map(Attribute::string)
                        .orElse(""),
                number(in, CTA_USE, 0));
    }

    private static long number(Attributes in, int type, long otherwise) {
        return in.find(type).map(Attribute::be32).orElse(otherwise);
    }

    private static Counters counters(Attributes in, int type) {
        return in.find(type)
                .map(Attribute::nested)
                .map(c -> new Counters(
                        c.require(CTA_COUNTERS_PACKETS, "CTA_COUNTERS_PACKETS").be64(),
                        c.require(CTA_COUNTERS_BYTES, "CTA_COUNTERS_BYTES").be64()))
                .orElse(Counters.OFF);
    }

    /** The line of {@code conntrack -L}. */
    @Override
    public String toString() {
        return FlowText.of(this);
    }

    /** The line of {@code conntrack -L -o extended}, which begins with the address family. */
    public String extendedText() {
        return (family() == Family.IPV4 ? "ipv4     2 " : "ipv6     10 ") + this;
    }
}
