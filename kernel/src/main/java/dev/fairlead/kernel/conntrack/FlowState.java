package dev.fairlead.kernel.conntrack;

import dev.fairlead.kernel.netlink.Attributes;

/** How far a connection is, {@code enum ctattr_protoinfo}; names as {@code conntrack} has them. */
final class FlowState {
    private static final int CTA_PROTOINFO_TCP = 1;
    private static final int CTA_PROTOINFO_SCTP = 3;
    private static final int STATE = 1;
    private static final String[] TCP = {
        "NONE",
        "SYN_SENT",
        "SYN_RECV",
        "ESTABLISHED",
        "FIN_WAIT",
        "CLOSE_WAIT",
        "LAST_ACK",
        "TIME_WAIT",
        "CLOSE",
        "SYN_SENT2"
    };
    private static final String[] SCTP = {
        "NONE",
        "CLOSED",
        "COOKIE_WAIT",
        "COOKIE_ECHOED",
        "ESTABLISHED",
        "SHUTDOWN_SENT",
        "SHUTDOWN_RECD",
        "SHUTDOWN_ACK_SENT",
        "HEARTBEAT_SENT",
        "HEARTBEAT_ACKED"
    };

    private FlowState() {}

    static String decode(Attributes in) {
        return in.find(CTA_PROTOINFO_TCP)
                .flatMap(a -> a.nested().find(STATE))
                .map(a -> name(TCP, a.u8()))
                .or(() -> in.find(CTA_PROTOINFO_SCTP)
                        .flatMap(a -> a.nested().find(STATE))
                        .map(a -> name(SCTP, a.u8())))
                .orElse("");
    }

    private static String name(String[] names, int state) {
        return state < names.length ? names[state] : "UNKNOWN";
    }
}
