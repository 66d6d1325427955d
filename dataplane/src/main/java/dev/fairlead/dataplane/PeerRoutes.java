package dev.fairlead.dataplane;

import dev.fairlead.kernel.KernelException;
import dev.fairlead.kernel.NetlinkException;
import dev.fairlead.kernel.netlink.Request;
import dev.fairlead.kernel.route.Link;
import dev.fairlead.kernel.route.Route;
import dev.fairlead.kernel.route.RouteProtocol;
import dev.fairlead.kernel.route.RouteRequests;
import dev.fairlead.kernel.route.RouteTable;
import dev.fairlead.kernel.route.Rtnetlink;
import dev.fairlead.packet.Family;
import dev.fairlead.plan.routes.NodeRoute;
import dev.fairlead.plan.routes.NodeRoutes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's routes to the pods of other nodes as planned. They carry our routing protocol number, so that an agent that
 * starts finds those of the one before it. Confined to one thread.
 */
public final class PeerRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(PeerRoutes.class);

    private final Rtnetlink rtnetlink;
    private NodeRoutes applied = NodeRoutes.NONE;
    private boolean first = true;

    private PeerRoutes(Rtnetlink rtnetlink) {
        this.rtnetlink = rtnetlink;
    }

    public static PeerRoutes start(Rtnetlink rtnetlink) {
        return new PeerRoutes(rtnetlink);
    }

    /**
     * Makes the kernel's routes those of the plan, by difference, in one system call. Problems of the plan are logged.
     *
     * @throws KernelException when a route is refused; the next call does all of it again
     */
    public void apply(NodeRoutes plan) {
        NodeRoutes before = applied;
        NodeRoutes.Change change = NodeRoutes.diff(before, plan);
        List<Request> requests = new ArrayList<>();
        if (first) {
            leftovers(plan).forEach(route -> requests.add(RouteRequests.delete(route)));
        }
        for (NodeRoute route : change.remove()) {
            requests.add(RouteRequests.delete(kernelRoute(route)));
        }
        for (NodeRoute route : change.replace()) {
            requests.add(RouteRequests.replace(kernelRoute(route)));
        }
        for (NodeRoute route : change.add()) {
            requests.add(RouteRequests.replace(kernelRoute(route)));
        }
        for (String problem : plan.problems()) {
            if (!before.problems().contains(problem)) {
                LOG.warn("{}", problem);
            }
        }
        applied = NodeRoutes.NONE; // until all of it is in
        first = true;
        for (Optional<NetlinkException> refusal : rtnetlink.pipeline(requests)) {
            if (refusal.isPresent() && !refusal.get().isNotFound()) {
                throw refusal.get();
            }
        }
        applied = plan;
        first = false;
    }

    private List<Route> leftovers(NodeRoutes plan) {
        List<Route> leftovers = new ArrayList<>();
        for (Family family : Family.values()) {
            for (Route route : rtnetlink.routes().list(family, RouteTable.MAIN, RouteProtocol.FAIRLEAD)) {
                if (plan.routes().find(route.destination()).isEmpty()) {
                    leftovers.add(route);
                }
            }
        }
        return leftovers;
    }

    private Route kernelRoute(NodeRoute route) {
        Link device = rtnetlink.links().require(route.device());
        Route made = Route.unicast(route.destination())
                .via(route.via())
                .device(device.index())
                .withProtocol(RouteProtocol.FAIRLEAD);
        return route.mtu() > 0 ? made.withMtu(route.mtu()) : made;
    }

    /** Takes all our routes out. */
    public void clean() {
        apply(NodeRoutes.NONE);
    }
}
