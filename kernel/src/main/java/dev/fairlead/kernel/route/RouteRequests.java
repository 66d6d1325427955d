package dev.fairlead.kernel.route;

import dev.fairlead.kernel.netlink.Encoder;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.packet.Family;

/** The messages that add, replace, delete, list and look up routes, as values. */
public final class RouteRequests {
    private RouteRequests() {}

    /** EEXIST when the table has one to the same destination with the same metric and type of service. */
    public static Request add(Route route) {
        return new Request(
                "add the route " + route,
                Rtm.RTM_NEWROUTE,
                Request.NLM_F_CREATE | Request.NLM_F_EXCL,
                RouteCodec.encode(route));
    }

    /** Adds, or takes the place of the one with the same destination, metric and type of service. */
    public static Request replace(Route route) {
        return new Request(
                "set the route " + route,
                Rtm.RTM_NEWROUTE,
                Request.NLM_F_CREATE | Request.NLM_F_REPLACE,
                RouteCodec.encode(route));
    }

    /** ESRCH when there is none like it. */
    public static Request delete(Route route) {
        return new Request("delete the route " + route, Rtm.RTM_DELROUTE, RouteCodec.encode(route));
    }

    /**
     * The routes of one table; for {@code NetlinkSocket.dump}. ENOENT when the table doesn't exist.
     *
     * @param table {@link RouteTable#ANY} for all
     * @param protocol {@link RouteProtocol#ANY} for all
     */
    public static Request list(Family family, RouteTable table, RouteProtocol protocol) {
        Encoder encoder = new Encoder()
                .u8(family.number())
                .zeros(3)
                .u8(0)
                .u8(protocol.number())
                .zeros(2)
                .u32(0);
        if (!table.equals(RouteTable.ANY)) {
            encoder.attributeU32(Rta.RTA_TABLE, table.id());
        }
        return new Request("list the routes", Rtm.RTM_GETROUTE, encoder.toBytes());
    }

    /** Which route a packet takes; the answer says the source address the kernel would choose. */
    public static Request lookUp(RouteLookup lookup) {
        return lookup.request(false);
    }

    /** Which entry of which table decides about a packet. */
    public static Request lookUpEntry(RouteLookup lookup) {
        return lookup.request(true);
    }
}
