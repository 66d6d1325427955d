package dev.fairlead.kernel.route;

/**
 * Who made a route, {@code RTPROT_*} of {@code <linux/rtnetlink.h>}. Prints as {@code ip} does without its configuration
 * files.
 *
 * @param number 0 to 255; above {@link #STATIC} the kernel gives it no meaning
 */
public record RouteProtocol(int number) {
    /** In a filter: anyone. */
    public static final RouteProtocol ANY = new RouteProtocol(0);

    public static final RouteProtocol KERNEL = new RouteProtocol(2);
    /** What {@code ip route add} puts when told nothing. */
    public static final RouteProtocol BOOT = new RouteProtocol(3);

    public static final RouteProtocol STATIC = new RouteProtocol(4);

    /**
     * Ours: 250, so that our routes can be listed and cleaned without touching anyone else's. {@code <linux/rtnetlink.h>},
     * iproute2 and FRR assign nothing above 198.
     */
    public static final RouteProtocol FAIRLEAD = new RouteProtocol(250);

    @Override
    public String toString() {
        return switch (number) {
            case 0 -> "unspec";
            case 1 -> "redirect";
            case 2 -> "kernel";
            case 3 -> "boot";
            case 4 -> "static";
            case 8 -> "gated";
            case 9 -> "ra";
            case 10 -> "mrt";
            case 11 -> "zebra";
            case 12 -> "bird";
            case 13 -> "dnrouted";
            case 14 -> "xorp";
            case 15 -> "ntk";
            case 16 -> "dhcp";
            case 18 -> "keepalived";
            case 42 -> "babel";
            case 99 -> "openr";
            case 186 -> "bgp";
            case 187 -> "isis";
            case 188 -> "ospf";
            case 189 -> "rip";
            case 192 -> "eigrp";
            default -> Integer.toString(number);
        };
    }
}
