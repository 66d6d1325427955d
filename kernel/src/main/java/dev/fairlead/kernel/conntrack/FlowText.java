package dev.fairlead.kernel.conntrack;

/** The line that {@code conntrack -L} prints for a flow. */
final class FlowText {
    private static final int NAME_WIDTH = 8;

    private FlowText() {}

    static String of(Flow flow) {
        StringBuilder text = new StringBuilder(protocol(flow.original().protocol()));
        while (text.length() < NAME_WIDTH) {
            text.append(' ');
        }
        text.append(' ').append(flow.original().protocol()).append(' ');
        if (flow.timeout() >= 0) {
            text.append(flow.timeout()).append(' ');
        }
        if (!flow.state().isEmpty()) {
            text.append(flow.state()).append(' ');
        }
        direction(text, flow.original(), flow.originalCounters(), "zone-orig=");
        if (!flow.status().isReplied()) {
            text.append("[UNREPLIED] ");
        }
        direction(text, flow.reply(), flow.replyCounters(), "zone-reply=");
        text.append(status(flow.status())).append("mark=").append(flow.mark()).append(' ');
        if (flow.zone() != 0) {
            text.append("zone=").append(flow.zone()).append(' ');
        }
        if (!flow.helper().isEmpty()) {
            text.append("helper=").append(flow.helper()).append(' ');
        }
        if (flow.uses() != 0) {
            text.append("use=").append(flow.uses()).append(' ');
        }
        return text.toString().stripTrailing();
    }

    private static void direction(StringBuilder text, Tuple tuple, Counters counters, String zone) {
        text.append(tuple).append(' ');
        if (tuple.zone() != 0) {
            text.append(zone).append(tuple.zone()).append(' ');
        }
        text.append(counters.text());
    }

    private static String status(Status status) {
        return status.has(Status.HW_OFFLOAD)
                ? "[HW_OFFLOAD] "
                : status.has(Status.OFFLOAD) ? "[OFFLOAD] " : status.isAssured() ? "[ASSURED] " : "";
    }

    private static String protocol(int number) {
        return switch (number) {
            case 1 -> "icmp";
            case 6 -> "tcp";
            case 17 -> "udp";
            case 33 -> "dccp";
            case 47 -> "gre";
            case 58 -> "icmpv6";
            case 132 -> "sctp";
            case 136 -> "udplite";
            default -> "unknown";
        };
    }
}
