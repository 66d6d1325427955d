package dev.fairlead.kernel.conntrack;

import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import dev.fairlead.packet.Protocol;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which flows are meant; what isn't asked for doesn't matter. What the kernel can look at while it lists (addresses and
 * ports of the original direction since 5.8, mark, status since 5.19) it does, and every answer is looked at here as well,
 * so that an older kernel only makes it slower. Immutable.
 */
public final class FlowFilter implements Predicate<Flow> {
    /** Every flow. */
    public static final FlowFilter ALL = new FlowFilter();

    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_STATUS = 3;
    private static final int CTA_MARK = 8;
    private static final int CTA_MARK_MASK = 21;
    private static final int CTA_FILTER = 25;
    private static final int CTA_STATUS_MASK = 26;
    private static final int CTA_FILTER_ORIG_FLAGS = 1;
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_SRC_PORT = 2;
    private static final int CTA_PROTO_DST_PORT = 3;

    /** Which parts of the tuple count, {@code CTA_FILTER_F_*} of the kernel's {@code nf_internals.h}. */
    private static final int F_IP_SRC = 1;

    private static final int F_IP_DST = 1 << 1;
    private static final int F_PROTO_NUM = 1 << 3;
    private static final int F_PROTO_SRC_PORT = 1 << 4;
    private static final int F_PROTO_DST_PORT = 1 << 5;
    private static final int ANY = -1;

    // Set once, before the object is handed out.
    private @Nullable Family family;
    private @Nullable Ip source;
    private @Nullable Ip destination;
    private @Nullable Ip replySource;
    private int protocol = ANY;
    private int sourcePort = ANY;
    private int destinationPort = ANY;
    private int replySourcePort = ANY;
    private int zone = ANY;
    private long mark;
    private long markMask;
    private int status;
    private int statusMask;

    private FlowFilter() {}

    private FlowFilter(FlowFilter other) {
        family = other.family;
        source = other.source;
        destination = other.destination;
        replySource = other.replySource;
        protocol = other.protocol;
        sourcePort = other.sourcePort;
        destinationPort = other.destinationPort;
        replySourcePort = other.replySourcePort;
        zone = other.zone;
        mark = other.mark;
        markMask = other.markMask;
        status = other.status;
        statusMask = other.statusMask;
    }

    public FlowFilter family(Family value) {
        FlowFilter copy = new FlowFilter(this);
        copy.family = value;
        return copy;
    }

    public FlowFilter protocol(Protocol value) {
        FlowFilter copy = new FlowFilter(this);
        copy.protocol = value.number();
        return copy;
    }

    /** Begun by this address. */
    public FlowFilter source(Ip value) {
        FlowFilter copy = family(value.family());
        copy.source = value;
        return copy;
    }

    public FlowFilter sourcePort(int value) {
        FlowFilter copy = new FlowFilter(this);
        copy.sourcePort = value;
        return copy;
    }

    /** Sent to this address, before any translation. */
    public FlowFilter destination(Ip value) {
        FlowFilter copy = family(value.family());
        copy.destination = value;
        return copy;
    }

    public FlowFilter destinationPort(int value) {
        FlowFilter copy = new FlowFilter(this);
        copy.destinationPort = value;
        return copy;
    }

    /** Answered by this address: where destination translation sent it. */
    public FlowFilter replySource(Ip value) {
        FlowFilter copy = family(value.family());
        copy.replySource = value;
        return copy;
    }

    public FlowFilter replySourcePort(int value) {
        FlowFilter copy = new FlowFilter(this);
        copy.replySourcePort = value;
        return copy;
    }

    public FlowFilter zone(int value) {
        FlowFilter copy = new FlowFilter(this);
        copy.zone = value;
        return copy;
    }

    /** These bits of the mark. */
    public FlowFilter mark(long value, long mask) {
        FlowFilter copy = new FlowFilter(this);
        copy.mark = value & mask;
        copy.markMask = mask;
        return copy;
    }

    /** These bits of the status, {@link Status#SEEN_REPLY} and the like. */
    public FlowFilter status(int value, int mask) {
        FlowFilter copy = new FlowFilter(this);
        copy.status = value & mask;
        copy.statusMask = mask;
        return copy;
    }

    @Override
    public boolean test(Flow flow) {
        Tuple original = flow.original();
        return matches(family, flow.family())
                && matches(source, original.source())
                && matches(destination, original.destination())
                && matches(replySource, flow.reply().source())
                && matches(protocol, original.protocol())
                && matches(sourcePort, original.sourcePort())
                && matches(destinationPort, original.destinationPort())
                && matches(replySourcePort, flow.reply().sourcePort())
                && matches(zone, flow.zone())
                && (flow.mark() & markMask) == mark
                && (flow.status().bits() & statusMask) == status;
    }

    private static boolean matches(@Nullable Object wanted, Object is) {
        return wanted == null || wanted.equals(is);
    }

    private static boolean matches(int wanted, int is) {
        return wanted == ANY || wanted == is;
    }

    /** For the message's header: 0 for both families. */
    int familyNumber() {
        return family == null ? 0 : family.number();
    }

    /** What the kernel can look at. */
    void encode(Encoder out) {
        if (markMask != 0) {
            out.attributeBe32(CTA_MARK, mark).attributeBe32(CTA_MARK_MASK, markMask);
        }
        if (statusMask != 0) {
            out.attributeBe32(CTA_STATUS, status).attributeBe32(CTA_STATUS_MASK, statusMask);
        }
        int flags = flags();
        if (flags != 0 && family != null) { // the kernel reads a tuple only when it knows the family
            out.nested(CTA_FILTER, filter -> filter.attributeU32(CTA_FILTER_ORIG_FLAGS, flags));
            out.nested(CTA_TUPLE_ORIG, this::encodeTuple);
        }
    }

    private int flags() {
        return (source == null ? 0 : F_IP_SRC)
                | (destination == null ? 0 : F_IP_DST)
                | (protocol == ANY ? 0 : F_PROTO_NUM)
                | (protocol == ANY || sourcePort == ANY ? 0 : F_PROTO_SRC_PORT)
                | (protocol == ANY || destinationPort == ANY ? 0 : F_PROTO_DST_PORT);
    }

    private void encodeTuple(Encoder out) {
        int shift = family == Family.IPV4 ? 0 : 2; // CTA_IP_V6_SRC is CTA_IP_V4_SRC + 2
        Ip from = source;
        Ip to = destination;
        if (from != null || to != null) {
            out.nested(CTA_TUPLE_IP, ip -> {
                if (from != null) {
                    ip.attributeIp(1 + shift, from);
                }
                if (to != null) {
                    ip.attributeIp(2 + shift, to);
                }
            });
        }
        if (protocol != ANY) {
            out.nested(CTA_TUPLE_PROTO, proto -> {
                proto.attributeU8(CTA_PROTO_NUM, protocol);
                if (sourcePort != ANY) {
                    proto.attributeBe16(CTA_PROTO_SRC_PORT, sourcePort);
                }
                if (destinationPort != ANY) {
                    proto.attributeBe16(CTA_PROTO_DST_PORT, destinationPort);
                }
            });
        }
    }
}
