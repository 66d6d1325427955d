package dev.fairlead.kernel.route;

/**
 * A routing table, {@code RT_TABLE_*} of {@code <linux/rtnetlink.h>}.
 *
 * @param id 1 to 2^32 - 1
 */
public record RouteTable(long id) {
    /** In a filter: all of them. */
    public static final RouteTable ANY = new RouteTable(0);

    public static final RouteTable DEFAULT = new RouteTable(253);
    public static final RouteTable MAIN = new RouteTable(254);
    /** The kernel's own, with local and broadcast addresses. */
    public static final RouteTable LOCAL = new RouteTable(255);

    @Override
    public String toString() {
        return switch ((int) id) {
            case 253 -> "default";
            case 254 -> "main";
            case 255 -> "local";
            default -> Long.toString(id);
        };
    }
}
