package dev.fairlead.kernel.conntrack;

import dev.fairlead.kernel.netlink.Family;
import dev.fairlead.kernel.netlink.Family.MessageFormat;
import dev.fairlead.kernel.netlink.Schema;
import dev.fairlead.kernel.netlink.Schema.Kind;

/** The kernel's names for what goes over the wire, for the explain mode and for errors. */
final class ConntrackProtocol {
    static final Family FAMILY = new Family(Wire.PROTOCOL, "conntrack", ConntrackProtocol::format);

    private static final String[] MESSAGES = {
        "IPCTNL_MSG_CT_NEW",
        "IPCTNL_MSG_CT_GET",
        "IPCTNL_MSG_CT_DELETE",
        "IPCTNL_MSG_CT_GET_CTRZERO",
        "IPCTNL_MSG_CT_GET_STATS_CPU",
        "IPCTNL_MSG_CT_GET_STATS"
    };

    private ConntrackProtocol() {}

    private static MessageFormat format(int type) {
        int message = type & 0xff;
        if (type >> 8 != Wire.SUBSYSTEM || message >= MESSAGES.length) {
            return MessageFormat.unknown(type);
        }
        Schema schema = message == Wire.GET_STATS
                ? Schema.of()
                        .leaf(1, "CTA_STATS_GLOBAL_ENTRIES", Kind.BE32)
                        .leaf(2, "CTA_STATS_GLOBAL_MAX_ENTRIES", Kind.BE32)
                : flow();
        return new MessageFormat(MESSAGES[message], Wire.HEADER, body -> "family " + body.get(0), schema);
    }

    private static Schema flow() {
        return Schema.of()
                .nest(1, "CTA_TUPLE_ORIG", ConntrackProtocol::tuple)
                .nest(2, "CTA_TUPLE_REPLY", ConntrackProtocol::tuple)
                .leaf(3, "CTA_STATUS", Kind.BE32)
                .nest(4, "CTA_PROTOINFO", ConntrackProtocol::protocol)
                .nest(5, "CTA_HELP", () -> Schema.of().leaf(1, "CTA_HELP_NAME", Kind.STRING))
                .leaf(7, "CTA_TIMEOUT", Kind.BE32)
                .leaf(8, "CTA_MARK", Kind.BE32)
                .nest(9, "CTA_COUNTERS_ORIG", ConntrackProtocol::counters)
                .nest(10, "CTA_COUNTERS_REPLY", ConntrackProtocol::counters)
                .leaf(11, "CTA_USE", Kind.BE32)
                .leaf(12, "CTA_ID", Kind.BE32)
                .leaf(18, "CTA_ZONE", Kind.BE16)
                .leaf(21, "CTA_MARK_MASK", Kind.BE32)
                .nest(25, "CTA_FILTER", () -> Schema.of().leaf(1, "CTA_FILTER_ORIG_FLAGS", Kind.U32))
                .leaf(26, "CTA_STATUS_MASK", Kind.BE32);
    }

    private static Schema tuple() {
        return Schema.of()
                .nest(
                        1,
                        "CTA_TUPLE_IP",
                        () -> Schema.of()
                                .leaf(1, "CTA_IP_V4_SRC", Kind.IP)
                                .leaf(2, "CTA_IP_V4_DST", Kind.IP)
                                .leaf(3, "CTA_IP_V6_SRC", Kind.IP)
                                .leaf(4, "CTA_IP_V6_DST", Kind.IP))
                .nest(
                        2,
                        "CTA_TUPLE_PROTO",
                        () -> Schema.of()
                                .leaf(1, "CTA_PROTO_NUM", Kind.U8)
                                .leaf(2, "CTA_PROTO_SRC_PORT", Kind.BE16)
                                .leaf(3, "CTA_PROTO_DST_PORT", Kind.BE16)
                                .leaf(4, "CTA_PROTO_ICMP_ID", Kind.BE16)
                                .leaf(5, "CTA_PROTO_ICMP_TYPE", Kind.U8)
                                .leaf(6, "CTA_PROTO_ICMP_CODE", Kind.U8)
                                .leaf(7, "CTA_PROTO_ICMPV6_ID", Kind.BE16)
                                .leaf(8, "CTA_PROTO_ICMPV6_TYPE", Kind.U8)
                                .leaf(9, "CTA_PROTO_ICMPV6_CODE", Kind.U8))
                .leaf(3, "CTA_TUPLE_ZONE", Kind.BE16);
    }

    private static Schema protocol() {
        return Schema.of()
                .nest(1, "CTA_PROTOINFO_TCP", () -> Schema.of().leaf(1, "CTA_PROTOINFO_TCP_STATE", Kind.U8))
                .nest(3, "CTA_PROTOINFO_SCTP", () -> Schema.of().leaf(1, "CTA_PROTOINFO_SCTP_STATE", Kind.U8));
    }

    private static Schema counters() {
        return Schema.of().leaf(1, "CTA_COUNTERS_PACKETS", Kind.BE64).leaf(2, "CTA_COUNTERS_BYTES", Kind.BE64);
    }
}
