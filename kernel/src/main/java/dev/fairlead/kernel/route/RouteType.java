package dev.fairlead.kernel.route;

/**
 * What a route does with packets, {@code RTN_*} of {@code <linux/rtnetlink.h>}.
 *
 * @param number 0 to 255
 */
public record RouteType(int number) {
    public static final RouteType UNICAST = new RouteType(1);
    /** Taken by this machine. */
    public static final RouteType LOCAL = new RouteType(2);

    public static final RouteType BROADCAST = new RouteType(3);
    public static final RouteType ANYCAST = new RouteType(4);
    public static final RouteType MULTICAST = new RouteType(5);
    /** Dropped in silence. */
    public static final RouteType BLACKHOLE = new RouteType(6);
    /** Refused with ICMP "host unreachable". */
    public static final RouteType UNREACHABLE = new RouteType(7);
    /** Refused with ICMP "administratively prohibited". */
    public static final RouteType PROHIBIT = new RouteType(8);
    /** Ends the search in this table; the next rule is asked. */
    public static final RouteType THROW = new RouteType(9);

    @Override
    public String toString() {
        return switch (number) {
            case 0 -> "none";
            case 1 -> "unicast";
            case 2 -> "local";
            case 3 -> "broadcast";
            case 4 -> "anycast";
            case 5 -> "multicast";
            case 6 -> "blackhole";
            case 7 -> "unreachable";
            case 8 -> "prohibit";
            case 9 -> "throw";
            case 10 -> "nat";
            case 11 -> "xresolve";
            default -> Integer.toString(number);
        };
    }
}
