package dev.fairlead.trace.observe;

import dev.fairlead.kernel.tap.SeenPacket.IcmpError;

/** ICMP errors in words: RFC 792 and 1812, RFC 4443. */
final class IcmpText {
    private IcmpText() {}

    static String of(IcmpError error) {
        String known = error.ip().source().isIpv4() ? ipv4(error) : ipv6(error);
        return "ICMP " + known + (error.mtu() > 0 ? " (mtu " + error.mtu() + ")" : "");
    }

    private static String ipv4(IcmpError error) {
        return switch (error.type()) {
            case 3 ->
                switch (error.code()) {
                    case 0 -> "network unreachable";
                    case 1 -> "host unreachable";
                    case 2 -> "protocol unreachable";
                    case 3 -> "port unreachable";
                    case 4 -> "fragmentation needed";
                    case 9, 10, 13 -> "administratively prohibited";
                    default -> "unreachable, code " + error.code();
                };
            case 11 -> "time exceeded";
            default -> "error of type " + error.type() + ", code " + error.code();
        };
    }

    private static String ipv6(IcmpError error) {
        return switch (error.type()) {
            case 1 ->
                switch (error.code()) {
                    case 0 -> "no route";
                    case 1 -> "administratively prohibited";
                    case 3 -> "address unreachable";
                    case 4 -> "port unreachable";
                    case 6 -> "route rejected";
                    default -> "unreachable, code " + error.code();
                };
            case 2 -> "packet too big";
            case 3 -> "time exceeded";
            default -> "error of type " + error.type() + ", code " + error.code();
        };
    }
}
