package dev.fairlead.kernel.route;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.netlink.Message;
import dev.fairlead.kernel.netlink.NetlinkSocket;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.packet.Family;
import dev.fairlead.packet.Ip;
import java.util.ArrayList;
import java.util.List;

/** The routes of one namespace. Safe from any thread. Every refusal is a {@link dev.fairlead.kernel.NetlinkException}. */
public final class Routes {
    private final NetlinkSocket socket;

    Routes(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** The main table of both families. */
    public List<Route> list() {
        List<Route> routes = list(Family.IPV4, RouteTable.MAIN);
        routes.addAll(list(Family.IPV6, RouteTable.MAIN));
        return routes;
    }

    /** One table, or {@link RouteTable#ANY}; a table that doesn't exist is empty. */
    public List<Route> list(Family family, RouteTable table) {
        return list(family, table, RouteProtocol.ANY);
    }

    /** Those that {@code protocol} made. */
    public List<Route> list(Family family, RouteTable table, RouteProtocol protocol) {
        List<Route> routes = new ArrayList<>();
        try {
            for (Message message : socket.dump(RouteRequests.list(family, table, protocol))) {
                routes.add(Route.decode(message));
            }
        } catch (KernelException e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
        return routes;
    }

    public void add(Route route) {
        send(RouteRequests.add(route));
    }

    public void replace(Route route) {
        send(RouteRequests.replace(route));
    }

    /** Deletes; a route that isn't there is a refusal that {@code isNotFound()}. */
    public void delete(Route route) {
        send(RouteRequests.delete(route));
    }

    /**
     * Which route a packet takes, as {@code ip route get}: type, next hop, link and the source address of the answer.
     *
     * @throws dev.fairlead.kernel.NetlinkException ENETUNREACH, EHOSTUNREACH, EACCES (prohibit) or EINVAL (blackhole) where
     *     the packet goes nowhere
     */
    public Route lookUp(RouteLookup lookup) {
        return Route.decode(socket.call(RouteRequests.lookUp(lookup)).getFirst());
    }

    public Route lookUp(Ip destination) {
        return lookUp(RouteLookup.to(destination));
    }

    /** Which entry of which table decides about a packet. */
    public Route lookUpEntry(RouteLookup lookup) {
        return Route.decode(socket.call(RouteRequests.lookUpEntry(lookup)).getFirst());
    }

    private void send(Request request) {
        var _ = socket.call(request);
    }
}
